#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/clock.hpp"

/// Structured logs: one event is one line, whatever the input. Control characters and bytes that are no UTF-8 are
/// escaped, long values are cut (and say so), so nobody can forge a line or break a collector.
///
///     log::info("journal", "took the lanes", {{"context", "cart"}, {"lanes", 16}});
///
/// Any thread. A call below the level costs one relaxed load. Every event is counted in
/// `keel_log_messages_total{level}`. Payloads never belong in a log.
namespace keel::log {

enum class Level { debug, info, warn, error, off };

/// `automatic` is text when standard error is a terminal, else JSON lines.
enum class Format { automatic, json, text };

/// One fact beside the message. Keys are short snake_case words: `context`, `lane`, `request_id`, `err.reason` …
/// The views need to live only as long as the call.
struct Field {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  Field(std::string_view field_key, std::string_view text) : key(field_key), value(text) {}
  Field(std::string_view field_key, const std::string& text) : key(field_key), value(std::string_view(text)) {}
  Field(std::string_view field_key, const char* text) : key(field_key), value(std::string_view(text)) {}
  Field(std::string_view field_key, std::same_as<bool> auto truth) : key(field_key), value(truth) {}
  Field(std::string_view field_key, std::floating_point auto number)
      : key(field_key), value(static_cast<double>(number)) {}
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) Field(std::string_view field_key, Number number) : key(field_key) {
    if constexpr (std::signed_integral<Number>) {
      value = static_cast<std::int64_t>(number);
    } else {
      value = static_cast<std::uint64_t>(number);
    }
  }

  std::string_view key;
  Value value;
};

using Fields = std::initializer_list<Field>;

void debug(std::string_view logger, std::string_view message, Fields fields = {});
void info(std::string_view logger, std::string_view message, Fields fields = {});
void warn(std::string_view logger, std::string_view message, Fields fields = {});
void error(std::string_view logger, std::string_view message, Fields fields = {});

struct Options {
  Format format = Format::automatic;
  Level level = Level::info;
  /// Role of the process: `command`, `projector`, …
  std::string service = "keel";
  /// Name of this process among its like; empty leaves it out.
  std::string node;
  /// Takes finished lines, without the line's end, one at a time. Empty: standard error.
  std::function<void(Level, std::string_view line)> sink;
};

/// Replaces the options of the whole process. Safe while others log. Before the first call the defaults hold.
void configure(Options options);

/// What can be changed while running (SIGHUP).
void set_level(Level level);

/// Nothing when the word is none of `debug info warn error off`.
std::optional<Level> parse_level(std::string_view word);
/// The word.
std::string_view name_of(Level level);
/// What is logged now: this and above.
Level level();

/// The line of one event in the given (not `automatic`) format: what the functions above write. Pure.
///
/// JSON: `{"ts":"2026-01-31T12:00:00.123456Z","level":"info","msg":…,"logger":…,"service":…,"node":…,<fields>}`. A
/// field named like one of those gets a trailing underscore. A byte that is no UTF-8 shows as `\\xNN`.
std::string line_of(Format format, const Options& options, Timestamp at, Level level, std::string_view logger,
                    std::string_view message, Fields fields);

}  // namespace keel::log
