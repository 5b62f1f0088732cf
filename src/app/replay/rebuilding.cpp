#include <algorithm>

#include "app/connections.hpp"
#include "app/process.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/interrupt.hpp"
#include "app/replay/progress.hpp"
#include "app/replay/projection_words.hpp"
#include "core/crash_point.hpp"
#include "journal/postgres_event_scan.hpp"
#include "query/postgres_projection_store.hpp"
#include "replay/rebuild.hpp"
#include "replay/rebuild_plan.hpp"

namespace keel::app {
namespace {

const std::vector<Option> work_options = {
    {"workers", "N", "3", "lanes that are loaded at once, with three sessions each"},
    {"memory", "MIB", "1024", "memory for rows that are not written yet; lanes that need more go on in small steps"},
    {"rate", "N", "0", "most events a second, to spare the databases; 0: as fast as it goes"},
    {"max-parked", "N", "10", "aggregates of a lane that may turn out not to fold before the rebuild fails"},
    {"progress-interval", "SECONDS", "10", "time between two lines of progress, where no bar can be drawn"},
};

struct Work {
  replay::RebuildOptions options;
  std::chrono::seconds progress_interval{10};
};

std::optional<Work> work_of(const CommandCall& call) {
  const auto workers = call.whole_number("workers", 1);
  const auto memory = call.whole_number("memory", 1);
  const auto rate = call.whole_number("rate", 0);
  const auto parked = call.whole_number("max-parked", 0);
  const auto interval = call.whole_number("progress-interval", 0);
  if (!workers || !memory || !rate || !parked || !interval) return {};
  Work work;
  work.options.workers = static_cast<std::size_t>(std::min<std::int64_t>(*workers, 64));
  work.options.bytes = static_cast<std::size_t>(*memory) << 20U;
  work.options.rate = *rate;
  work.options.max_parked = static_cast<std::size_t>(*parked);
  work.progress_interval = std::chrono::seconds(*interval);
  return work;
}

replay::RebuildParts parts_of(const CommandCall& call, const query::Projection& projection) {
  const auto& configuration = call.configuration();
  const std::string purpose = "replay rebuild " + projection.name;
  return {projection, query::postgres_projection_store(configuration.text("read.dsn"), "keel " + purpose),
          journal_opener(configuration, purpose),
          journal::postgres_event_scan(journal_options(configuration, purpose))};
}

Result<std::int64_t> events_to_fold(const CommandCall& call, const query::Projection& projection) {
  const auto journal = journal_opener(call.configuration(), "replay rebuild")();
  if (!journal) return journal.fault();
  return replay::events_to_fold(projection, **journal);
}

Exit code_of(const CommandCall& call, const replay::RebuildEnd& end, std::int64_t operation) {
  if (end.fault) {
    const auto code = call.fail(*end.fault);
    call.terminal.say("What was written stays: `keel replay resume " + std::to_string(operation) +
                      "` goes on from there.");
    return code;
  }
  if (end.state == "stopped") {
    call.terminal.say("Stopped at a checkpoint: `keel replay resume " + std::to_string(operation) + "` goes on.");
    return Exit::interrupted;
  }
  return end.parked > 0 ? Exit::parked : Exit::ok;
}

Exit work_off(CommandCall& call, const query::Projection& projection, const Work& work,
              const replay::Operation& operation, replay::ReadStore& store, const replay::Deed& deed,
              const Interrupt& interrupt) {
  if (call.configuration().yes("faults")) arm_crash_points();
  ProgressTeller progress(call, projection.name, work.progress_interval);
  const auto end = replay::rebuild(
      parts_of(call, projection), work.options, operation, store, deed, [&] { return interrupt.asked(); },
      [&](const replay::Operation& now) {
        progress.tell({now.phase, now.events, now.total, now.rate});
      });
  const auto rate = end.seconds > 0 ? static_cast<std::int64_t>(static_cast<double>(end.events) / end.seconds) : 0;
  call.output.record({{"type", "result"},
                      {"operation", operation.id},
                      {"projection", projection.name},
                      {"generation", operation.generation},
                      {"state", end.state},
                      {"events", end.events},
                      {"parked_events", end.parked},
                      {"seconds", end.seconds},
                      {"events_per_second", rate}});
  if (end.state == "done") {
    call.terminal.say("Next: keel replay verify " + projection.name + " --generation " +
                      std::to_string(operation.generation) + ", then keel replay promote " + projection.name);
  }
  return code_of(call, end, operation.id);
}

std::string tables_of(const query::Projection& projection, std::int64_t generation) {
  std::string names;
  for (const auto& table : projection.tables) {
    names += (names.empty() ? "" : ", ") + table.name + "_g" + std::to_string(generation);
  }
  return names;
}

Exit rebuild(CommandCall& call) {
  const auto projection = declared_projection(call, call.argument());
  if (!projection) return Exit::not_found;
  const auto work = work_of(call);
  if (!work) return Exit::usage;
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const auto total = events_to_fold(call, *projection);
  if (!total) return call.fail(total.fault());
  if (const auto claimed = store.claim(projection->name); !claimed) return refused(call, claimed.why());
  const auto generations = store.generations(projection->name);
  if (!generations) return call.fail(generations.fault());
  if (generations->empty())
    return call.fail(Exit::not_found, projection->name + " was never migrated: run `keel migrate`");
  if (const auto why = replay::unfinished(*generations, projection->name); !why.empty())
    return call.fail(Exit::conflict, why);

  Plan plan;
  plan.columns = {"projection", "version", "events", "target_tables", "side_effects"};
  plan.rows = {{projection->name, std::int64_t{projection->version}, *total,
                tables_of(*projection, generations->back().generation + 1) + " (new)", "none"}};
  plan.remarks = {
      "Queries and projectors go on; nothing is promoted. Commands, mails and reactors are not part of a replay."};
  plan.confirm = projection->name;
  if (const auto code = call.agree(plan)) return *code;
  const Interrupt interrupt;  // before anybody can see the operation and ask for its end
  const auto begun =
      store.begin_rebuild(*projection, process_name(), *total, deed_of(call, "rebuild", projection->name));
  if (!begun) return call.fail(begun.fault());
  return work_off(call, *projection, *work, *begun, store, deed_of(call, "rebuild", projection->name), interrupt);
}

Exit resume(CommandCall& call) {
  const auto id = operation_number(call);
  const auto work = work_of(call);
  if (!id || !work) return Exit::usage;
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const auto asked = store.operation(*id);
  if (!asked) return call.fail(asked.fault());
  if (!*asked) return call.fail(Exit::not_found, "there is no operation " + call.argument());
  const auto projection = declared_projection(call, (*asked)->projection);
  if (!projection) return Exit::not_found;
  if (const auto claimed = store.claim(projection->name); !claimed) return refused(call, claimed.why());
  const auto found = store.operation(*id);
  if (!found) return call.fail(found.fault());
  auto operation = **found;
  operation.alive = false;  // we hold the lock
  if (!operation.can_resume()) {
    return call.fail(Exit::conflict,
                     "operation " + call.argument() + " is " + operation.state + ": there is nothing to go on with");
  }
  if (operation.version != projection->version) {
    return call.fail(Exit::conflict, "it was begun by version " + std::to_string(operation.version) +
                                         " of the projection, this is " + std::to_string(projection->version) +
                                         ": drop its generation and rebuild anew");
  }
  const auto so_far = replay::folded(store, operation);
  if (!so_far) return call.fail(so_far.fault());
  operation.events = *so_far;
  Plan plan;
  plan.columns = {"operation", "projection", "generation", "state", "phase", "events", "total"};
  plan.rows = {{operation.id, operation.projection, operation.generation, operation.state, operation.phase,
                operation.events, operation.total}};
  plan.confirm = call.argument();
  if (const auto code = call.agree(plan)) return *code;
  auto deed = deed_of(call, "resume", projection->name, operation.generation);
  deed.operation = operation.id;
  const Interrupt interrupt;
  if (const auto taken = store.take_up(operation, process_name(), operation.total, deed); !taken) {
    return call.fail(taken.fault());
  }
  return work_off(call, *projection, *work, operation, store, deed, interrupt);
}

}  // namespace

OperatorCommand rebuild_command() {
  OperatorCommand command;
  command.words = {"rebuild"};
  command.summary = "fold a projection anew into a generation beside the live one";
  command.explanation =
      "Reads the journal lane by lane, several lanes at once, folds in memory, and copies the rows into new tables;"
      " indices are made after that. Queries are served from the live generation all the time. When it ends, projectors"
      " keep the new generation up, and it waits for `verify` and `promote`. Killed or interrupted at any moment, it is"
      " gone on with by `resume`. A replay has nothing that could send a command or a mail.\n\n"
      "Ends with 0; 7 when events had to be parked; 130 when it was interrupted or cancelled; 5 when somebody else "
      "works"
      " at the projection or a generation is waiting already.";
  command.arguments = {{"NAME", "the projection"}};
  command.options = work_options;
  command.changes = true;
  command.run = &rebuild;
  return command;
}

OperatorCommand resume_command() {
  OperatorCommand command;
  command.words = {"resume"};
  command.summary = "go on with a rebuild that was stopped, failed or killed";
  command.explanation =
      "Lanes that were written stay; the others are folded from their checkpoints. The result is the same.";
  command.arguments = {{"OPERATION", "its number, as `status` shows it"}};
  command.options = work_options;
  command.changes = true;
  command.run = &resume;
  return command;
}

}  // namespace keel::app
