#include "app/command_line.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

extern char** environ;

namespace keel::app {
namespace {

/// What the command line said for one subcommand.
struct Said {
  std::map<std::string, std::string> flags;
  std::string config_file;
  bool print_config = false;
  bool check_config = false;
  std::vector<std::string> words;
};

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

bool belongs(std::string_view key, const Subcommand& subcommand) {
  const auto dot = key.find('.');
  if (dot == std::string_view::npos) return true;
  const auto section = key.substr(0, dot);
  return section == "log" || std::ranges::find(subcommand.sections, section) != subcommand.sections.end();
}

void add_flags(CLI::App& parser, const Subcommand& subcommand, Said& said) {
  parser.add_option("--config", said.config_file, "settings file (TOML)  [keel.toml, when there is one]");
  parser.add_flag("--print-config", said.print_config, "print every setting with its source, and end");
  parser.add_flag("--check-config", said.check_config, "say whether the configuration is good, and end");
  for (const auto& setting : all_settings()) {
    if (!belongs(setting.key, subcommand)) continue;
    const bool secret = setting.kind == SettingKind::secret;
    const std::string name = std::string(setting.key) + (secret ? "_file" : "");
    std::string help(setting.help);
    if (secret) help += "; a file that holds it";
    if (!setting.fallback.empty() && !secret) help += "  [" + std::string(setting.fallback) + "]";
    parser.add_option("--" + name, said.flags[name], help)->type_name("");
  }
  if (!subcommand.words.empty()) {
    parser.add_option("action", said.words, std::string(subcommand.words))->required()->type_name("");
  }
}

std::vector<Configuration::Flag> given(const CLI::App& parser, const Said& said) {
  std::vector<Configuration::Flag> flags;
  for (const auto& [key, value] : said.flags) {
    if (parser.count("--" + key) > 0) flags.push_back({key, value});
  }
  return flags;
}

void report(const ConfigurationError& error) {
  std::cerr << "keel: the configuration is wrong:\n";
  for (const auto& problem : error.problems) std::cerr << "  " << problem << '\n';
  std::cerr << "Nothing was started. `keel COMMAND --print-config` shows every setting.\n";
}

Exit run(const Subcommand& subcommand, const CLI::App& parser, const Said& said, const std::vector<Context>& contexts) {
  try {
    const auto configuration = Configuration::load(said.config_file, environment(), given(parser, said));
    if (said.print_config) std::cout << configuration.describe();
    if (said.check_config) std::cout << "the configuration is good\n";
    if (said.print_config || said.check_config) return Exit::ok;
    return subcommand.run(configuration, contexts, said.words);
  } catch (const ConfigurationError& error) {
    report(error);
    return Exit::usage;
  }
}

}  // namespace

Exit dispatch(int argc, const char* const* argv, const std::vector<Context>& contexts,
              const std::vector<Subcommand>& subcommands, const std::vector<Tool>& tools) {
  CLI::App parser{"Keel: commands in, events kept, read models out (CQRS and event sourcing)", "keel"};
  parser.require_subcommand(1);
  parser.footer("Every setting can also stand in keel.toml or in the environment: journal.dsn is KEEL_JOURNAL__DSN.");
  std::vector<std::unique_ptr<Said>> said;
  for (const auto& subcommand : subcommands) {
    said.push_back(std::make_unique<Said>());
    add_flags(*parser.add_subcommand(std::string(subcommand.name), std::string(subcommand.help)), subcommand,
              *said.back());
  }
  for (const auto& tool : tools) parser.add_subcommand(std::string(tool.name), std::string(tool.help));
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parser.exit(error) == 0 ? Exit::ok : Exit::usage;
  }
  for (std::size_t i = 0; i < subcommands.size(); ++i) {
    const auto* chosen = parser.get_subcommand(std::string(subcommands[i].name));
    if (chosen->parsed()) return run(subcommands[i], *chosen, *said[i], contexts);
  }
  return Exit::usage;
}

}  // namespace keel::app
