#include "journal/in_memory_state.hpp"

#include <algorithm>
#include <unordered_set>

namespace keel::journal {
namespace {

constexpr auto owner_patience = std::chrono::seconds(10);

Appended ended(AppendOutcome outcome, std::string what) { return {outcome, std::move(what)}; }

}  // namespace

InMemoryState::InMemoryState(InMemoryStore::Options chosen) : options(std::move(chosen)) {
  identity.incarnation = make_uuid_v7(system_now());
  identity.system_identifier = "memory";
  identity.timeline = 1;
  identity.lane_count = options.lane_count;
  identity.hash = "fnv1a64";
  for (const std::string& name : options.contexts) {
    contexts[name].lanes.resize(static_cast<std::size_t>(options.lane_count));
  }
}

const RecordedEvent& InMemoryState::Context::event(const EventKey& key) const {
  return lanes.at(static_cast<std::size_t>(key.lane.value)).events.at(static_cast<std::size_t>(key.position.value - 1));
}

Version InMemoryState::Context::last_version(const AggregateRef& aggregate) const {
  const auto found = versions.find(aggregate);
  return found == versions.end() ? Version{} : found->second.rbegin()->first;
}

const InMemoryState::LaneRow* InMemoryState::Context::find(Lane lane) const {
  const auto index = static_cast<std::size_t>(lane.value);
  return index < lanes.size() ? &lanes[index] : nullptr;
}

bool InMemoryState::Context::has(const AggregateRef& aggregate, Version version) const {
  const auto found = versions.find(aggregate);
  return found != versions.end() && found->second.contains(version);
}

InMemoryState::Context* InMemoryState::find(std::string_view name) {
  const auto found = contexts.find(name);
  return found == contexts.end() ? nullptr : &found->second;
}

bool InMemoryState::owner_lives(const Uuid& owner) const {
  const auto found = owners.find(owner);
  if (found == owners.end() || !live_sessions.contains(found->second.session)) return false;
  return options.clock() - found->second.seen_at < owner_patience;
}

std::size_t InMemoryState::lanes_of(const Uuid& owner) const {
  std::size_t count = 0;
  for (const auto& [name, context] : contexts) {
    for (const LaneRow& lane : context.lanes) count += lane.owner == owner ? 1 : 0;
  }
  return count;
}

Appended InMemoryState::store(const Batch& batch) {
  Context* context = find(batch.context);
  const auto placed = place(batch);
  if (context == nullptr || !placed) return ended(AppendOutcome::broken, "entries and lanes do not fit");
  if (auto refused = lanes_refuse(*context, batch)) return *refused;
  if (auto refused = checks_refuse(*context, batch)) return *refused;
  if (auto refused = keys_refuse(*context, batch)) return *refused;
  const Timestamp recorded_at = time_of(*context, batch);
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    keep(*context, *batch.entries[i], batch.lanes[(*placed)[i].lane_index], (*placed)[i], recorded_at);
  }
  return {.recorded_at = recorded_at};
}

/// Now, but never before the last event of a lane of the batch.
Timestamp InMemoryState::time_of(Context& context, const Batch& batch) const {
  Timestamp moment = options.clock();
  for (const HeldLane& held : batch.lanes) {
    const auto& events = context.lane(held.lane).events;
    if (!events.empty()) moment = std::max(moment, events.back().recorded_at);
  }
  return moment;
}

std::optional<Appended> InMemoryState::lanes_refuse(const Context& context, const Batch& batch) const {
  for (const HeldLane& held : batch.lanes) {
    const LaneRow* row = context.find(held.lane);
    if (row == nullptr || row->epoch != held.epoch) return ended(AppendOutcome::fenced, "KE001: fenced");
  }
  for (const HeldLane& held : batch.lanes) {
    if (context.find(held.lane)->head() != held.last) return ended(AppendOutcome::misplaced, "KE002: misplaced");
  }
  return {};
}

std::optional<Appended> InMemoryState::checks_refuse(const Context& context, const Batch& batch) const {
  std::unordered_set<AggregateRef> checked;
  for (const Entry* entry : batch.entries) {
    if (!entry->check_version || !checked.insert(entry->aggregate).second) continue;
    if (context.last_version(entry->aggregate) != entry->expected) {
      return ended(AppendOutcome::stale_version, "KE003: stale version");
    }
  }
  return {};
}

std::optional<Appended> InMemoryState::keys_refuse(const Context& context, const Batch& batch) const {
  std::set<std::pair<Lane, Uuid>> ids;
  std::set<std::pair<AggregateRef, Version>> versions;
  for (const Entry* entry : batch.entries) {
    if (!entry->receipt) continue;
    const Uuid& id = entry->receipt->request_id;
    if (context.find(entry->lane)->receipts.contains(id) || !ids.emplace(entry->lane, id).second) {
      return ended(AppendOutcome::duplicate, "23505: duplicate request id");
    }
  }
  for (const Entry* entry : batch.entries) {
    for (Version version = entry->expected.next(); version <= entry->version_after(); version = version.next()) {
      if (context.has(entry->aggregate, version) || !versions.emplace(entry->aggregate, version).second) {
        return ended(AppendOutcome::duplicate, "23505: duplicate version");
      }
    }
  }
  return {};
}

void InMemoryState::keep(Context& context, const Entry& entry, const HeldLane& held, const Placed& place,
                         Timestamp recorded_at) {
  LaneRow& lane = context.lane(entry.lane);
  Version version = entry.expected;
  for (const NewEvent& event : entry.events) {
    version = version.next();
    const Position position = lane.head().next();
    context.versions[entry.aggregate][version] = {entry.lane, position};
    lane.events.push_back({entry.lane, position, held.epoch, entry.aggregate, version, event.type, event.payload,
                           entry.metadata, recorded_at});
  }
  if (entry.receipt) {
    const Entry::Receipted& given = *entry.receipt;
    lane.receipts[given.request_id] = {{entry.lane, given.request_id, given.caller, entry.aggregate, given.fingerprint,
                                        version, place.last, given.reply},
                                       recorded_at};
  }
  if (!entry.snapshot) return;
  const auto [found, fresh] = context.snapshots.try_emplace(entry.aggregate);
  SnapshotRow& row = found->second;
  const bool same_kind = row.snapshot.schema == entry.snapshot->schema && row.incarnation == identity.incarnation;
  const bool raises = version > row.snapshot.version || (version == row.snapshot.version && !same_kind);
  if (fresh || raises) {
    row = {{version, place.last, entry.snapshot->schema, entry.snapshot->state}, identity.incarnation};
  }
}

void InMemoryState::keep_running(const Batch& batch) {
  Straggler& straggler = stragglers.emplace_back();
  straggler.context = batch.context;
  straggler.lanes.assign(batch.lanes.begin(), batch.lanes.end());
  for (const Entry* entry : batch.entries) straggler.entries.push_back(*entry);
}

void InMemoryState::finish_stragglers(std::string_view context) {
  const auto mine = [&](const Straggler& straggler) { return straggler.context == context; };
  for (const Straggler& straggler : stragglers) {
    if (!mine(straggler)) continue;
    std::vector<const Entry*> entries;
    for (const Entry& entry : straggler.entries) entries.push_back(&entry);
    (void)store({straggler.context, straggler.lanes, entries});
  }
  std::erase_if(stragglers, mine);
}

}  // namespace keel::journal
