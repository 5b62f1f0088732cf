#include "dashboard/sessions.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "dashboard/secrets.hpp"
#include "ops/log.hpp"
#include "ops/secret.hpp"

namespace keel::dashboard {
namespace {

constexpr std::string_view logger = "dashboard";

std::string who_is(std::optional<Role> role, std::string_view address) {
  return std::string(role ? name_of(*role) : "nobody") + "@" + std::string(address);
}

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::operating:
      return "operator";
    case Role::admin:
      return "admin";
  }
  std::abort();
}

Sessions::Sessions(AccessOptions options, Clock clock)
    : options_(std::move(options)),
      clock_(std::move(clock)),
      common_csrf_(random_secret()),
      attempts_(options_.attempts) {}

Visitor Sessions::visitor(std::string_view cookie, std::string_view address) {
  if (!options_.login_required())
    return {options_.without_token, common_csrf_, who_is(options_.without_token, address)};
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(cookie);
  if (found == sessions_.end() || found->second.ends <= clock_()) return {{}, common_csrf_, who_is({}, address)};
  return {found->second.role, found->second.csrf, who_is(found->second.role, address)};
}

Outcome<std::string> Sessions::log_in(std::string_view token, std::string_view address) {
  if (!options_.login_required())
    return conflict("NO_LOGIN", "this dashboard has no tokens: there is nothing to log in to");
  const std::lock_guard lock(mutex_);
  if (attempts_.spent(address, clock_())) {
    return Refusal{429, "RESOURCE_EXHAUSTED", "TOO_MANY_ATTEMPTS", "too many wrong tokens: wait a minute"};
  }
  const auto role = role_of(token);
  if (!role) {
    attempts_.take(address, clock_());
    log::warn(logger, "a wrong token", {{"address", address}});
    return Refusal{401, "UNAUTHENTICATED", "TOKEN_WRONG", "this is no token of this dashboard", "token"};
  }
  log::info(logger, "logged in", {{"role", name_of(*role)}, {"address", address}});
  return begin(*role);
}

void Sessions::log_out(std::string_view cookie) {
  const std::lock_guard lock(mutex_);
  if (const auto found = sessions_.find(cookie); found != sessions_.end()) sessions_.erase(found);
}

/// Every token is compared, whichever fits, so that the time does not tell.
std::optional<Role> Sessions::role_of(std::string_view token) const {
  std::optional<Role> role;
  for (const auto& [expected, its_role] :
       {std::pair(&options_.viewer_token, Role::viewer), std::pair(&options_.operator_token, Role::operating),
        std::pair(&options_.admin_token, Role::admin)}) {
    const bool same = ops::same_secret(token, *expected);
    if (same && !expected->empty()) role = its_role;
  }
  return role;
}

std::string Sessions::begin(Role role) {
  const auto now = clock_();
  std::erase_if(sessions_, [&](const auto& session) { return session.second.ends <= now; });
  if (sessions_.size() >= options_.max_sessions) {
    sessions_.erase(std::ranges::min_element(sessions_, {}, [](const auto& session) { return session.second.ends; }));
  }
  auto cookie = random_secret();
  sessions_[cookie] = {role, random_secret(),
                       now + std::chrono::duration_cast<std::chrono::microseconds>(options_.lifetime)};
  return cookie;
}

}  // namespace keel::dashboard
