#include "replay/journal_check.hpp"

#include <algorithm>
#include <chrono>

#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/journal_progress.hpp"
#include "journal/postgres_event_scan.hpp"

namespace keel::app {
namespace {

using replay::Finding;

Field name_of(const Finding& finding) {
  if (!finding.aggregate) return {};
  return finding.aggregate->type + "/" + finding.aggregate->id;
}

/// Shows findings as they come, up to a limit.
class Listing {
 public:
  Listing(Output& output, std::int64_t limit) : output_(output), limit_(limit) {
    output_.begin({"kind", "context", "lane", "position", "aggregate", "finding"});
  }

  void show(const Finding& finding) {
    if (shown_++ >= limit_) return;
    output_.row({std::string(finding.kind), finding.context,
                 finding.lane ? Field(std::int64_t{finding.lane->value}) : Field(),
                 finding.position ? Field(finding.position->value) : Field(), name_of(finding), finding.what});
  }

 private:
  Output& output_;
  const std::int64_t limit_;
  std::int64_t shown_ = 0;
};

std::string summary(const replay::Tally& tally, std::chrono::duration<double> taken) {
  const auto events = tally.events.load();
  const auto rate = static_cast<std::int64_t>(static_cast<double>(events) / std::max(taken.count(), 0.001));
  return std::to_string(events) + " events read (" + std::to_string(rate) + "/s), " +
         std::to_string(tally.snapshots.load()) + " snapshots compared with the fold, " +
         std::to_string(tally.receipts.load()) + " receipts looked up: " + std::to_string(tally.findings.load()) +
         " findings";
}

std::optional<replay::CheckOptions> options_of(const CommandCall& call) {
  const auto sessions = call.whole_number("sessions", 1);
  const auto aggregates = call.whole_number("aggregates", 1);
  if (!sessions || !aggregates) return {};
  replay::CheckOptions options;
  options.sessions = static_cast<std::size_t>(*sessions);
  options.aggregates = static_cast<std::size_t>(*aggregates);
  return options;
}

Result<Done> check(CommandCall& call, const replay::CheckOptions& options, JournalProgress& progress,
                   Listing& listing) {
  std::vector<replay::CheckedContext> contexts;
  std::vector<const domain::Reactor*> reactors;
  for (const auto& context : call.contexts()) {
    contexts.push_back({context.name, context.aggregates});
    if (context.reactor != nullptr) reactors.push_back(context.reactor);
  }
  const auto postgres = journal_options(call.configuration(), "replay journal check");
  const replay::CheckSources sources{journal_opener(call.configuration(), "replay journal check"),
                                     [&] { return journal::open_inspection(postgres); },
                                     journal::postgres_event_scan(postgres)};
  Result<Done> checked = Done{};
  progress.during([&](auto& tally, const auto& stopping) {
    checked = replay::check_journal(
        contexts, reactors, sources, options, tally, [&](const Finding& finding) { listing.show(finding); }, stopping);
  });
  return checked;
}

Exit run(CommandCall& call) {
  const auto options = options_of(call);
  const auto limit = call.whole_number("limit");
  if (!options || !limit) return Exit::usage;
  Listing listing(call.output, *limit);
  JournalProgress progress("check", call.terminal);
  const auto began = std::chrono::steady_clock::now();
  const auto checked = check(call, *options, progress, listing);
  if (!checked) return call.fail(checked.fault());
  call.output.end();
  call.terminal.say(summary(progress.tally(), std::chrono::steady_clock::now() - began));
  if (progress.interrupted()) return call.fail(Exit::interrupted, "interrupted: what was not read is not checked");
  return progress.tally().findings == 0 ? Exit::ok : Exit::mismatch;
}

}  // namespace

OperatorCommand journal_check_command() {
  return {.words = {"journal", "check"},
          .summary = "hold the whole journal against its promises",
          .explanation =
              "Proves for every event up to the lanes' heads at the start: positions and versions are 1..n, epochs and "
              "times never fall, every aggregate lives in its lane, every event decodes (through its upcasters) and is "
              "remembered, every usable snapshot equals the fold of its events, every receipt points at real events, "
              "and nothing was published or reacted to beyond a head. Lists what is not so. Ends with 0 when there is "
              "no finding, with 6 when there is one. Commands, projectors and queries may go on meanwhile.",
          .arguments = {},
          .options = {{"sessions", "N", "2", "lanes read side by side"},
                      {"aggregates", "N", "50000",
                       "most aggregates that a session keeps in memory; a lane with more is read again for the rest"},
                      {"limit", "N", "1000", "most findings to list; all are counted"}},
          .run = &run};
}

}  // namespace keel::app
