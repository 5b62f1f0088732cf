#include "query/in_memory_projection_store.hpp"

#include <algorithm>
#include <utility>

namespace keel::query {
namespace {

std::string table_name(const Table& table, std::int64_t generation) {
  return table.name + "_g" + std::to_string(generation);
}

}  // namespace

/// One session on an `InMemoryReadStore`.
class InMemoryProjectionStore final : public ProjectionStore {
 public:
  explicit InMemoryProjectionStore(std::shared_ptr<InMemoryReadStore> store) : store_(std::move(store)) {}

  bool usable() const override { return usable_; }

  Result<std::vector<FedGeneration>> fed(std::string_view projection) override {
    const std::lock_guard lock(store_->mutex_);
    const auto found = store_->fed_.find(std::string(projection));
    return found == store_->fed_.end() ? std::vector<FedGeneration>{} : found->second;
  }

  Result<std::vector<Checkpoint>> checkpoints(std::string_view projection, std::int64_t generation,
                                              std::string_view context, std::span<const Lane> lanes,
                                              const Uuid& incarnation) override {
    const std::lock_guard lock(store_->mutex_);
    std::vector<Checkpoint> found;
    for (const Lane lane : lanes) {
      const auto fresh = Checkpoint{lane, incarnation, Position{}, 0};
      const InMemoryReadStore::LaneKey key{projection, generation, context, lane.value};
      found.push_back(store_->checkpoints_.try_emplace(key, fresh).first->second);
    }
    return found;
  }

  Result<std::vector<ParkedAggregate>> parked(std::string_view projection, std::int64_t generation,
                                              std::string_view context) override {
    const std::lock_guard lock(store_->mutex_);
    std::set<std::pair<Lane, AggregateRef>> distinct;
    for (const auto& [key, events] : store_->parked_) {
      const auto& [its_projection, its_generation, its_context, lane] = key;
      if (its_projection != projection || its_generation != generation || its_context != context) continue;
      for (const auto& row : events) distinct.insert({Lane{lane}, row.event.aggregate});
    }
    std::vector<ParkedAggregate> aggregates;
    for (const auto& [lane, aggregate] : distinct) aggregates.push_back({lane, aggregate});
    return aggregates;
  }

  Result<Done> read(std::int64_t generation, std::span<WorkingSet* const> sets) override {
    const std::lock_guard lock(store_->mutex_);
    for (auto* rows : sets) store_->read(generation, *rows);
    return Done{};
  }

  StepResult commit(std::string_view projection, std::span<const LaneStep> steps) override {
    return store_->commit(projection, steps, usable_);
  }

  StepResult fill(std::string_view projection, const LaneStep& step) override {
    return store_->commit(projection, {&step, 1}, usable_);
  }

