#include "dashboard/routes.hpp"

namespace keel::dashboard {
namespace {

constexpr std::size_t max_token_bytes = 1'024;

Json contexts_of(const DashboardParts& parts) {
  Json list = Json::array();
  for (const auto& context : parts.contexts) {
    Json aggregates = Json::array();
    for (const auto* kind : context.aggregates) aggregates.push_back(std::string(kind->type));
    list.push_back({{"name", context.name}, {"aggregates", std::move(aggregates)}});
  }
  return list;
}

Json projections_of(const DashboardParts& parts) {
  Json list = Json::array();
  for (const auto& projection : parts.projections) list.push_back(projection.name);
  return list;
}

/// Whoever is not logged in learns only that a login is needed.
Json document_of(const Services& services, const Visitor& visitor) {
  const bool known = visitor.role.has_value();
  return {{"role", visitor.role ? Json(name_of(*visitor.role)) : Json(nullptr)},
          {"login_required", services.sessions.options().login_required()},
          {"actions", services.actions},
          {"payloads", name_of(services.payloads)},
          {"csrf", visitor.csrf},
          {"version", known ? services.parts.version : std::string()},
          {"contexts", known ? contexts_of(services.parts) : Json::array()},
          {"projections", known ? projections_of(services.parts) : Json::array()}};
}

}  // namespace

Reply show_session(Services& services, const Request& request) { return document_of(services, request.visitor); }

Reply log_in(Services& services, const Request& request) {
  const auto body = Body::of(request);
  if (!body) return body.refusal();
  const auto token = body->text("token", max_token_bytes);
  if (!token) return token.refusal();
  const auto cookie = services.sessions.log_in(*token, request.address);
  if (!cookie) {
    Reply reply = cookie.refusal();
    if (reply.status == 429) reply.headers.emplace_back("Retry-After", "60");
    return reply;
  }
  Reply reply = document_of(services, services.sessions.visitor(*cookie, request.address));
  reply.headers.emplace_back("Set-Cookie", session_cookie(*cookie, request));
  return reply;
}

Reply log_out(Services& services, const Request& request) {
  services.sessions.log_out(request.cookie);
  Reply reply = document_of(services, services.sessions.visitor({}, request.address));
  reply.headers.emplace_back("Set-Cookie", session_cookie({}, request));
  return reply;
}

}  // namespace keel::dashboard
