#include <algorithm>
#include <utility>

#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/interrupt.hpp"
#include "app/replay/progress.hpp"
#include "app/replay/projection_words.hpp"
#include "app/replay/several.hpp"
#include "journal/postgres_event_scan.hpp"
#include "replay/verify.hpp"

namespace keel::app {
namespace {

struct Work {
  replay::VerifyOptions options;
  std::chrono::seconds progress_interval{10};
};

std::optional<Work> work_of(const CommandCall& call) {
  const auto workers = call.whole_number("workers", 1);
  const auto memory = call.whole_number("memory", 1);
  const auto limit = call.whole_number("limit", 0);
  const auto interval = call.whole_number("progress-interval", 0);
  if (!workers || !memory || !limit || !interval) return {};
  constexpr std::int64_t most_workers = 64;
  Work work;
  work.options.workers = static_cast<std::size_t>(std::min(*workers, most_workers));
  work.options.bytes = static_cast<std::size_t>(*memory) << 20U;
  work.options.max_differences = static_cast<std::size_t>(*limit);
  work.progress_interval = std::chrono::seconds(*interval);
  return work;
}

/// The one that was named, or the live one; it must be of this code's version. Else how the command ends.
std::variant<std::int64_t, Exit> generation_of(const CommandCall& call, const query::Projection& projection,
                                               const std::vector<replay::GenerationRow>& generations) {
  const auto named = call.given("generation") ? call.whole_number("generation", 1) : std::optional<std::int64_t>(0);
  if (!named) return Exit::usage;
  const auto found = std::ranges::find_if(
      generations, [&](const auto& row) { return *named == 0 ? row.live : row.generation == *named; });
  if (found == generations.end()) {
    return call.fail(Exit::not_found, *named == 0 ? projection.name + " was never migrated: run `keel migrate`"
                                                  : "there is no generation " + call.option("generation"));
  }
  const std::string named_so = projection.name + " generation " + std::to_string(found->generation);
  if (found->state == "filling") return call.fail(Exit::conflict, named_so + " is not filled yet");
  if (found->version != projection.version) {
    return call.fail(Exit::conflict, named_so + " was made by version " + std::to_string(found->version) +
                                         " of the projection, this code is version " +
                                         std::to_string(projection.version));
  }
  return found->generation;
}

/// Begins with the first projection that could be compared: without any there is no listing, not an empty one.
class Listing {
 public:
  explicit Listing(Output& output) : output_(output) {}
  Output& begun() {
    if (!std::exchange(begun_, true)) {
      output_.begin({"projection", "difference", "table", "lane", "key", "column", "found", "expected"});
    }
    return output_;
  }

