#include "app/replay/replay_tool.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <map>
#include <memory>

#include "app/logs.hpp"
#include "app/replay/commands.hpp"
#include "app/setting_flags.hpp"

namespace keel::app {
namespace {

/// The parser's part for one command, and what was said to it.
struct Leaf {
  Leaf(CLI::App& its_parser, const OperatorCommand& its_command)
      : parser(its_parser), command(its_command), settings(its_parser, {"journal", "read", "replay"}) {
    parser.footer(std::string(command.explanation));
    add_arguments();
    for (const auto& option : command.options) add(option);
    parser.add_option("-o,--output", output, "table, json, jsonl or csv  [table]")->type_name("FORMAT");
    if (!command.changes) return;
    parser.add_flag("--dry-run", said.dry_run, "show the plan and change nothing");
    parser.add_flag("-y,--yes", said.yes, "do not ask")->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    parser.add_option("--reason", said.reason, "why; kept in the audit table")->type_name("TEXT");
  }

  void add_arguments() {
    for (const auto& argument : command.arguments) {
      auto* option = argument.many ? parser.add_option(std::string(argument.name), many, std::string(argument.help))
                                   : parser.add_option(std::string(argument.name), ones[argument.name],
                                                       std::string(argument.help));
      option->type_name("")->required(argument.required);
    }
  }

  void add(const Option& option) {
    const std::string name = "--" + std::string(option.name);
    std::string help(option.help);
    if (option.value.empty()) {
      parser.add_flag(name, switches[option.name], help);
      return;
    }
    if (!option.fallback.empty()) help += "  [" + std::string(option.fallback) + "]";
    parser.add_option(name, values[option.name], help)->type_name(std::string(option.value));
  }

  CommandCall::Said what_was_said() const {
    auto whole = said;
    for (const auto& argument : command.arguments) {
      if (argument.many) {
        whole.arguments.insert(whole.arguments.end(), many.begin(), many.end());
      } else if (parser.count(std::string(argument.name)) > 0) {
        whole.arguments.push_back(ones.at(argument.name));
      }
    }
    for (const auto& [name, value] : values) {
      if (parser.count("--" + std::string(name)) > 0) whole.options.emplace(name, value);
    }
    for (const auto& [name, on] : switches) {
      if (on) whole.options.emplace(name, "true");
    }
    return whole;
  }

  CLI::App& parser;
  const OperatorCommand& command;
  SettingFlags settings;
  CommandCall::Said said;
  std::string output = "table";
  std::map<std::string_view, std::string> ones;
  std::vector<std::string> many;
  std::map<std::string_view, std::string> values;
  std::map<std::string_view, bool> switches;
};

CLI::App& place_of(const OperatorCommand& command, CLI::App& root) {
  CLI::App* parent = &root;
  for (std::size_t i = 0; i + 1 < command.words.size(); ++i) {
    const std::string word(command.words[i]);
    const auto existing = parent->get_subcommands([&](const CLI::App* app) { return app->get_name() == word; });
    if (existing.empty()) {
      parent = parent->add_subcommand(word, std::string(groups().at(command.words[i])));
      parent->require_subcommand(1);
    } else {
      parent = existing.front();
    }
  }
  return *parent->add_subcommand(std::string(command.words.back()), std::string(command.summary));
}

Exit run(const Leaf& leaf, const std::vector<Context>& contexts, std::vector<std::string> command_line) {
  const auto format = parse_output_format(leaf.output);
  if (!format) {
    std::cerr << "keel replay: --output must be table, json, jsonl or csv, not '" << leaf.output << "'\n";
    return Exit::usage;
  }
  return leaf.settings.with_configuration([&](const Configuration& configuration) {
    configure_logs(configuration, "replay");
    auto terminal = Terminal::of_this_process();
    auto said = leaf.what_was_said();
    said.command_line = std::move(command_line);
    CommandCall call(leaf.command, configuration, contexts, std::move(said), Output(*format, std::cout), terminal);
    const auto code = leaf.command.run(call);
    call.output.end();
    return code;
  });
}

}  // namespace

Exit replay_tool(int argc, const char* const* argv, const std::vector<Context>& contexts) {
  CLI::App parser{"Rebuild, verify, promote and roll back projections; look into the journal", "keel replay"};
  parser.require_subcommand(1);
  const auto commands = all_commands();
  std::vector<std::unique_ptr<Leaf>> leaves;
  for (const auto& command : commands) leaves.push_back(std::make_unique<Leaf>(place_of(command, parser), command));
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parser.exit(error) == 0 ? Exit::ok : Exit::usage;
  }
  const auto chosen = std::ranges::find_if(leaves, [](const auto& leaf) { return leaf->parser.parsed(); });
  return chosen == leaves.end() ? Exit::usage : run(**chosen, contexts, {argv, argv + argc});
}

}  // namespace keel::app
