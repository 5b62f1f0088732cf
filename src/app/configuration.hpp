#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.hpp"

namespace keel::app {

/// Everything that is wrong with the configuration, one line each.
struct ConfigurationError {
  std::vector<std::string> problems;
};

/// A `host:port` pair.
struct Address {
  std::string host;
  std::uint16_t port = 0;
  std::string text() const { return host + ":" + std::to_string(port); }
};

/// The effective value of every setting and where it came from: default < file < environment < flag.
/// Immutable after loading; any thread. Asking for a key that is not in the table, or as another kind, is a bug and
/// ends the process.
class Configuration {
 public:
  enum class Source { fallback, file, environment, flag };
  struct Value {
    std::string text;
    Source source = Source::fallback;
    /// The file's name or the variable's, for people.
    std::string origin;
  };
  struct Flag {
    std::string key;
    std::string value;
  };

  /// Merges the sources. `file` may be empty: then `keel.toml` in the working directory, if there is one.
  /// Environment: `KEEL_JOURNAL__DSN` is `journal.dsn`. A secret `x` may be given as `x_file`, a file that holds it.
  /// Throws `ConfigurationError` with all problems at once: unknown keys (with the nearest known one), values of the
  /// wrong kind, files that cannot be read.
  static Configuration load(const std::string& file, const std::map<std::string, std::string>& environment,
                            const std::vector<Flag>& flags);

  std::string text(std::string_view key) const;
  std::int64_t number(std::string_view key) const;
  bool yes(std::string_view key) const;
  std::chrono::milliseconds duration(std::string_view key) const;
  Address address(std::string_view key) const;
  std::vector<std::string> list(std::string_view key) const;

  /// Whether anybody gave it a value, be it the default's.
  bool given(std::string_view key) const;

  /// A setting as people may see it.
  struct Shown {
    std::string_view key;
    /// `******` for a secret that was given.
    std::string value;
    /// `default`, `file`, `environment` or `flag`.
    std::string_view source;
    /// The file's name or the variable's; empty for a default.
    std::string origin;
    std::string_view help;
  };
  /// Every setting, in the order of the table.
  std::vector<Shown> shown() const;

  /// One line a setting: key, value (secrets as ******), source. For `--print-config`.
  std::string describe() const;

 private:
  const Value& value(std::string_view key) const;
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace keel::app
