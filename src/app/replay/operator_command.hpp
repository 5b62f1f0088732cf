#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/command_line.hpp"
#include "app/configuration.hpp"
#include "app/context.hpp"
#include "app/replay/output.hpp"
#include "app/replay/terminal.hpp"
#include "core/result.hpp"

namespace keel::app {

/// A word that a command takes: `NAME`.
struct Argument {
  std::string_view name;
  std::string_view help;
  bool required = true;
  /// One or more words.
  bool many = false;
};

/// A flag of one command, without its dashes.
struct Option {
  std::string_view name;
  /// What its value is, e.g. `N/s`; empty for a switch.
  std::string_view value;
  /// When it is not given; also shown in the help.
  std::string_view fallback;
  std::string_view help;
};

class CommandCall;

/// One command of `keel replay`, described once: parser, help, man page, shell completion and reference are all made
/// from this.
///
/// To add one: write `OperatorCommand my_command()` in a file of its own beside the others, declare it in
/// `commands.hpp`, and name it in `all_commands()` (`commands.cpp`). Its words may be two (`{"parked", "list"}`); the
/// group appears by itself, with the summary that `groups()` has for it.
struct OperatorCommand {
  std::vector<std::string_view> words;
  /// One line for lists, without a full stop.
  std::string_view summary;
  /// Paragraphs for help and man page.
  std::string_view explanation;
  std::vector<Argument> arguments;
  std::vector<Option> options;
  /// Takes `--dry-run`, `--yes` and `--reason`, and must call `CommandCall::agree` before it changes anything.
  bool changes = false;
  Exit (*run)(CommandCall& call) = nullptr;

  std::string name() const;
};

/// Nothing unless the whole text is a number that is not negative.
std::optional<std::int64_t> parse_whole_number(std::string_view text);

/// What a command that changes something is about to do.
struct Plan {
  /// One row a thing that is to be done.
  std::vector<std::string> columns;
  std::vector<std::vector<Field>> rows;
  /// Lines below the table.
  std::vector<std::string> remarks;
  /// What a person types to go on: the projection's name, or the operation's.
  std::string confirm;
};

/// One call of a command: what was said, where results go, how people are asked. Results go to `output` (standard
/// output), all else to `terminal` (standard error).
class CommandCall {
 public:
  struct Said {
    std::vector<std::string> arguments{};
    std::map<std::string, std::string, std::less<>> options{};
    bool dry_run = false;
    bool yes = false;
    std::string reason{};
    /// Word by word as it was typed, from `replay` on.
    std::vector<std::string> command_line{};
  };

  CommandCall(const OperatorCommand& command, const Configuration& configuration, const std::vector<Context>& contexts,
              Said said, Output results, Terminal& people)
      : output(std::move(results)),
        terminal(people),
        command_(command),
        configuration_(configuration),
        contexts_(contexts),
        said_(std::move(said)) {}

  const Configuration& configuration() const { return configuration_; }
  const std::vector<Context>& contexts() const { return contexts_; }

  // -- what was said ---------------------------------------------------------------------------------------------
  const std::vector<std::string>& arguments() const { return said_.arguments; }
  const std::vector<std::string>& command_line() const { return said_.command_line; }
  /// The only or the first one.
  const std::string& argument() const { return said_.arguments.front(); }
  /// Value of an option, or its fallback. Asking for one that the command does not describe is a bug.
  std::string option(std::string_view name) const;
  bool given(std::string_view name) const;
  bool switched_on(std::string_view name) const;
  /// Why the operator does it; may be empty.
  const std::string& reason() const { return said_.reason; }
  /// Whether the option is a whole number of at least `least`; else complains, and the command ends with `usage`.
  std::optional<std::int64_t> whole_number(std::string_view name, std::int64_t least = 0) const;

  // -- before a change -------------------------------------------------------------------------------------------
  /// Shows the plan and asks for consent: with `--dry-run` the plan is the result and the command ends with 0; with
  /// `--yes` it goes on; on a terminal the person types `plan.confirm`. No terminal, or output for programs, and no
  /// `--yes`: refused with `usage`. Nothing: go on. Else end with this.
  std::optional<Exit> agree(const Plan& plan);

  // -- how it ends -----------------------------------------------------------------------------------------------
  /// Says why on standard error and answers the code: `return call.fail(Exit::not_found, "…")`.
  Exit fail(Exit code, const std::string& why) const;
  /// A fault of a store: `unavailable` when it cannot be reached, `denied` when the role may not, else `failed`.
  Exit fail(const Fault& fault) const;

  Output output;
  Terminal& terminal;

 private:
  const Option& described(std::string_view name) const;

  const OperatorCommand& command_;
  const Configuration& configuration_;
  const std::vector<Context>& contexts_;
  const Said said_;
};

}  // namespace keel::app
