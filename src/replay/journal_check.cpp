#include "replay/journal_check.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "replay/lane_check.hpp"

namespace keel::replay {
namespace {

using Task = std::function<Result<Done>(LaneCheck&)>;

/// What is to be done, handed out one by one; the first fault ends it.
class Tasks {
 public:
  void add(Task task) { waiting_.push_back(std::move(task)); }
  /// Only before anybody takes one.
  std::size_t count() const { return waiting_.size(); }

  std::optional<Task> next() {
    const std::lock_guard lock(mutex_);
    if (fault_ || waiting_.empty()) return {};
    auto task = std::move(waiting_.front());
    waiting_.pop_front();
    return task;
  }
  void failed(Fault fault) {
    const std::lock_guard lock(mutex_);
    if (!fault_) fault_ = std::move(fault);
  }
  const std::optional<Fault>& fault() const { return fault_; }

 private:
  std::mutex mutex_;
  std::deque<Task> waiting_;
  std::optional<Fault> fault_;
};

/// Places are read before the heads that they are compared with: both only grow.
Result<Done> check_places(journal::Journal& journal, const std::string& context, std::string_view kind,
                          const std::string& who, const Result<std::vector<Position>>& places, const Report& report) {
  if (!places) return places.fault();
  const auto heads = journal.heads(context);
  if (!heads) return heads.fault();
  for (std::size_t lane = 0; lane < std::min(places->size(), heads->size()); ++lane) {
    const auto place = (*places)[lane];
    if (place <= (*heads)[lane]) continue;
    report({kind,
            context,
            Lane{static_cast<std::int32_t>(lane)},
            place,
            {},
            who + " stands at " + std::to_string(place.value) + ", beyond the lane's end at " +
                std::to_string((*heads)[lane].value)});
  }
  return Done{};
}

Result<Done> check_places(journal::Journal& journal, const std::vector<CheckedContext>& contexts,
                          const std::vector<const domain::Reactor*>& reactors, const Report& report) {
  for (const auto& context : contexts) {
    auto done =
        check_places(journal, context.name, "publication", "publication", journal.publications(context.name), report);
    if (!done) return done;
  }
  for (const auto* reactor : reactors) {
    for (const auto read : reactor->reads) {
      const std::string name(read);
      auto done = check_places(journal, name, "reaction", "reactor " + std::string(reactor->name),
                               journal.reactions(reactor->name, name), report);
      if (!done) return done;
    }
  }
  return Done{};
}

Result<Done> add_tasks(journal::Journal& journal, const std::vector<CheckedContext>& contexts, Tally& tally,
                       Tasks& tasks) {
  const auto identity = journal.identity();
  if (!identity) return identity.fault();
  for (const auto& context : contexts) {
    const auto heads = journal.heads(context.name);
    if (!heads) return heads.fault();
    tasks.add([&context](LaneCheck& check) { return check.snapshots(context.name); });
    for (std::size_t number = 0; number < heads->size(); ++number) {
      const Lane lane{static_cast<std::int32_t>(number)};
      const auto head = (*heads)[number];
      tally.target += head.value;
      tasks.add([&context, lane, head, lanes = identity->lane_count](LaneCheck& check) {
        return check.events(context, lane, lanes, head);
      });
      tasks.add([&context, lane](LaneCheck& check) { return check.receipts(context.name, lane); });
    }
  }
  return Done{};
}

}  // namespace

Result<Done> check_journal(const std::vector<CheckedContext>& contexts,
                           const std::vector<const domain::Reactor*>& reactors, const CheckSources& sources,
                           const CheckOptions& options, Tally& tally, const Report& report,
                           const std::atomic<bool>& stopping) {
  std::mutex reporting;
  const Report one_at_a_time = [&](Finding finding) {
    ++tally.findings;
    const std::lock_guard lock(reporting);
    report(std::move(finding));
  };
  Tasks tasks;
  {
    const auto journal = sources.journal();
    if (!journal) return journal.fault();
    if (auto done = add_tasks(**journal, contexts, tally, tasks); !done) return done;
    if (auto done = check_places(**journal, contexts, reactors, one_at_a_time); !done) return done;
  }
  const auto work = [&] {
    auto inspection = sources.inspection();
    if (!inspection) return tasks.failed(inspection.fault());
    auto scan = sources.scan();
    if (!scan) return tasks.failed(scan.fault());
    LaneCheck check(*std::move(inspection), *std::move(scan), options, tally, one_at_a_time, stopping);
    for (auto task = tasks.next(); task && !stopping; task = tasks.next()) {
      if (const auto done = (*task)(check); !done) tasks.failed(done.fault());
    }
  };
  const std::size_t sessions = std::min(std::max<std::size_t>(options.sessions, 1), tasks.count());
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < sessions; ++i) workers.emplace_back(work);
  workers.clear();
  if (tasks.fault()) return *tasks.fault();
  return Done{};
}

}  // namespace keel::replay
