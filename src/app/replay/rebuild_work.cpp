#include "app/replay/rebuild_work.hpp"

#include <algorithm>

#include "app/connections.hpp"
#include "app/replay/progress.hpp"
#include "core/crash_point.hpp"
#include "journal/postgres_event_scan.hpp"
#include "query/postgres_projection_store.hpp"

namespace keel::app {
namespace {

constexpr std::int64_t most_workers = 64;

replay::RebuildParts parts_of(const CommandCall& call, const query::Projection& projection) {
  const auto& configuration = call.configuration();
  const std::string purpose = "replay rebuild " + projection.name;
  return {projection, query::postgres_projection_store(configuration.text("read.dsn"), "keel " + purpose),
          journal_opener(configuration, purpose),
          journal::postgres_event_scan(journal_options(configuration, purpose))};
}

Record result_of(const query::Projection& projection, const replay::Operation& operation,
                 const replay::RebuildEnd& end) {
  const auto rate = end.seconds > 0 ? static_cast<std::int64_t>(static_cast<double>(end.events) / end.seconds) : 0;
  return {{"type", "result"},
          {"operation", operation.id},
          {"projection", projection.name},
          {"generation", operation.generation},
          {"state", end.state},
          {"events", end.events},
          {"parked_events", end.parked},
          {"seconds", end.seconds},
          {"events_per_second", rate}};
}

Exit code_of(const CommandCall& call, const replay::RebuildEnd& end, std::int64_t operation) {
  const std::string resume = "`keel replay resume " + std::to_string(operation) + "` goes on";
  if (end.fault) {
    const auto code = call.fail(*end.fault);
    call.terminal.say("What was written stays: " + resume + " from there.");
    return code;
  }
  if (end.state == "stopped") {
    call.terminal.say("Stopped at a checkpoint: " + resume + ".");
    return Exit::interrupted;
  }
  return end.parked > 0 ? Exit::parked : Exit::ok;
}

}  // namespace

std::vector<Option> rebuild_work_options(std::vector<Option> more) {
  const std::vector<Option> shared = {
      {"detach", "", "", "return once it has begun, and go on in a process of its own, which outlives the terminal"},
      {"workers", "N", "3", "lanes that are loaded at once, with three sessions each"},
      {"memory", "MIB", "1024", "memory for rows that are not written yet; lanes that need more go on in small steps"},
      {"rate", "N", "0", "most events a second, to spare the databases; 0: as fast as it goes"},
      {"max-parked", "N", "10", "aggregates of a lane that may turn out not to fold before the rebuild fails"},
      {"progress-interval", "SECONDS", "10", "time between two lines of progress, where no bar can be drawn"},
  };
  more.insert(more.end(), shared.begin(), shared.end());
  return more;
}

std::optional<RebuildWork> rebuild_work(const CommandCall& call) {
  const auto workers = call.whole_number("workers", 1);
  const auto memory = call.whole_number("memory", 1);
  const auto rate = call.whole_number("rate", 0);
  const auto parked = call.whole_number("max-parked", 0);
  const auto interval = call.whole_number("progress-interval", 0);
  if (!workers || !memory || !rate || !parked || !interval) return {};
  RebuildWork work;
  work.options.workers = static_cast<std::size_t>(std::min(*workers, most_workers));
  work.options.bytes = static_cast<std::size_t>(*memory) << 20U;
  work.options.rate = *rate;
  work.options.max_parked = static_cast<std::size_t>(*parked);
  work.progress_interval = std::chrono::seconds(*interval);
  return work;
}

Exit work_off(CommandCall& call, Results& results, const query::Projection& projection, const RebuildWork& work,
              const replay::Operation& operation, replay::ReadStore& store, const replay::Deed& deed,
              const Interrupt& interrupt) {
  if (call.configuration().yes("faults")) arm_crash_points();
  ProgressTeller progress(call, projection.name, work.progress_interval);
  const auto end = replay::rebuild(
      parts_of(call, projection), work.options, operation, store, deed, [&] { return interrupt.asked(); },
      [&](const replay::Operation& now) {
        progress.tell({now.phase, now.events, now.total, now.rate});
      });
  results.add(result_of(projection, operation, end));
  if (end.state == "done") {
    call.terminal.say("Next: keel replay verify " + projection.name + " --generation " +
                      std::to_string(operation.generation) + ", then keel replay promote " + projection.name);
  }
  return code_of(call, end, operation.id);
}

}  // namespace keel::app