 private:
  std::shared_ptr<InMemoryReadStore> store_;
  bool usable_ = true;
};

void InMemoryReadStore::migrate(const Projection& projection) {
  const std::lock_guard lock(mutex_);
  fed_[projection.name] = {{1, projection.version, false}};
}

std::unique_ptr<ProjectionStore> InMemoryReadStore::open() {
  return std::make_unique<InMemoryProjectionStore>(shared_from_this());
}

OpenProjectionStore InMemoryReadStore::opener() {
  return [store = shared_from_this()]() -> Result<std::unique_ptr<ProjectionStore>> { return store->open(); };
}

StepResult InMemoryReadStore::commit(std::string_view projection, std::span<const LaneStep> steps, bool& usable) {
  if (const auto rival = std::exchange(rival_, nullptr)) rival();
  const std::lock_guard turn(checkpoints_mutex_);
  const std::lock_guard lock(mutex_);
  if (failing_ > 0) return --failing_, StepResult{StepOutcome::fault, "injected fault"};
  if (auto refused = refusal(projection, steps)) return *std::move(refused);
  for (const auto& step : steps) take(projection, step);
  ++commits_;
  if (!std::exchange(lose_answer_, false)) return {};
  usable = false;
  return {StepOutcome::fault, "the answer was lost"};
}

std::optional<StepResult> InMemoryReadStore::refusal(std::string_view projection, std::span<const LaneStep> steps) {
  for (const auto& step : steps) {
    const LaneKey key{projection, step.generation, step.context, step.from.lane.value};
    if (checkpoints_[key] != step.from) return StepResult{StepOutcome::outrun, "the checkpoint is another one"};
  }
  for (const auto& step : steps) {
    if (step.rows != nullptr && refuses(*step.rows)) {
      return StepResult{StepOutcome::poison, "a row that cannot be stored"};
    }
  }
  return {};
}

void InMemoryReadStore::take(std::string_view projection, const LaneStep& step) {
  const LaneKey key{projection, step.generation, step.context, step.from.lane.value};
  if (step.rows != nullptr) write(*step.rows, step.generation, step.from.lane);
  auto& parked = parked_[key];
  for (const auto& event : step.parked) parked.push_back({event, 1, system_now()});
  checkpoints_[key].position = step.to;
}

void InMemoryReadStore::write(const WorkingSet& rows, std::int64_t generation, Lane lane) {
  for (std::size_t table = 0; table < rows.tables().size(); ++table) {
    auto& stored = tables_[table_name(rows.tables()[table], generation)];
    const auto changes = rows.changes(table);
    for (const Row* row : changes.written) {
      Row copy = *row;
      copy.lane = lane;
      const auto keys = static_cast<std::ptrdiff_t>(rows.tables()[table].key_columns);
      stored[Key(copy.values.begin(), copy.values.begin() + keys)] = std::move(copy);
    }
    for (const Key* key : changes.erased) stored.erase(*key);
  }
}

void InMemoryReadStore::read(std::int64_t generation, WorkingSet& rows) const {
  for (std::size_t table = 0; table < rows.tables().size(); ++table) {
    const auto stored = tables_.find(table_name(rows.tables()[table], generation));
    if (stored == tables_.end()) continue;
    for (const Key* key : rows.wanted(table)) {
      const auto found = stored->second.find(*key);
      if (found != stored->second.end()) rows.load(table, found->second);
    }
  }
}

bool InMemoryReadStore::refuses(const WorkingSet& rows) const {
  for (std::size_t table = 0; refused_ && table < rows.tables().size(); ++table) {
    const auto changes = rows.changes(table);
    if (std::ranges::any_of(changes.written, [this](const Row* row) { return refused_(*row); })) return true;
  }
  return false;
}

std::map<Key, Row> InMemoryReadStore::rows(const std::string& table, std::int64_t generation) const {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find(table + "_g" + std::to_string(generation));
  return found == tables_.end() ? std::map<Key, Row>{} : found->second;
}

std::vector<ParkedEvent> InMemoryReadStore::parked_events(const std::string& projection) const {
  const std::lock_guard lock(mutex_);
  std::vector<ParkedEvent> all;
  for (const auto& [key, events] : parked_) {
    if (std::get<0>(key) != projection) continue;
    for (const auto& row : events) all.push_back(row.event);
  }
  return all;
}

Checkpoint InMemoryReadStore::checkpoint(const std::string& projection, const std::string& context, Lane lane) const {
  const std::lock_guard lock(mutex_);
  const auto fed = fed_.find(projection);
  const auto generation = fed == fed_.end() ? 1 : fed->second.front().generation;
  const auto found = checkpoints_.find({projection, generation, context, lane.value});
  return found == checkpoints_.end() ? Checkpoint{} : found->second;
}

void InMemoryReadStore::set_live(const std::string& projection, FedGeneration live) {
  const std::lock_guard lock(mutex_);
  fed_[projection] = {live};
}

void InMemoryReadStore::also_feed(const std::string& projection, FedGeneration generation) {
  const std::lock_guard lock(mutex_);
  fed_[projection].push_back(generation);
}

std::size_t InMemoryReadStore::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

void InMemoryReadStore::refuse_rows(std::function<bool(const Row&)> refused) {
  const std::lock_guard lock(mutex_);
  refused_ = std::move(refused);
}

void InMemoryReadStore::fail_next_commits(std::size_t count) {
  const std::lock_guard lock(mutex_);
  failing_ = count;
}

void InMemoryReadStore::lose_next_answer() {
  const std::lock_guard lock(mutex_);
  lose_answer_ = true;
}

void InMemoryReadStore::before_next_commit(std::function<void()> rival) { rival_ = std::move(rival); }

}  // namespace keel::query
