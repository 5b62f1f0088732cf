#include "app/replay/documents.hpp"

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>

#include "app/replay/commands.hpp"
#include "app/replay/projection_words.hpp"

namespace keel::app {
namespace {

/// What every command takes, and those that change something.
const std::vector<Option> common_options = {{"output", "FORMAT", "table", "table, json, jsonl or csv"}};
const std::vector<Option> change_options = {{"dry-run", "", "", "show the plan and change nothing"},
                                            {"yes", "", "", "do not ask"},
                                            {"reason", "TEXT", "", "why; kept in the audit table"}};

constexpr std::string_view exit_codes = R"(.SH EXIT STATUS
0 done; 1 failed; 2 bad usage, or a question that was not answered; 3 there is no such thing; 4 the role may not;
5 somebody else is at it, or the state does not allow it; 6 a comparison or a check found something; 7 done, but events
were parked or still are; 8 a database cannot be reached; 130 interrupted at a checkpoint. Of several projections the
worst counts; from good to bad these are 0, 7, 6, 5, 3, 4, 8, 1, 2 and 130.
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\' || c == '-') safe += '\\';
    safe += c;
  }
  return safe;
}

std::vector<Option> options_of(const OperatorCommand& command) {
  auto all = command.options;
  all.insert(all.end(), common_options.begin(), common_options.end());
  if (command.changes) all.insert(all.end(), change_options.begin(), change_options.end());
  return all;
}

std::string shown(const Argument& argument) {
  const std::string name = std::string(argument.name) + (argument.many ? "..." : "");
  return argument.required ? name : "[" + name + "]";
}

std::string section(const OperatorCommand& command) {
  std::string text = ".SS " + command.name();
  for (const auto& argument : command.arguments) text += " " + shown(argument);
  text += "\n" + escaped(command.summary) + ".\n.PP\n" + escaped(command.explanation) + "\n";
  for (const auto& option : options_of(command)) {
    text += ".TP\n\\-\\-" + escaped(option.name) + " " + std::string(option.value) + "\n" + escaped(option.help);
    text += option.fallback.empty() ? "\n" : " [" + std::string(option.fallback) + "]\n";
  }
  return text;
}

std::string flags_of(const OperatorCommand& command) {
  std::string flags = "--help";
  for (const auto& option : options_of(command)) flags += " --" + std::string(option.name);
  return flags;
}

bool takes_projection(const OperatorCommand& command) {
  return std::ranges::any_of(command.arguments, [](const Argument& argument) { return argument.name == "NAME"; });
}

Exit complete(CommandCall& call) {
  std::vector<std::string> projections;
  for (const auto& projection : declared_projections(call)) projections.push_back(projection.name);
  if (call.argument() != "bash") return call.fail(Exit::usage, "only bash is known, not '" + call.argument() + "'");
  std::cout << bash_completion(all_commands(), projections);
  return Exit::ok;
}

Exit man(CommandCall&) {
  std::cout << man_page(all_commands());
  return Exit::ok;
}

}  // namespace

std::string man_page(const std::vector<OperatorCommand>& commands) {
  std::string page =
      ".TH KEEL\\-REPLAY 1\n.SH NAME\nkeel replay \\- rebuild, verify, promote and roll back projections; look into the"
      " journal\n.SH SYNOPSIS\nkeel replay COMMAND [ARGUMENTS] [FLAGS]\n.SH DESCRIPTION\nResults go to standard output,"
      " questions, progress and complaints to standard error. What changes something shows its plan and asks on a "
      "terminal;"
      " without one it wants \\-\\-yes. Every change is kept in the table audit of the read store.\n.SH COMMANDS\n";
  for (const auto& command : commands) page += section(command);
  return page + std::string(exit_codes);
}

std::string bash_completion(const std::vector<OperatorCommand>& commands, const std::vector<std::string>& projections) {
  std::string names;
  for (const auto& name : projections) names += (names.empty() ? "" : " ") + name;
  // Words so far, and those that may follow; `journal stats` before `journal`.
  std::map<std::string, std::string, std::greater<>> next;
  std::string cases;
  for (const auto& command : commands) {
    std::string path;
    for (const auto word : command.words) {
      auto& follow = next[path];
      if ((" " + follow + " ").find(" " + std::string(word) + " ") == std::string::npos) {
        follow += (follow.empty() ? "" : " ") + std::string(word);
      }
      path += (path.empty() ? "" : " ") + std::string(word);
    }
    next[path] = flags_of(command) + (takes_projection(command) ? " " + names : "");
  }
  for (const auto& [path, follow] : next) {
    if (!path.empty()) cases += "    '" + path + "'*) words='" + follow + "' ;;\n";
  }
  return "# bash completion of `keel replay`: source <(keel replay completion bash)\n"
         "_keel_replay() {\n"
         "  local line=\"${COMP_WORDS[*]:2:COMP_CWORD-2}\" words\n"
         "  [ \"${COMP_WORDS[1]}\" = replay ] || return 0\n"
         "  case \"$line\" in\n" +
         cases + "    *) words='" + next[""] +
         "' ;;\n"
         "  esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
         "}\n"
         "complete -F _keel_replay keel\n";
}

OperatorCommand completion_command() {
  OperatorCommand command;
  command.words = {"completion"};
  command.summary = "print completion for a shell";
  command.explanation = "source <(keel replay completion bash)";
  command.arguments = {{"SHELL", "bash"}};
  command.run = &complete;
  return command;
}

OperatorCommand man_command() {
  OperatorCommand command;
  command.words = {"man"};
  command.summary = "print the man page";
  command.explanation = "keel replay man | man -l -";
  command.run = &man;
  return command;
}

}  // namespace keel::app
