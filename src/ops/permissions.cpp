#include "ops/permissions.hpp"

#include <grpcpp/server_context.h>

#include <string_view>

#include "ops/error_status.hpp"
#include "ops/secret.hpp"

namespace keel::ops {
namespace {

constexpr std::string_view scheme = "Bearer ";

std::string_view view_of(grpc::string_ref text) { return {text.data(), text.size()}; }

bool carries(const grpc::CallbackServerContext& context, std::string_view token) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return false;
  const std::string_view text = view_of(found->second);
  return text.starts_with(scheme) && same_secret(text.substr(scheme.size()), token);
}

}  // namespace

grpc::Status may_act(const Permissions& permissions, const grpc::CallbackServerContext& context) {
  if (!permissions.actions) {
    return error_status(grpc::PERMISSION_DENIED, "this process allows no actions: ops.actions is off",
                        {"ACTIONS_DISABLED"});
  }
  if (!permissions.token.empty() && !carries(context, permissions.token)) {
    return error_status(grpc::UNAUTHENTICATED, "actions need the token of ops.token: authorization: Bearer TOKEN",
                        {"TOKEN_REQUIRED"});
  }
  return grpc::Status::OK;
}

}  // namespace keel::ops