 private:
  Output& output_;
  bool begun_ = false;
};

void show(const CommandCall& call, Output& output, const query::Projection& projection, std::int64_t generation,
          const replay::Verification& found) {
  for (const auto& one : found.differences) {
    output.row({projection.name, std::string(name_of(one.kind)), one.table, std::int64_t{one.lane.value}, one.key,
                one.column, one.found, one.expected});
  }
  for (const auto& aggregate : found.left_out) call.terminal.say("not compared, because it is parked: " + aggregate);
  call.terminal.say(projection.name + " generation " + std::to_string(generation) + ": " +
                    std::to_string(found.different) + " differences in " + std::to_string(found.rows) + " rows of " +
                    std::to_string(found.lanes) + " lanes, " + std::to_string(found.events) + " events folded in " +
                    std::to_string(found.parts) + " parts and " +
                    std::to_string(static_cast<std::int64_t>(found.seconds * 1000)) + " ms");
}

Exit note(const CommandCall& call, replay::ReadStore& store, const query::Projection& projection,
          std::int64_t generation, std::int64_t differences) {
  auto deed = deed_of(call, "verify", projection.name, generation);
  deed.result = std::to_string(differences) + " differences";
  const auto noted = differences == 0 ? store.note_verified(projection.name, generation, deed) : store.note(deed);
  if (!noted) return call.fail(noted.fault());
  return differences == 0 ? Exit::ok : Exit::mismatch;
}

Exit verify_one(CommandCall& call, Listing& listing, replay::ReadStore& store, const query::Projection& projection,
                const Work& work, const Interrupt& interrupt) {
  const auto generations = store.generations(projection.name);
  if (!generations) return call.fail(generations.fault());
  const auto chosen = generation_of(call, projection, *generations);
  if (const auto* code = std::get_if<Exit>(&chosen)) return *code;
  const auto generation = std::get<std::int64_t>(chosen);
  const auto journal = journal_opener(call.configuration(), "replay verify")();
  if (!journal) return call.fail(journal.fault());
  const auto identity = (*journal)->identity();
  if (!identity) return call.fail(identity.fault());
  ProgressTeller progress(call, projection.name, work.progress_interval);
  const replay::VerifyParts parts{projection, call.configuration().text("read.dsn"),
                                  journal::postgres_event_scan(journal_options(call.configuration(), "replay verify"))};
  const auto found = replay::verify(
      parts, generation, identity->incarnation, work.options, [&] { return interrupt.asked(); },
      [&](std::int64_t events, std::int64_t total) {
        progress.tell({"comparing", events, total, 0});
      });
  if (interrupt.asked()) return call.fail(Exit::interrupted, projection.name + ": interrupted; nothing was changed");
  if (!found) return refused(call, found.why());
  show(call, listing.begun(), projection, generation, *found);
  return note(call, store, projection, generation, found->different);
}

/// One that differs, or cannot be compared, does not keep the others from it; an interrupt does.
Exit verify(CommandCall& call) {
  const auto chosen = chosen_projections(call);
  if (const auto* code = std::get_if<Exit>(&chosen)) return *code;
  const auto& projections = std::get<0>(chosen);
  if (call.given("generation") && projections.size() > 1) {
    return call.fail(Exit::usage, "--generation is for one projection: each has its own numbers");
  }
  const auto work = work_of(call);
  if (!work) return Exit::usage;
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  const Interrupt interrupt;
  Listing listing(call.output);
  auto worst = Exit::ok;
  for (const auto& projection : projections) {
    worst = worse(worst, verify_one(call, listing, *std::get<0>(opened), projection, *work, interrupt));
    if (interrupt.asked()) break;
  }
  return worst;
}

}  // namespace

OperatorCommand verify_command() {
  OperatorCommand command;
  command.words = {"verify"};
  command.summary = "compare generations with a fresh fold of the journal, row by row";
  command.explanation =
      "Reads rows and checkpoints in one snapshot while the generation is queried and kept up, folds the journal in "
      "memory up to these checkpoints, and compares sums of whole lanes first, then the rows of lanes that differ. "
      "Prints rows that were `added` (the journal knows nothing of them), `removed` and `changed`, with key and column."
      " Aggregates with parked events are left out and named. Changes nothing but the generation's date of "
      "verification.\n\n"
      "A lane whose rows do not fit into a worker's share of --memory is compared in several parts, each of some of "
      "its aggregates, and read once for each.\n\n"
      "Takes several names, or --all: one after another, and one that differs or cannot be compared does not keep the "
      "others from it.\n\n"
      "Ends with 0 when nothing differs, 6 when something does. The worst of several counts.";
  command.arguments = several_projections();
  command.options = {
      every_projection(),
      {"generation", "N", "", "which one of the projection; else the live one"},
      {"workers", "N", "2", "lanes that are folded at once"},
      {"memory", "MIB", "2048", "memory for rows, of all workers together"},
      {"limit", "N", "1000", "at most so many differences are printed; all are counted"},
      {"progress-interval", "SECONDS", "10", "time between two lines of progress, where no bar can be drawn"},
  };
  command.run = &verify;
  return command;
}

}  // namespace keel::app
