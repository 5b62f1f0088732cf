#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "dashboard/ration.hpp"
#include "dashboard/refusal.hpp"

namespace keel::dashboard {

/// What somebody may do. Each may what those before it may.
enum class Role {
  /// Reads.
  viewer,
  /// Also pauses and resumes projections, restarts, stops and frees actors, cancels operations, retries what is parked,
  /// changes log levels.
  operating,
  /// Also rebuilds, promotes, rolls back, drops, discards, drains and crashes.
  admin,
};
/// `viewer`, `operator`, `admin`.
std::string_view name_of(Role role);

struct AccessOptions {
  /// Empty: nobody logs in as this.
  std::string viewer_token{};
  std::string operator_token{};
  std::string admin_token{};
  /// What everybody is while there is no token at all.
  Role without_token = Role::viewer;
  std::chrono::milliseconds lifetime = std::chrono::hours(12);
  /// Most sessions; the oldest goes when another comes.
  std::size_t max_sessions = 1'000;
  /// Wrong tokens of one address, and of all.
  Ration::Limits attempts{5, 50, std::chrono::minutes(1)};

  bool login_required() const { return !(viewer_token.empty() && operator_token.empty() && admin_token.empty()); }
};

/// Somebody who looks.
struct Visitor {
  /// Nobody yet: a login is required.
  std::optional<Role> role;
  /// What every POST must carry in `X-Keel-CSRF`: another site can neither read it nor guess it.
  std::string csrf;
  /// For the audit: `admin@127.0.0.1`.
  std::string who;
};

/// Who is logged in. Sessions live in memory only: a restart ends them all. Any thread.
class Sessions {
 public:
  explicit Sessions(AccessOptions options, Clock clock = system_now);

  const AccessOptions& options() const { return options_; }

  /// The visitor of this cookie (empty: none), who came from `address`.
  Visitor visitor(std::string_view cookie, std::string_view address);
  /// A cookie for a new session. UNAUTHENTICATED/TOKEN_WRONG; RESOURCE_EXHAUSTED/TOO_MANY_ATTEMPTS, even for a right
  /// token; FAILED_PRECONDITION/NO_LOGIN when there is no token at all.
  Outcome<std::string> log_in(std::string_view token, std::string_view address);
  void log_out(std::string_view cookie);

 private:
  struct Session {
    Role role = Role::viewer;
    std::string csrf;
    Timestamp ends;
  };
  std::optional<Role> role_of(std::string_view token) const;
  std::string begin(Role role);

  const AccessOptions options_;
  const Clock clock_;
  /// Of those without a session.
  const std::string common_csrf_;
  std::mutex mutex_;
  std::map<std::string, Session, std::less<>> sessions_;
  Ration attempts_;
};

}  // namespace keel::dashboard
