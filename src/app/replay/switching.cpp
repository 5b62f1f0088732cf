#include <algorithm>

#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/projection_words.hpp"
#include "core/crash_point.hpp"
#include "replay/promotion.hpp"

namespace keel::app {
namespace {

using replay::GenerationRow;

struct Subject {
  query::Projection projection;
  std::unique_ptr<replay::ReadStore> store;
  std::vector<GenerationRow> generations;
  replay::ProjectionRow row;
};

/// The projection with its lock held; else how the command ends.
std::variant<Subject, Exit> subject_of(CommandCall& call) {
  auto projection = declared_projection(call, call.argument());
  if (!projection) return Exit::not_found;
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  Subject subject{*std::move(projection), std::get<0>(std::move(opened)), {}, {}};
  const auto& name = subject.projection.name;
  if (const auto claimed = subject.store->claim(name); !claimed) return refused(call, claimed.why());
  const auto row = subject.store->projection(name);
  if (!row) return call.fail(row.fault());
  if (!*row) return call.fail(Exit::not_found, name + " was never migrated: run `keel migrate`");
  subject.row = **row;
  auto generations = subject.store->generations(name);
  if (!generations) return call.fail(generations.fault());
  subject.generations = *std::move(generations);
  return subject;
}

const GenerationRow* find(const Subject& subject, std::int64_t generation) {
  const auto found = std::ranges::find(subject.generations, generation, &GenerationRow::generation);
  return found == subject.generations.end() ? nullptr : &*found;
}

/// The one that was named, or the newest that is neither live nor the one before.
std::variant<const GenerationRow*, Exit> candidate(const CommandCall& call, const Subject& subject) {
  if (call.given("generation")) {
    const auto number = call.whole_number("generation", 1);
    if (!number) return Exit::usage;
    const auto* named = find(subject, *number);
    if (named != nullptr) return named;
    return call.fail(Exit::not_found,
                     "there is no generation " + call.option("generation") + " of " + subject.projection.name);
  }
  const GenerationRow* newest = nullptr;
  for (const auto& row : subject.generations) {
    if (!row.live && !row.previous) newest = &row;
  }
  if (newest != nullptr) return newest;
  return call.fail(Exit::not_found, "there is no generation that waits for its promotion: rebuild " +
                                        subject.projection.name + " first");
}

/// Why it may not be promoted as things stand; empty when it may.
std::string obstacle(const GenerationRow& row) {
  const std::string number = std::to_string(row.generation);
  if (row.state == "filling") return "generation " + number + " is not filled yet";
  if (!row.verified_at) {
    return "generation " + number +
           " was not verified since its rebuild: `keel replay verify`, or say --force and --reason";
  }
  return {};
}

/// Whether its checkpoints are of the journal as it is now; nothing when that cannot be found out, which is told.
std::optional<bool> of_this_journal(const CommandCall& call, const Subject& subject, const GenerationRow& row) {
  const auto journal = journal_opener(call.configuration(), "replay " + subject.projection.name)();
  if (!journal) return call.fail(journal.fault()), std::nullopt;
  const auto identity = (*journal)->identity();
  if (!identity) return call.fail(identity.fault()), std::nullopt;
  const auto lanes = subject.store->lanes(subject.projection.name, row.generation);
  if (!lanes) return call.fail(lanes.fault()), std::nullopt;
  return std::ranges::all_of(*lanes, [&](const auto& lane) { return lane.incarnation == identity->incarnation; });
}

/// What was tried is written down as well.
Exit refused_deed(CommandCall& call, const Subject& subject, replay::Deed deed,
                  const std::variant<replay::Refused, Fault>& why) {
  deed.result = "refused";
  if (const auto noted = subject.store->note(deed); !noted) call.terminal.say(noted.fault().what);
  return refused(call, why);
}

Exit switch_to(CommandCall& call, Subject& subject, const GenerationRow& row, const std::string& action) {
  if (call.configuration().yes("faults")) arm_crash_points();
  const auto& name = subject.projection.name;
  replay::SwitchRules rules;
  rules.forced = call.switched_on("force");
  const auto patience = call.whole_number("patience", 0);
  if (!patience) return Exit::usage;
  rules.patience = std::chrono::milliseconds(*patience);
  const auto current = of_this_journal(call, subject, row);
  if (!current) return Exit::unavailable;
  if (!*current && !rules.forced) {
    return call.fail(Exit::conflict, "generation " + std::to_string(row.generation) +
                                         " was folded from another incarnation of the journal");
  }
  Plan plan;
  plan.columns = {"projection", "live_now", "live_then", "version_then", "forced"};
  plan.rows = {{name, subject.row.live, row.generation, std::int64_t{row.version}, rules.forced}};
  plan.confirm = name;
  if (const auto code = call.agree(plan)) return *code;
  const auto deed = deed_of(call, action, name, row.generation);
  const auto done = replay::switch_live(*subject.store, {name, subject.row.live, row.generation}, rules, deed);
  if (!done) return refused_deed(call, subject, deed, done.why());
  call.output.record({{"projection", name}, {"live", row.generation}, {"previous", subject.row.live}});
  return Exit::ok;
}

bool forced_without_reason(const CommandCall& call) { return call.switched_on("force") && call.reason().empty(); }

Exit promote(CommandCall& call) {
  if (forced_without_reason(call)) return call.fail(Exit::usage, "--force needs a --reason");
  auto found = subject_of(call);
  if (const auto* code = std::get_if<Exit>(&found)) return *code;
  auto& subject = std::get<Subject>(found);
  const auto chosen = candidate(call, subject);
  if (const auto* code = std::get_if<Exit>(&chosen)) return *code;
  const auto& row = *std::get<const GenerationRow*>(chosen);
  if (row.live) return call.fail(Exit::conflict, "generation " + std::to_string(row.generation) + " is live already");
  const auto why = obstacle(row);
  if (!why.empty() && (row.state == "filling" || !call.switched_on("force"))) return call.fail(Exit::conflict, why);
  return switch_to(call, subject, row, "promote");
}

Exit roll_back(CommandCall& call) {
  if (forced_without_reason(call)) return call.fail(Exit::usage, "--force needs a --reason");
  auto found = subject_of(call);
  if (const auto* code = std::get_if<Exit>(&found)) return *code;
  auto& subject = std::get<Subject>(found);
  const auto* previous = subject.row.previous ? find(subject, *subject.row.previous) : nullptr;
  if (previous == nullptr) return call.fail(Exit::conflict, "there is no generation to go back to");
  return switch_to(call, subject, *previous, "rollback");
}

Exit drop(CommandCall& call) {
  const auto number = call.whole_number("generation", 1);
  const auto patience = call.whole_number("patience", 0);
  if (!number || !patience) return Exit::usage;
  auto found = subject_of(call);
  if (const auto* code = std::get_if<Exit>(&found)) return *code;
  auto& subject = std::get<Subject>(found);
  const auto* row = find(subject, *number);
  if (row == nullptr) return call.fail(Exit::not_found, "there is no generation " + call.option("generation"));
  if (row->live) return call.fail(Exit::conflict, "generation " + call.option("generation") + " is live");
  Plan plan;
  plan.columns = {"projection", "generation", "version", "previous"};
  plan.rows = {{subject.projection.name, row->generation, std::int64_t{row->version}, row->previous}};
  if (row->previous) plan.remarks = {"A roll-back is not possible after that."};
  plan.confirm = subject.projection.name;
  if (const auto code = call.agree(plan)) return *code;
  const auto deed = deed_of(call, "drop", subject.projection.name, row->generation);
  const auto dropped =
      subject.store->drop(subject.projection, row->generation, std::chrono::milliseconds(*patience), deed);
  if (!dropped) return refused_deed(call, subject, deed, dropped.why());
  call.output.record({{"projection", subject.projection.name}, {"dropped", row->generation}});
  return Exit::ok;
}

const std::vector<Option> switch_options = {
    {"force", "", "", "although it was not verified, is behind, or parks more; needs --reason"},
    {"patience", "MS", "3000", "how long the live generation may be held still until the other has caught up"},
};

}  // namespace

OperatorCommand promote_command() {
  OperatorCommand command;
  command.words = {"promote"};
  command.summary = "make a rebuilt generation the one that is queried";
  command.explanation =
      "Only one that was verified since its rebuild, and has come as far as the live one in every lane. One transaction"
      " holds the live generation still, waits for the other one, and switches; queries follow at once and never"
      " stop. The generation before stays and is kept up for `rollback`.";
  command.arguments = {{"NAME", "the projection"}};
  command.options = {{"generation", "N", "", "which one; else the newest that waits"}};
  command.options.insert(command.options.end(), switch_options.begin(), switch_options.end());
  command.changes = true;
  command.run = &promote;
  return command;
}

OperatorCommand rollback_command() {
  OperatorCommand command;
  command.words = {"rollback"};
  command.summary = "go back to the generation that was live before, at once";
  command.explanation =
      "It was kept up all the time by processes of its version, so nothing is rebuilt. When no such process runs it is"
      " behind, and the command refuses; --force goes back in time.";
  command.arguments = {{"NAME", "the projection"}};
  command.options = switch_options;
  command.changes = true;
  command.run = &roll_back;
  return command;
}

OperatorCommand drop_command() {
  OperatorCommand command;
  command.words = {"drop"};
  command.summary = "throw away a generation that is not live";
  command.explanation =
      "Waits until no query reads it. Then its tables, checkpoints and parked events go; its number is not used again.";
  command.arguments = {{"NAME", "the projection"}};
  command.options = {{"generation", "N", "", "which one"},
                     {"patience", "MS", "10000", "how long queries may take to leave it"}};
  command.changes = true;
  command.run = &drop;
  return command;
}

}  // namespace keel::app
