#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/setting_flags.hpp"

namespace keel::app {
namespace {

/// What the command line said for one subcommand.
struct Said {
  explicit Said(CLI::App& parser, const Subcommand& subcommand) : settings(parser, subcommand.sections) {
    if (subcommand.words.empty()) return;
    parser.add_option("action", words, std::string(subcommand.words))->required()->type_name("");
  }
  SettingFlags settings;
  std::vector<std::string> words;
};

Exit run(const Subcommand& subcommand, const Said& said, const std::vector<Context>& contexts) {
  return said.settings.with_configuration(
      [&](const Configuration& configuration) { return subcommand.run(configuration, contexts, said.words); });
}

}  // namespace

Exit dispatch(int argc, const char* const* argv, const std::vector<Context>& contexts,
              const std::vector<Subcommand>& subcommands) {
  CLI::App parser{"Keel: commands in, events kept, read models out (CQRS and event sourcing)", "keel"};
  parser.require_subcommand(1);
  parser.footer("Every setting can also stand in keel.toml or in the environment: journal.dsn is KEEL_JOURNAL__DSN.");
  std::vector<std::unique_ptr<Said>> said;
  for (const auto& subcommand : subcommands) {
    auto& sub = *parser.add_subcommand(std::string(subcommand.name), std::string(subcommand.help));
    said.push_back(std::make_unique<Said>(sub, subcommand));
  }
  for (const auto& subcommand : subcommands) {
    if (subcommand.tool != nullptr && argc > 1 && argv[1] == subcommand.name) {
      return subcommand.tool(argc - 1, argv + 1, contexts);
    }
  }
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parser.exit(error) == 0 ? Exit::ok : Exit::usage;
  }
  for (std::size_t i = 0; i < subcommands.size(); ++i) {
    const auto* chosen = parser.get_subcommand(std::string(subcommands[i].name));
    if (chosen->parsed()) return run(subcommands[i], *said[i], contexts);
  }
  return Exit::usage;
}

}  // namespace keel::app
