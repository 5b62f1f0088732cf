#include "replay/journal_stats.hpp"

#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/journal_progress.hpp"
#include "app/replay/words.hpp"

namespace keel::app {
namespace {

using replay::LaneStats;

Field moment(const std::optional<Timestamp>& at) { return at ? Field(utc_text(*at)) : Field(); }

void show(CommandCall& call, const std::vector<LaneStats>& all, const std::string& lane_column) {
  call.output.begin({"context", lane_column, "events", "bytes", "aggregates", "snapshots", "receipts", "first_at",
                     "last_at", "published"});
  for (const auto& stats : all) {
    const auto& extent = stats.extent;
    call.output.row({stats.context, std::int64_t{stats.lane.value}, extent.events, extent.bytes, extent.aggregates,
                     stats.snapshots, stats.receipts, moment(extent.first_at), moment(extent.last_at),
                     stats.published});
  }
}

Exit run(CommandCall& call) {
  const auto journal = journal_opener(call.configuration(), "replay journal stats")();
  if (!journal) return call.fail(journal.fault());
  const auto identity = (*journal)->identity();
  if (!identity) return call.fail(identity.fault());
  const auto inspection = journal::open_inspection(journal_options(call.configuration(), "replay journal stats"));
  if (!inspection) return call.fail(inspection.fault());
  std::vector<std::string> contexts;
  for (const auto& context : call.contexts()) contexts.push_back(context.name);
  Result<std::vector<LaneStats>> measured = std::vector<LaneStats>{};
  JournalProgress progress("stats", call.terminal);
  progress.during([&](auto& tally, const auto& stopping) {
    measured = replay::measure_journal(contexts, **journal, **inspection, tally, stopping);
  });
  if (!measured) return call.fail(measured.fault());
  if (progress.interrupted()) return call.fail(Exit::interrupted, "interrupted: nothing is told of a part");
  call.terminal.say("incarnation " + identity->incarnation.text() + ", " + std::to_string(identity->lane_count) +
                    " lanes a context");
  const bool lanes = call.switched_on("lanes");
  show(call, lanes ? *measured : by_context(*measured), lanes ? "lane" : "lanes");
  return Exit::ok;
}

}  // namespace

OperatorCommand journal_stats_command() {
  return {.words = {"journal", "stats"},
          .summary = "what the journal holds: events, bytes, aggregates, snapshots, receipts, what is published of it",
          .explanation =
              "Counts by short ranges, so that it holds no snapshot of the database for long. `bytes` are "
              "those of payloads and metadata, before PostgreSQL's own overhead and its indices.",
          .arguments = {},
          .options = {{"lanes", "", "", "a row for every lane instead of every context"}},
          .run = &run};
}

}  // namespace keel::app
