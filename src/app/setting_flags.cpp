#include "app/setting_flags.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

extern char** environ;

namespace keel::app {
namespace {

constexpr const char* group = "Settings";

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

bool belongs(std::string_view key, const std::vector<std::string_view>& sections) {
  const auto dot = key.find('.');
  if (dot == std::string_view::npos) return true;
  const auto section = key.substr(0, dot);
  return section == "log" || std::ranges::find(sections, section) != sections.end();
}

void report(const ConfigurationError& error) {
  std::cerr << "keel: the configuration is wrong:\n";
  for (const auto& problem : error.problems) std::cerr << "  " << problem << '\n';
  std::cerr << "Nothing was started. `keel COMMAND --print-config` shows every setting.\n";
}

}  // namespace

SettingFlags::SettingFlags(CLI::App& parser, const std::vector<std::string_view>& sections) : parser_(parser) {
  const auto grouped = [](CLI::Option* option) { option->group(group); };
  grouped(parser.add_option("--config", config_file_, "settings file (TOML)  [keel.toml, when there is one]"));
  grouped(parser.add_flag("--print-config", print_config_, "print every setting with its source, and end"));
  grouped(parser.add_flag("--check-config", check_config_, "say whether the configuration is good, and end"));
  for (const auto& setting : all_settings()) {
    if (!belongs(setting.key, sections)) continue;
    const bool secret = setting.kind == SettingKind::secret;
    const std::string name = std::string(setting.key) + (secret ? "_file" : "");
    std::string help(setting.help);
    if (secret) help += "; a file that holds it";
    if (!setting.fallback.empty() && !secret) help += "  [" + std::string(setting.fallback) + "]";
    grouped(parser.add_option("--" + name, flags_[name], help)->type_name(""));
  }
}

std::vector<Configuration::Flag> SettingFlags::given() const {
  std::vector<Configuration::Flag> flags;
  for (const auto& [key, value] : flags_) {
    if (parser_.count("--" + key) > 0) flags.push_back({key, value});
  }
  return flags;
}

Exit SettingFlags::with_configuration(const std::function<Exit(const Configuration&)>& run) const {
  try {
    const auto configuration = Configuration::load(config_file_, environment(), given());
    if (print_config_) std::cout << configuration.describe();
    if (check_config_) std::cout << "the configuration is good\n";
    if (print_config_ || check_config_) return Exit::ok;
    return run(configuration);
  } catch (const ConfigurationError& error) {
    report(error);
    return Exit::usage;
  }
}

}  // namespace keel::app
