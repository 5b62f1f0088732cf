#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "ops/metrics.hpp"

namespace keel::ops {

/// Says why something is not as it should be; nothing when all is well. Called by the status server's threads at every
/// probe: it reads a flag, it does not ask a server. Shown to whoever may reach the port: no secrets.
using WhyNot = std::function<std::optional<std::string>()>;

/// A condition that does not hold.
struct UnmetCondition {
  std::string name;
  std::string why;
};

/// The named conditions of a process. Any thread.
class Checks {
 public:
  struct Outcome {
    std::string name;
    /// Absent: well.
    std::optional<std::string> why_not;
  };

  void add(std::string name, WhyNot why_not);
  std::vector<Outcome> outcomes() const;
  /// In the order in which they were added; empty when all is well.
  std::vector<UnmetCondition> unmet() const;

 private:
  struct Check {
    std::string name;
    WhyNot why_not;
  };
  mutable std::mutex mutex_;
  std::vector<Check> checks_;
};

struct StatusOptions {
  /// `host:port`; port 0 takes a free one.
  std::string listen = "127.0.0.1:9464";
  /// A connection holds a thread: one that sends nothing for a second, one that stalls for `read_timeout`.
  int threads = 8;
  std::chrono::milliseconds read_timeout{300};
  /// What /version tells: name → value.
  std::vector<std::pair<std::string, std::string>> version;
};

/// The process's face for machines, over plain HTTP: `/metrics` (Prometheus), `/livez` (200 while this process should
/// not be restarted), `/readyz` (200 when it can do its work; else 503), `/version`.
///
/// `/livez` and `/readyz` answer
/// `{"status":"ok|failing","checks":[{"name":…,"status":"ok"},{"name":…,"status":"failing", "why":…}]}`. Liveness never
/// depends on a database or a broker. Anything else is 404, other methods than GET and HEAD 405.
class StatusServer {
 public:
  /// Listens, with threads of its own. A fault when the address is taken or not ours, saying which.
  /// `alive`, `ready` and `metrics` outlive the server.
  static Result<std::unique_ptr<StatusServer>> start(const StatusOptions& options, const Checks& alive,
                                                     const Checks& ready, const Metrics& metrics = ops::metrics());
  /// Stops listening and joins the threads.
  ~StatusServer();

  int port() const;

 private:
  struct Listener;
  explicit StatusServer(std::unique_ptr<Listener> listener);
  std::unique_ptr<Listener> listener_;
};

}  // namespace keel::ops
