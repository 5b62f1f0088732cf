#pragma once

#include <string>
#include <vector>

namespace keel::bench {

/// `keel replay` as an operator runs it: this very program, in a process of its own, against these databases.
class OperatorTool {
 public:
  OperatorTool(std::string journal_dsn, std::string read_dsn);

  struct Ran {
    int exit_code = 0;
    /// Its standard output. What it tells people goes to this process's standard error as it comes.
    std::string output;
    double seconds = 0;
    /// User and system, of the tool alone.
    double cpu_seconds = 0;
  };
  /// Runs `keel replay WORDS… --output json` to its end. Blocks; one thread at a time. Throws std::runtime_error when
  /// it cannot be started.
  Ran run(const std::vector<std::string>& words) const;
  /// The same; throws when it does not end with 0.
  Ran must(const std::vector<std::string>& words) const;

 private:
  std::vector<std::string> environment_;
};

}  // namespace keel::bench
