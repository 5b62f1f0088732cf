#include "app/replay/operator_command.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace keel::app {

std::string OperatorCommand::name() const {
  std::string text;
  for (const auto word : words) text += (text.empty() ? "" : " ") + std::string(word);
  return text;
}

const Option& CommandCall::described(std::string_view name) const {
  const auto found = std::ranges::find(command_.options, name, &Option::name);
  if (found == command_.options.end()) {
    throw std::logic_error(command_.name() + " does not describe an option " + std::string(name));
  }
  return *found;
}

std::string CommandCall::option(std::string_view name) const {
  const auto& option = described(name);
  const auto said = said_.options.find(name);
  return said == said_.options.end() ? std::string(option.fallback) : said->second;
}

bool CommandCall::given(std::string_view name) const { return said_.options.contains(described(name).name); }

bool CommandCall::switched_on(std::string_view name) const { return given(name); }

std::optional<std::int64_t> parse_whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return {};
  return number;
}

std::optional<std::int64_t> CommandCall::whole_number(std::string_view name, std::int64_t least) const {
  const std::string text = option(name);
  const auto number = parse_whole_number(text);
  if (number && *number >= least) return number;
  fail(Exit::usage, "--" + std::string(name) + " must be a whole number of at least " + std::to_string(least) +
                        ", not '" + text + "'");
  return {};
}

std::optional<Exit> CommandCall::agree(const Plan& plan) {
  if (said_.dry_run) {
    output.begin(plan.columns);
    for (const auto& row : plan.rows) output.row(row);
    output.end();
    for (const auto& remark : plan.remarks) terminal.say(remark);
    terminal.say("Nothing was changed (--dry-run).");
    return Exit::ok;
  }
  if (!output.for_programs()) {
    terminal.say(as_table(plan.columns, plan.rows));
    for (const auto& remark : plan.remarks) terminal.say(remark);
  }
  if (said_.yes) return {};
  if (output.for_programs() || !terminal.can_ask()) {
    return fail(Exit::usage,
                "nobody can be asked here: say --yes to go on without a question, or --dry-run to see the plan");
  }
  const auto typed = terminal.ask("Type " + plan.confirm + " to go on:");
  if (typed == plan.confirm) return {};
  return fail(Exit::usage, "'" + typed + "' is not '" + plan.confirm + "': nothing was changed");
}

Exit CommandCall::fail(Exit code, const std::string& why) const {
  terminal.say("keel replay " + command_.name() + ": " + why);
  return code;
}

Exit CommandCall::fail(const Fault& fault) const {
  switch (fault.cause) {
    case Fault::Cause::unreachable:
      return fail(Exit::unavailable, fault.what);
    case Fault::Cause::denied:
      return fail(Exit::denied, fault.what);
    case Fault::Cause::other:
      return fail(Exit::failed, fault.what);
  }
  return Exit::failed;
}

}  // namespace keel::app
