#include "command/call_envelope.hpp"

namespace keel::command {
namespace {

std::string_view view_of(const grpc::string_ref& text) { return {text.data(), text.size()}; }

std::vector<std::string_view> values_of(const grpc::CallbackServerContext& context, const char* key) {
  std::vector<std::string_view> values;
  const auto [first, last] = context.client_metadata().equal_range(key);
  for (auto each = first; each != last; ++each) values.push_back(view_of(each->second));
  return values;
}

std::optional<Timestamp> deadline_of(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return std::nullopt;
  return std::chrono::time_point_cast<std::chrono::microseconds>(deadline);
}

/// The first name that the peer's certificate proves.
std::string_view proven_name(const grpc::AuthContext& authentication) {
  if (!authentication.IsPeerAuthenticated()) return {};
  const auto names = authentication.GetPeerIdentity();
  return names.empty() ? std::string_view{} : view_of(names.front());
}

}  // namespace

CallEnvelope::CallEnvelope(const grpc::CallbackServerContext& context, bool authenticated)
    : authentication_(authenticated ? context.auth_context() : nullptr),
      envelope_{deadline_of(context), authentication_ ? proven_name(*authentication_) : std::string_view{},
                values_of(context, "keel-caller"), values_of(context, "traceparent")} {}

}  // namespace keel::command
