#include <algorithm>

#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/interrupt.hpp"
#include "app/replay/progress.hpp"
#include "app/replay/projection_words.hpp"
#include "journal/postgres_event_scan.hpp"
#include "replay/verify.hpp"

namespace keel::app {
namespace {

std::optional<replay::VerifyOptions> options_of(const CommandCall& call) {
  const auto workers = call.whole_number("workers", 1);
  const auto memory = call.whole_number("memory", 1);
  const auto limit = call.whole_number("limit", 0);
  if (!workers || !memory || !limit) return {};
  replay::VerifyOptions options;
  options.workers = static_cast<std::size_t>(std::min<std::int64_t>(*workers, 64));
  options.bytes = static_cast<std::size_t>(*memory) << 20U;
  options.max_differences = static_cast<std::size_t>(*limit);
  return options;
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
  const std::string number = std::to_string(found->generation);
  if (found->state == "filling") return call.fail(Exit::conflict, "generation " + number + " is not filled yet");
  if (found->version != projection.version) {
    return call.fail(Exit::conflict, "generation " + number + " was made by version " + std::to_string(found->version) +
                                         " of the projection, this code is version " +
                                         std::to_string(projection.version));
  }
  return found->generation;
}

void show(CommandCall& call, const replay::Verification& found) {
  call.output.begin({"difference", "table", "lane", "key", "column", "found", "expected"});
  for (const auto& one : found.differences) {
    call.output.row({std::string(name_of(one.kind)), one.table, std::int64_t{one.lane.value}, one.key, one.column,
                     one.found, one.expected});
  }
  call.output.end();
  for (const auto& aggregate : found.left_out) call.terminal.say("not compared, because it is parked: " + aggregate);
  call.terminal.say(std::to_string(found.different) + " differences in " + std::to_string(found.rows) + " rows of " +
                    std::to_string(found.lanes) + " lanes, " + std::to_string(found.events) + " events folded in " +
                    std::to_string(static_cast<std::int64_t>(found.seconds * 1000)) + " ms");
}

Exit verify(CommandCall& call) {
  const auto projection = declared_projection(call, call.argument());
  if (!projection) return Exit::not_found;
  const auto options = options_of(call);
  const auto interval = call.whole_number("progress-interval", 0);
  if (!options || !interval) return Exit::usage;
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const auto generations = store.generations(projection->name);
  if (!generations) return call.fail(generations.fault());
  const auto chosen = generation_of(call, *projection, *generations);
  if (const auto* code = std::get_if<Exit>(&chosen)) return *code;
  const auto generation = std::get<std::int64_t>(chosen);
  const auto journal = journal_opener(call.configuration(), "replay verify")();
  if (!journal) return call.fail(journal.fault());
  const auto identity = (*journal)->identity();
  if (!identity) return call.fail(identity.fault());

  const Interrupt interrupt;
  ProgressTeller progress(call, projection->name, std::chrono::seconds(*interval));
  const replay::VerifyParts parts{*projection, call.configuration().text("read.dsn"),
                                  journal::postgres_event_scan(journal_options(call.configuration(), "replay verify"))};
  const auto found = replay::verify(
      parts, generation, identity->incarnation, *options, [&] { return interrupt.asked(); },
      [&](std::int64_t events, std::int64_t total) {
        progress.tell({"comparing", events, total, 0});
      });
  if (interrupt.asked()) return call.fail(Exit::interrupted, "interrupted; nothing was changed");
  if (!found) return refused(call, found.why());
  show(call, *found);
  auto deed = deed_of(call, "verify", projection->name, generation);
  deed.result = std::to_string(found->different) + " differences";
  const auto noted = found->different == 0 ? store.note_verified(projection->name, generation, deed) : store.note(deed);
  if (!noted) return call.fail(noted.fault());
  return found->different == 0 ? Exit::ok : Exit::mismatch;
}

}  // namespace

OperatorCommand verify_command() {
  OperatorCommand command;
  command.words = {"verify"};
  command.summary = "compare a generation with a fresh fold of the journal, row by row";
  command.explanation =
      "Reads rows and checkpoints in one snapshot while the generation is queried and kept up, folds the journal in "
      "memory"
      " up to these checkpoints, and compares sums of whole lanes first, then the rows of lanes that differ. Prints "
      "rows"
      " that were `added` (the journal knows nothing of them), `removed` and `changed`, with key and column. Aggregates"
      " with parked events are left out and named. Changes nothing but the generation's date of verification.\n\n"
      "Ends with 0 when nothing differs, 6 when something does.";
  command.arguments = {{"NAME", "the projection"}};
  command.options = {
      {"generation", "N", "", "which one; else the live one"},
      {"workers", "N", "2", "lanes that are folded at once"},
      {"memory", "MIB", "2048", "memory for rows; each lane must fit into its worker's share"},
      {"limit", "N", "1000", "at most so many differences are printed; all are counted"},
      {"progress-interval", "SECONDS", "10", "time between two lines of progress, where no bar can be drawn"},
  };
  command.run = &verify;
  return command;
}

}  // namespace keel::app
