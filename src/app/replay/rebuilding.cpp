#include <memory>
#include <utility>

#include "app/connections.hpp"
#include "app/process.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/detaching.hpp"
#include "app/replay/projection_words.hpp"
#include "app/replay/rebuild_work.hpp"
#include "replay/rebuild_plan.hpp"

namespace keel::app {
namespace {

/// A projection that is going to be rebuilt; its store holds its lock.
struct Claimed {
  query::Projection projection;
  std::unique_ptr<replay::ReadStore> store;
  std::int64_t events = 0;
  /// Of the generation that it will get.
  std::int64_t generation = 0;
};

std::variant<Claimed, Exit> claim(const CommandCall& call, const query::Projection& projection) {
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  Claimed claimed{projection, std::get<0>(std::move(opened))};
  const auto& name = projection.name;
  const auto journal = journal_opener(call.configuration(), "replay rebuild")();
  if (!journal) return call.fail(journal.fault());
  const auto events = replay::events_to_fold(projection, **journal);
  if (!events) return call.fail(events.fault());
  if (const auto taken = claimed.store->claim(name); !taken) return refused(call, taken.why());
  const auto generations = claimed.store->generations(name);
  if (!generations) return call.fail(generations.fault());
  if (generations->empty()) return call.fail(Exit::not_found, name + " was never migrated: run `keel migrate`");
  if (const auto why = replay::unfinished(*generations, name); !why.empty()) {
    return call.fail(Exit::conflict, name + ": " + why);
  }
  claimed.events = *events;
  claimed.generation = generations->back().generation + 1;
  return claimed;
}

/// All of them, or how the command ends; each that cannot be had is told.
std::variant<std::vector<Claimed>, Exit> claim_all(const CommandCall& call,
                                                   const std::vector<query::Projection>& projections) {
  std::vector<Claimed> all;
  auto worst = Exit::ok;
  for (const auto& projection : projections) {
    auto one = claim(call, projection);
    if (const auto* code = std::get_if<Exit>(&one)) {
      worst = worse(worst, *code);
    } else {
      all.push_back(std::get<Claimed>(std::move(one)));
    }
  }
  if (worst != Exit::ok) return worst;
  return all;
}

std::string tables_of(const Claimed& one) {
  std::string names;
  for (const auto& table : one.projection.tables) {
    names += (names.empty() ? "" : ", ") + table.name + "_g" + std::to_string(one.generation);
  }
  return names + " (new)";
}

Plan plan_for(const std::vector<Claimed>& all) {
  Plan plan;
  plan.columns = {"projection", "version", "events", "target_tables", "side_effects"};
  for (const auto& one : all) {
    plan.rows.push_back(
        {one.projection.name, std::int64_t{one.projection.version}, one.events, tables_of(one), "none"});
  }
  plan.remarks = {
      "Queries and projectors go on; nothing is promoted. Commands, mails and reactors are not part of a replay."};
  if (all.size() > 1) plan.remarks.emplace_back("One after another, in this order.");
  return plan;
}

Exit rebuild_one(CommandCall& call, Results& results, const Claimed& one, const RebuildWork& work,
                 const Interrupt& interrupt) {
  const auto deed = deed_of(call, "rebuild", one.projection.name);
  const auto begun = one.store->begin_rebuild(one.projection, process_name(), one.events, deed);
  if (!begun) return call.fail(begun.fault());
  return work_off(call, results, one.projection, work, *begun, *one.store, deed, interrupt);
}

/// One that fails or is cancelled does not keep the others from being rebuilt; an interrupt does.
Exit one_after_another(CommandCall& call, std::vector<Claimed> all, const RebuildWork& work) {
  const Interrupt interrupt;  // before anybody can see an operation and ask for its end
  Results results(call.output, all.size());
  auto worst = Exit::ok;
  for (auto& claimed : all) {
    const Claimed one = std::move(claimed);  // its lock goes when it is done
    if (interrupt.asked()) {
      worst = Exit::interrupted;
      call.terminal.say("Not begun: " + one.projection.name);
      continue;
    }
    worst = worse(worst, rebuild_one(call, results, one, work, interrupt));
  }
  return worst;
}

Exit rebuild(CommandCall& call) {
  const auto chosen = chosen_projections(call);
  if (const auto* code = std::get_if<Exit>(&chosen)) return *code;
  const auto& projections = std::get<0>(chosen);
  const auto work = rebuild_work(call);
  if (!work) return Exit::usage;
  auto claimed = claim_all(call, projections);
  if (const auto* code = std::get_if<Exit>(&claimed)) return *code;
  auto& all = std::get<0>(claimed);
  auto plan = plan_for(all);
  plan.confirm = confirmation_of(projections);
  if (const auto code = call.agree(plan)) return *code;
  if (!call.switched_on("detach")) return one_after_another(call, std::move(all), *work);
  for (const auto& one : all) {
    if (const auto released = one.store->release(); !released) return call.fail(released.fault());
  }
  if (all.size() > 1) call.terminal.say("This is the first one's; the others follow in the same process.");
  return detach(call, projections.front().name);
}

}  // namespace

OperatorCommand rebuild_command() {
  OperatorCommand command;
  command.words = {"rebuild"};
  command.summary = "fold projections anew into generations beside the live ones";
  command.explanation =
      "Reads the journal lane by lane, several lanes at once, folds in memory, and copies the rows into new tables;"
      " indices are made after that. Queries are served from the live generation all the time. When it ends, projectors"
      " keep the new generation up, and it waits for `verify` and `promote`. Killed or interrupted at any moment, it is"
      " gone on with by `resume`. A replay has nothing that could send a command or a mail.\n\n"
      "Takes several names, or --all: nothing begins before each of them can be rebuilt; then one after another is, "
      "and one that fails does not keep the others from it.\n\n"
      "With --detach it returns as soon as the work has begun, with the operation's number and the file that the "
      "other process writes to; `status --follow`, `cancel` and `resume` are for that operation.\n\n"
      "Ends with 0; 7 when events had to be parked; 130 when it was interrupted or cancelled; 5 when somebody else "
      "works at the projection or a generation is waiting already. The worst of several counts.";
  command.arguments = several_projections();
  command.options = rebuild_work_options({every_projection()});
  command.changes = true;
  command.run = &rebuild;
  return command;
}

}  // namespace keel::app
