#pragma once

#include "dashboard/exchange.hpp"
#include "dashboard/services.hpp"

namespace keel::dashboard {

/// Answers a request of the API (docs/guides/reference/dashboard-api.md). Everything that holds for all routes is
/// looked at here: whether there is such a route (404/ROUTE_NOT_FOUND, 405/METHOD_NOT_ALLOWED), CSRF (403/CSRF_WRONG),
/// login (401/LOGIN_REQUIRED), whether actions are allowed (403/ACTIONS_DISABLED) and the role (403/ROLE_TOO_LOW). An
/// action that is refused is noted (RefusedActions). Any thread.
Reply answer(Services& services, const Request& request);

// -- the routes, file by file --------------------------------------------------------------------------------

// session_routes.cpp
Reply show_session(Services& services, const Request& request);
Reply log_in(Services& services, const Request& request);
Reply log_out(Services& services, const Request& request);

// look_routes.cpp
Reply show_overview(Services& services, const Request& request);
Reply show_series(Services& services, const Request& request);
Reply show_processes(Services& services, const Request& request);
Reply show_process(Services& services, const Request& request);
Reply show_configuration(Services& services, const Request& request);
Reply show_history(Services& services, const Request& request);
Reply follow_events(Services& services, const Request& request);

// log_routes.cpp
Reply follow_logs(Services& services, const Request& request);

// tree_routes.cpp, actor_routes.cpp
Reply show_tree(Services& services, const Request& request);
Reply show_actor(Services& services, const Request& request);

// projection_routes.cpp
Reply show_projections(Services& services, const Request& request);
Reply show_projection(Services& services, const Request& request);
Reply show_projection_deeds(Services& services, const Request& request);
Reply show_plan(Services& services, const Request& request);
Reply show_operations(Services& services, const Request& request);
Reply show_operation(Services& services, const Request& request);
Reply show_check(Services& services, const Request& request);
Reply show_parked(Services& services, const Request& request);
Reply show_deeds(Services& services, const Request& request);

// aggregate_routes.cpp
Reply show_aggregate(Services& services, const Request& request);

// process_actions.cpp
Reply control_actor(Services& services, const Request& request);
Reply drain_process(Services& services, const Request& request);
Reply set_log_level(Services& services, const Request& request);

// projection_actions.cpp
Reply pause_projection(Services& services, const Request& request);
Reply unpause_projection(Services& services, const Request& request);
Reply rebuild_projection(Services& services, const Request& request);
Reply verify_projection(Services& services, const Request& request);
Reply cancel_operation(Services& services, const Request& request);
Reply resume_operation(Services& services, const Request& request);

// generation_actions.cpp
Reply promote_generation(Services& services, const Request& request);
Reply roll_back(Services& services, const Request& request);
Reply drop_generation(Services& services, const Request& request);

// parked_actions.cpp
Reply retry_parked(Services& services, const Request& request);
Reply discard_parked(Services& services, const Request& request);

}  // namespace keel::dashboard
