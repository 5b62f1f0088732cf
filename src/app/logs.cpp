#include "app/logs.hpp"

#include <utility>

#include "app/process.hpp"
#include "ops/library_logs.hpp"
#include "ops/log.hpp"

namespace keel::app {
namespace {

log::Format log_format(const std::string& word) {
  if (word == "json") return log::Format::json;
  if (word == "text") return log::Format::text;
  if (word == "auto") return log::Format::automatic;
  throw ConfigurationError{{"log.format must be json, text or auto, not '" + word + "'"}};
}

log::Level log_level(const std::string& word) {
  const auto level = log::parse_level(word);
  if (!level) throw ConfigurationError{{"log.level must be debug, info, warn, error or off, not '" + word + "'"}};
  return *level;
}

}  // namespace

void configure_logs(const Configuration& configuration, const std::string& service) {
  log::Options options;
  options.format = log_format(configuration.text("log.format"));
  options.level = log_level(configuration.text("log.level"));
  options.service = service;
  options.node = process_name();
  log::configure(std::move(options));
  ops::adopt_library_logs();
}

}  // namespace keel::app
