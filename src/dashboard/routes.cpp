#include "dashboard/routes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "ops/secret.hpp"

namespace keel::dashboard {
namespace {

/// Who may ask.
enum class Gate {
  /// Whoever comes, with no login.
  open,
  viewer,
  /// Changes something: actions must be allowed.
  operating,
  admin,
};

struct Route {
  std::string_view method;
  /// `*` stands for one part.
  std::string_view path;
  Gate gate;
  Reply (*handle)(Services& services, const Request& request);
};

constexpr auto table = std::to_array<Route>({
    {"GET", "session", Gate::open, &show_session},
    {"POST", "session", Gate::open, &log_in},
    {"DELETE", "session", Gate::open, &log_out},

    {"GET", "overview", Gate::viewer, &show_overview},
    {"GET", "series", Gate::viewer, &show_series},
    {"GET", "events", Gate::viewer, &follow_events},
    {"GET", "processes", Gate::viewer, &show_processes},
    {"GET", "processes/*", Gate::viewer, &show_process},
    {"GET", "processes/*/configuration", Gate::viewer, &show_configuration},
    {"GET", "processes/*/logs", Gate::viewer, &follow_logs},
    {"GET", "tree", Gate::viewer, &show_tree},
    {"GET", "actor", Gate::viewer, &show_actor},
    {"GET", "history", Gate::viewer, &show_history},
    {"GET", "projections", Gate::viewer, &show_projections},
    {"GET", "projections/*", Gate::viewer, &show_projection},
    {"GET", "projections/*/audit", Gate::viewer, &show_projection_deeds},
    {"GET", "projections/*/plan", Gate::viewer, &show_plan},
    {"GET", "operations", Gate::viewer, &show_operations},
    {"GET", "operations/*", Gate::viewer, &show_operation},
    {"GET", "checks/*", Gate::viewer, &show_check},
    {"GET", "parked", Gate::viewer, &show_parked},
    {"GET", "audit", Gate::viewer, &show_deeds},
    {"GET", "aggregates/*/*/*", Gate::viewer, &show_aggregate},

    {"POST", "actors/control", Gate::operating, &control_actor},
    {"POST", "processes/*/log-level", Gate::operating, &set_log_level},
    {"POST", "processes/*/drain", Gate::admin, &drain_process},
    {"POST", "projections/*/pause", Gate::operating, &pause_projection},
    {"POST", "projections/*/unpause", Gate::operating, &unpause_projection},
    {"POST", "projections/*/verify", Gate::operating, &verify_projection},
    {"POST", "projections/*/rebuild", Gate::admin, &rebuild_projection},
    {"POST", "projections/*/promote", Gate::admin, &promote_generation},
    {"POST", "projections/*/rollback", Gate::admin, &roll_back},
    {"POST", "projections/*/drop", Gate::admin, &drop_generation},
    {"POST", "operations/*/cancel", Gate::operating, &cancel_operation},
    {"POST", "operations/*/resume", Gate::operating, &resume_operation},
    {"POST", "parked/retry", Gate::operating, &retry_parked},
    {"POST", "parked/discard", Gate::admin, &discard_parked},
});

bool fits(std::string_view pattern, const std::vector<std::string>& path) {
  for (const auto& part : path) {
    const auto end = pattern.find('/');
    const auto expected = pattern.substr(0, end);
    if (expected.empty() || (expected != "*" && expected != part)) return false;
    pattern = end == std::string_view::npos ? std::string_view() : pattern.substr(end + 1);
  }
  return pattern.empty();
}

Outcome<const Route*> route_of(const Request& request) {
  bool exists = false;
  for (const auto& route : table) {
    if (!fits(route.path, request.path)) continue;
    if (route.method == request.method) return &route;
    exists = true;
  }
  if (!exists) return not_found("ROUTE_NOT_FOUND", "the API has no such route");
  return Refusal{405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED", "this route does not take that method"};
}

std::optional<Refusal> wrong_role(const Visitor& visitor, Role needed) {
  if (*visitor.role >= needed) return {};
  return denied("ROLE_TOO_LOW", "this needs the role " + std::string(name_of(needed)) + "; you are " +
                                    std::string(name_of(*visitor.role)));
}

std::optional<Refusal> obstacle(const Services& services, const Request& request, Gate gate) {
  const auto& visitor = request.visitor;
  if (request.method != "GET" && !ops::same_secret(request.csrf, visitor.csrf)) {
    return denied("CSRF_WRONG", "the header X-Keel-CSRF must be the session's: ask for /session again");
  }
  if (gate == Gate::open) return {};
  if (!visitor.role) return Refusal{401, "UNAUTHENTICATED", "LOGIN_REQUIRED", "log in first"};
  if (gate == Gate::viewer) return {};
  if (!services.actions) {
    return denied("ACTIONS_DISABLED", "this dashboard only looks: dashboard.actions is false");
  }
  return wrong_role(visitor, gate == Gate::admin ? Role::admin : Role::operating);
}

bool is_action(const Route& route) { return route.gate == Gate::operating || route.gate == Gate::admin; }

/// Without a login, only the CSRF token tells our own pages from everybody else's.
bool is_known(const Services& services, const Request& request) {
  if (!request.visitor.role) return false;
  return services.sessions.options().login_required() || ops::same_secret(request.csrf, request.visitor.csrf);
}

Reply answer(Services& services, const Request& request, const Route& route) {
  if (const auto refusal = obstacle(services, request, route.gate)) return *refusal;
  return route.handle(services, request);
}

}  // namespace

Reply answer(Services& services, const Request& request) {
  const auto route = route_of(request);
  if (!route) return route.refusal();
  auto reply = answer(services, request, **route);
  if (!is_action(**route) || !reply.refused) return reply;
  services.refused_actions.count(*reply.refused);
  if (!reply.refused->noted) services.refused_actions.note(request, *reply.refused, is_known(services, request));
  return reply;
}

}  // namespace keel::dashboard
