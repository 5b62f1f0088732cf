#include "ops/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "ops/log_line.hpp"
#include "ops/log_tail.hpp"
#include "ops/metrics.hpp"

namespace keel::log {
namespace {

constexpr std::array<std::string_view, 5> level_words = {"debug", "info", "warn", "error", "off"};

/// Where lines go, and how they look. Replaced whole, so that a line is written by one set of options.
class Output {
 public:
  explicit Output(Options options) : options_(std::move(options)) {
    if (options_.format == Format::automatic) {
      options_.format = options_.sink == nullptr && isatty(STDERR_FILENO) == 1 ? Format::text : Format::json;
    }
    stderr_.set_pattern("%v");
    stderr_.set_level(spdlog::level::trace);
  }

  void write(Level level, std::string_view logger, std::string_view message, Fields fields) {
    const Timestamp now = system_now();
    const std::string line = line_of(options_.format, options_, now, level, logger, message, fields);
    const bool is_json = options_.format == Format::json;
    tail().add(level, is_json ? line : line_of(Format::json, options_, now, level, logger, message, fields));
    if (options_.sink == nullptr) {
      stderr_.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
      return;
    }
    const std::lock_guard lock(one_at_a_time_);
    options_.sink(level, line);
  }

 private:
  Options options_;
  spdlog::logger stderr_{"keel", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  std::mutex one_at_a_time_;
};

struct State {
  std::atomic<Level> level{Level::info};
  std::mutex mutex;
  std::shared_ptr<Output> output = std::make_shared<Output>(Options{});
  std::array<ops::Counter, 4> lines;

  State() {
    for (const Level each : {Level::debug, Level::info, Level::warn, Level::error}) {
      lines[static_cast<std::size_t>(each)] = ops::metrics().counter(
          "keel_log_messages_total", "Log lines written, by level.", {{"level", std::string(name_of(each))}});
    }
  }
};

/// Never destroyed: whoever logs while the process ends must find it.
State& state() {
  static State* const instance = new State;
  return *instance;
}

std::shared_ptr<Output> output() {
  const std::lock_guard lock(state().mutex);
  return state().output;
}

void write(Level level, std::string_view logger, std::string_view message, Fields fields) {
  if (level < state().level.load(std::memory_order_relaxed)) return;
  state().lines[static_cast<std::size_t>(level)].add();
  output()->write(level, logger, message, fields);
}

}  // namespace

void debug(std::string_view logger, std::string_view message, Fields fields) {
  write(Level::debug, logger, message, fields);
}
void info(std::string_view logger, std::string_view message, Fields fields) {
  write(Level::info, logger, message, fields);
}
void warn(std::string_view logger, std::string_view message, Fields fields) {
  write(Level::warn, logger, message, fields);
}
void error(std::string_view logger, std::string_view message, Fields fields) {
  write(Level::error, logger, message, fields);
}

void configure(Options options) {
  const Level level = options.level;
  auto fresh = std::make_shared<Output>(std::move(options));
  const std::lock_guard lock(state().mutex);
  state().output.swap(fresh);
  state().level.store(level, std::memory_order_relaxed);
}

void set_level(Level level) { state().level.store(level, std::memory_order_relaxed); }

std::optional<Level> parse_level(std::string_view word) {
  for (std::size_t i = 0; i < level_words.size(); ++i) {
    if (level_words[i] == word) return static_cast<Level>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Level level) { return level_words[static_cast<std::size_t>(level)]; }

Level level() { return state().level.load(std::memory_order_relaxed); }

std::string line_of(Format format, const Options& options, Timestamp at, Level level, std::string_view logger,
                    std::string_view message, Fields fields) {
  const Event event{at, name_of(level), logger, message, options.service, options.node, fields};
  return format == Format::text ? text_line(event) : json_line(event);
}

}  // namespace keel::log
