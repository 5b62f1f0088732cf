#include <iostream>
#include <stdexcept>

#include "bench/contest.hpp"
#include "bench/filling.hpp"
#include "bench/live_rebuild.hpp"
#include "bench/rebuild_references.hpp"
#include "bench/report.hpp"
#include "bench/scenarios.hpp"

namespace keel::bench {
namespace {

constexpr std::size_t sessions = 3;

void tell(Finding& finding, const std::string& name, Part part, const Outcome& outcome) {
  add(finding, measured_of({name, part, {}}, {outcome}));
  if (outcome.latency.total() == 0) finding.rows.back().figures.push_back({"took", "s", {outcome.seconds}});
  std::cerr << line_of(finding.rows.back()) << '\n';
}

const Row& row_of(const Finding& finding, const std::string& name) {
  for (const auto& row : finding.rows) {
    if (row.name == name) return row;
  }
  throw std::logic_error("there is no row " + name);
}

std::uint64_t failures(const std::vector<LoadedPart>& parts, Outcome LoadedPart::*of) {
  std::uint64_t failures = 0;
  for (const auto& part : parts) {
    for (const auto& [status, count] : (part.*of).failed) failures += count;
  }
  return failures;
}

/// "queries failed: 4 × 14 UNAVAILABLE in warming up", by part and status.
std::string told(const std::string& what, const std::vector<LoadedPart>& parts, Outcome LoadedPart::*of) {
  std::string text = what;
  for (const auto& part : parts) {
    for (const auto& [status, count] : (part.*of).failed) {
      text += (text == what ? ": " : ", ") + std::to_string(count) + " × " + status + " in " + part.name;
    }
  }
  return text;
}

std::uint64_t answers(const std::vector<LoadedPart>& parts, Outcome LoadedPart::*of) {
  std::uint64_t answers = 0;
  for (const auto& part : parts) answers += (part.*of).answered;
  return answers;
}

std::string counted(std::uint64_t count, const std::string& what) { return readable(count) + " " + what; }

void break_if(Finding& finding, std::uint64_t count, const std::string& what) {
  if (count > 0) finding.broken.push_back(counted(count, what));
}

void tell_loads(Finding& finding, const LiveRebuild& live) {
  for (const auto& part : live.parts) {
    if (part.name == "warming up" || part.name == "raw reading") continue;
    tell(finding, "commands, " + part.name, Part::subject, part.commands);
    tell(finding, "queries, " + part.name, Part::subject, part.queries);
  }
  std::erase_if(finding.chart.curves, [](const Curve& curve) {
    return !curve.name.ends_with("alone") && !curve.name.ends_with(", rebuild");
  });
}

void judge(Finding& finding, const LiveRebuild& live) {
  if (!live.failed.empty()) finding.broken.push_back(live.failed);
  break_if(finding, failures(live.parts, &LoadedPart::queries),
           told("queries failed", live.parts, &LoadedPart::queries));
  break_if(finding, failures(live.parts, &LoadedPart::commands),
           told("commands failed", live.parts, &LoadedPart::commands));
  break_if(finding, live.lists.mixed, "answers list rows of two generations, or not all of them");
  break_if(finding, live.lists.returned, "answers came from the old generation after the new one was seen");
  break_if(finding, live.visibility.lacking,
           "answers lack a write that they say is in them: " + live.visibility.example);
  break_if(finding, live.visibility.unreadable, "answers cannot be read");
  if (live.lists.of_the_old == 0) finding.broken.emplace_back("nothing was seen of the old generation");
  if (live.visibility.compared == 0) finding.broken.emplace_back("no answer could be held against a write");
}

void note(Finding& finding, const LiveRebuild& live) {
  finding.notes.push_back(counted(answers(live.parts, &LoadedPart::queries), "queries answered, ") +
                          counted(failures(live.parts, &LoadedPart::queries), "failed; ") +
                          counted(answers(live.parts, &LoadedPart::commands), "commands, ") +
                          counted(failures(live.parts, &LoadedPart::commands), "failed."));
  finding.notes.push_back(counted(live.lists.of_the_old, "lists of the old generation, ") +
                          counted(live.lists.of_the_new, "of the new one, ") + counted(live.lists.mixed, "mixed, ") +
                          counted(live.lists.returned, "of the old one after the new one was seen."));
  finding.notes.push_back(counted(live.visibility.compared, "answers held against acknowledged writes, ") +
                          counted(live.visibility.lacking, "lack one; ") +
                          counted(live.visibility.went_back, "stand before an earlier answer's place."));
  finding.notes.push_back("Verified in " + readable(live.verify_seconds) + " s, promoted in " +
                          readable(live.promote_seconds) + " s, in queries " + readable(live.seconds_to_be_seen) +
                          " s after the rebuild began.");
}

/// Of a tool that looks and says 6 when it found something.
void look_again(Finding& finding, const OperatorTool& tool, const std::vector<std::string>& words,
                const std::string& name, std::int64_t events) {
  const auto ran = tool.run(words);
  Outcome outcome;
  outcome.answered = static_cast<std::uint64_t>(events);
  outcome.seconds = ran.seconds;
  tell(finding, name, Part::subject, outcome);
  if (ran.exit_code == 0) return finding.notes.push_back(name + ": no difference, no finding.");
  finding.broken.push_back(name + " ended with " + std::to_string(ran.exit_code) + ": " + ran.output.substr(0, 500));
}

void look_at_the_end(Finding& finding, const Setup& setup, const OperatorTool& tool) {
  Pipeline pipeline(setup);
  pipeline.await_projections();
  const auto stored = pipeline.look().stored;
  look_again(finding, tool, {"verify", "carts"}, "verify, at the end", stored.at("cart"));
  std::int64_t all = 0;
  for (const auto& [context, count] : stored) all += count;
  look_again(finding, tool, {"journal", "check"}, "journal check, at the end", all);
}

void compare(Finding& finding) {
  const auto rate = [&](const std::string& row) { return median_figure(row_of(finding, row), "per second"); };
  const auto p99 = [&](const std::string& row) { return median_figure(row_of(finding, row), "p99"); };
  finding.ratios["rebuild to raw reading, quiet"] = rate("rebuild, quiet") / rate("raw reading, quiet");
  finding.ratios["rebuild to raw reading, under load"] = rate("rebuild, under load") / rate("raw reading, under load");
  finding.ratios["p99 of queries, rebuild to alone"] = p99("queries, rebuild") / p99("queries, alone");
  finding.ratios["p99 of commands, rebuild to alone"] = p99("commands, rebuild") / p99("commands, alone");
}

void expect_events(const Setup& setup) {
  std::int64_t events = 0;
  const auto stored = Pipeline(setup).look().stored;
  for (const auto& [context, count] : stored) events += count;
  // Histories are of equal length, so what is filled is a little less than what was asked for.
  if (events + setup.aggregates < setup.events) {
    throw std::runtime_error("the journal has " + std::to_string(events) + " events, fewer than " +
                             std::to_string(setup.events) + ": run prepare-rebuild before the processes start");
  }
}

}  // namespace

Finding bench_rebuild_live(const Setup& setup) {
  expect_events(setup);
  const OperatorTool tool(setup.journal_dsn, setup.read_dsn);
  Finding finding = finding_of("rebuild-live", {});
  tell(finding, "raw reading, quiet", Part::reference, read_lanes(setup.journal_dsn, "cart", sessions));
  tell(finding, "rebuild, quiet", Part::subject, bring_up(setup, tool).folding);

  const auto live = rebuild_under_load(setup, tool);
  tell(finding, "raw reading, under load", Part::reference, live.raw_reading);
  tell(finding, "rebuild, under load", Part::subject, live.rebuilt.folding);
  finding.rows.back().figures.push_back({"CPU of the tool", "s", {live.rebuilt.cpu_seconds}});
  tell_loads(finding, live);
  judge(finding, live);
  note(finding, live);
  if (!live.failed.empty()) return finding;
  tell(finding, "COPY of its rows, quiet", Part::reference,
       copy_rows(setup.read_dsn, "carts_g" + std::to_string(live.rebuilt.generation)));
  look_at_the_end(finding, setup, tool);
  compare(finding);
  return finding;
}

}  // namespace keel::bench
