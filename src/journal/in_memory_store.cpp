#include "journal/in_memory_journal.hpp"
#include "journal/in_memory_state.hpp"

namespace keel::journal {

std::shared_ptr<InMemoryStore> InMemoryStore::make(Options options) {
  return std::shared_ptr<InMemoryStore>(new InMemoryStore(std::move(options)));
}

InMemoryStore::InMemoryStore(Options options) : state_(std::make_unique<InMemoryState>(std::move(options))) {}

InMemoryStore::~InMemoryStore() = default;

Result<std::unique_ptr<Journal>> InMemoryStore::open() {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->refusing_sessions) return Fault{Fault::Outcome::nothing_changed, "the journal in memory is shut"};
  }
  return std::unique_ptr<Journal>(std::make_unique<InMemoryJournal>(shared_from_this()));
}

OpenJournal InMemoryStore::opener() {
  return [store = shared_from_this()] { return store->open(); };
}

std::vector<RecordedEvent> InMemoryStore::events(std::string_view context, Lane lane) const {
  const std::lock_guard lock(state_->mutex);
  return state_->contexts.find(context)->second.lane(lane).events;
}

std::vector<RecordedEvent> InMemoryStore::events(std::string_view context) const {
  const std::lock_guard lock(state_->mutex);
  std::vector<RecordedEvent> all;
  for (const auto& lane : state_->contexts.find(context)->second.lanes) {
    all.insert(all.end(), lane.events.begin(), lane.events.end());
  }
  return all;
}

std::vector<Receipt> InMemoryStore::receipts(std::string_view context) const {
  const std::lock_guard lock(state_->mutex);
  std::vector<Receipt> all;
  for (const auto& lane : state_->contexts.find(context)->second.lanes) {
    for (const auto& [id, stored] : lane.receipts) all.push_back(stored.receipt);
  }
  return all;
}

std::optional<Snapshot> InMemoryStore::snapshot(std::string_view context, const AggregateRef& aggregate) const {
  const std::lock_guard lock(state_->mutex);
  const auto& snapshots = state_->contexts.find(context)->second.snapshots;
  const auto found = snapshots.find(aggregate);
  if (found == snapshots.end()) return {};
  return found->second.snapshot;
}

std::vector<Timer> InMemoryStore::timers(std::string_view context) const {
  const std::lock_guard lock(state_->mutex);
  std::vector<Timer> all;
  for (const auto& lane : state_->contexts.find(context)->second.lanes) {
    for (const auto& [key, timer] : lane.timers) all.push_back(timer);
  }
  return all;
}

Epoch InMemoryStore::epoch(std::string_view context, Lane lane) const {
  const std::lock_guard lock(state_->mutex);
  return state_->contexts.find(context)->second.lane(lane).epoch;
}

Uuid InMemoryStore::incarnation() const {
  const std::lock_guard lock(state_->mutex);
  return state_->identity.incarnation;
}

std::size_t InMemoryStore::append_count() const {
  const std::lock_guard lock(state_->mutex);
  return state_->appends;
}

void InMemoryStore::fail_next_append(AppendOutcome outcome) {
  const std::lock_guard lock(state_->mutex);
  state_->fates.push_back({outcome, Lost::nothing_stored});
}

void InMemoryStore::lose_next_answer(Lost what) {
  const std::lock_guard lock(state_->mutex);
  state_->fates.push_back({AppendOutcome::unknown, what});
}

void InMemoryStore::fail_next_calls(std::size_t times, std::string what) {
  const std::lock_guard lock(state_->mutex);
  state_->faults_left = times;
  state_->fault_text = std::move(what);
}

void InMemoryStore::pause_appends() {
  const std::lock_guard lock(state_->mutex);
  state_->paused = true;
}

void InMemoryStore::resume_appends() {
  const std::lock_guard lock(state_->mutex);
  state_->paused = false;
  state_->changed.notify_all();
}

bool InMemoryStore::wait_for_paused_appends(std::size_t count, std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, limit, [&] { return state_->waiting >= count; });
}

void InMemoryStore::disconnect_all() {
  const std::lock_guard lock(state_->mutex);
  state_->live_sessions.clear();
}

void InMemoryStore::refuse_sessions(bool refused) {
  const std::lock_guard lock(state_->mutex);
  state_->refusing_sessions = refused;
}

void InMemoryStore::change_incarnation(Uuid incarnation) {
  const std::lock_guard lock(state_->mutex);
  state_->identity.incarnation = incarnation;
}

}  // namespace keel::journal
