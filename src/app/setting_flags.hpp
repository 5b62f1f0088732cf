#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line.hpp"
#include "app/configuration.hpp"

namespace CLI {
class App;
}

namespace keel::app {

/// The settings of some sections as flags of one command line, with `--config`, `--print-config` and `--check-config`.
/// Lives as long as the parser.
class SettingFlags {
 public:
  /// Settings without a section and those of `log` are always among them.
  SettingFlags(CLI::App& parser, const std::vector<std::string_view>& sections);

  /// After parsing: merges file, environment and flags and hands them to `run`; answers the two questions itself. A
  /// wrong configuration is told on standard error and ends with `usage`.
  Exit with_configuration(const std::function<Exit(const Configuration&)>& run) const;

 private:
  std::vector<Configuration::Flag> given() const;

  CLI::App& parser_;
  std::map<std::string, std::string> flags_;
  std::string config_file_;
  bool print_config_ = false;
  bool check_config_ = false;
};

}  // namespace keel::app
