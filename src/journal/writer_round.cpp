#include <chrono>
#include <unordered_set>
#include <utility>

#include "core/crash_point.hpp"
#include "journal/writer.hpp"
#include "journal/writer_queue.hpp"
#include "journal/writer_verdict.hpp"

namespace keel::journal {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::size_t bytes_of(const Entry& entry) {
  std::size_t bytes = entry.metadata.size();
  for (const NewEvent& event : entry.events) bytes += event.payload.size();
  if (entry.receipt) bytes += entry.receipt->reply.size();
  if (entry.snapshot) bytes += entry.snapshot->state.size();
  return bytes;
}

}  // namespace

void Writer::round() {
  gather();
  if (append_batch()) look_up_answers();
}

void Writer::gather() {
  batch_.clear();
  answers_.clear();
  std::size_t bytes = 0;
  for (std::size_t place = 0; place < queue_->size(); ++place) {
    if (!queue_->is_open(place)) continue;
    if (batch_.size() + answers_.size() == options_.max_batch_items || bytes >= options_.max_batch_bytes) return;
    const Item& item = (*queue_)[place].item;
    if (held(item.lane()) == nullptr) {
      bug("an item came for a lane that its context does not have");
      queue_->drop(place, Drop::restarted);
    } else if (const Entry* entry = item.entry()) {
      batch_.push_back(place);
      bytes += bytes_of(*entry);
    } else {
      answers_.push_back(place);
    }
  }
}

// -- the append -------------------------------------------------------------------------------------------------

bool Writer::append_batch() {
  while (!batch_.empty()) {
    const auto appended = append_once();
    if (!heed(appended)) return false;
    if (appended.outcome == AppendOutcome::stored) return true;
  }
  return true;
}

/// False: nothing more can be done in this round.
bool Writer::heed(const Appended& appended) {
  switch (appended.outcome) {
    case AppendOutcome::stored:
      confirm_batch(appended.recorded_at);
      return true;
    case AppendOutcome::stale_version:
    case AppendOutcome::duplicate:
      return diagnose_batch(appended.what);
    case AppendOutcome::fenced:
      lose(appended.what);
      return false;
    case AppendOutcome::try_again:
      pause();
      return false;
    case AppendOutcome::misplaced:
    case AppendOutcome::broken:
      distrust(appended.what);
      return false;
    case AppendOutcome::unknown:
      doubt();
      return false;
  }
  return false;
}

Appended Writer::append_once() {
  aim();
  const auto started = SteadyClock::now();
  crash_point("before_append");
  auto appended = session_->append({context_, round_lanes_, entries_});
  if (appended.outcome == AppendOutcome::stored) crash_point("after_append");
  if (observer_ != nullptr) {
    std::size_t events = 0;
    for (const Entry* entry : entries_) events += entry->events.size();
    observer_->appended(context_,
                        {appended.outcome, entries_.size(), events, SteadyClock::now() - started, appended.what});
  }
  return appended;
}

/// Points the journal's arguments at the batch as it is now.
void Writer::aim() {
  ++attempt_;
  entries_.clear();
  for (const std::size_t place : batch_) {
    Waiting& waiting = (*queue_)[place];
    Entry& entry = *waiting.item.entry();
    const bool first_of_its_life = std::exchange(waiting.life->attempt, attempt_) != attempt_;
    entry.check_version = first_of_its_life && !waiting.life->confirmed;
    entries_.push_back(&entry);
    mark_lane(entry.lane);
  }
  collect_marked_lanes();
}

void Writer::mark_lane(Lane lane) { marked_[static_cast<std::size_t>(held(lane) - lanes_.data())] = true; }

void Writer::collect_marked_lanes() {
  round_lanes_.clear();
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (marked_[i]) round_lanes_.push_back(lanes_[i]);
    marked_[i] = false;
  }
}

void Writer::confirm_batch(Timestamp recorded_at) {
  failures_ = 0;
  stored_.clear();
  for (const std::size_t place : batch_) {
    Waiting& waiting = (*queue_)[place];
    Entry& entry = *waiting.item.entry();
    HeldLane& lane = *held(entry.lane);
    waiting.life->confirmed = true;
    queue_->settle(place, Outcome::Kind::stored, entry.version_after(),
                   lane.last.plus(static_cast<std::int64_t>(entry.events.size())));
    if (entry.events.empty()) continue;
    mark_lane(entry.lane);
    keep_events(entry, lane, recorded_at);
    lane.last = stored_.back()->position;
  }
  collect_marked_lanes();
  if (!round_lanes_.empty()) host_.committed(context_, round_lanes_, stored_);
}

/// The entry's events as they stand in the journal now. Its payloads go with them: nobody sends it again.
void Writer::keep_events(Entry& entry, const HeldLane& lane, Timestamp recorded_at) {
  Position position = lane.last;
  Version version = entry.expected;
  for (NewEvent& event : entry.events) {
    position = position.next();
    version = version.next();
    stored_.push_back(std::make_shared<const RecordedEvent>(
        RecordedEvent{entry.lane, position, lane.epoch, entry.aggregate, version, std::move(event.type),
                      std::move(event.payload), entry.metadata, recorded_at}));
  }
}

// -- the diagnosis of a refused batch ---------------------------------------------------------------------------

bool Writer::diagnose_batch(std::string_view refusal) {
  std::vector<AggregateRef> aggregates;
  const auto diagnosis = ask_about_batch(aggregates);
  if (!diagnosis) {
    fault(diagnosis.fault());
    return false;
  }
  if (!still_holds(round_lanes_, *diagnosis)) return false;
  const auto before = batch_.size();
  heed_verdicts(aggregates, *diagnosis);
  if (batch_.size() < before) return true;
  distrust("a batch was refused and nobody in it offends: " + std::string(refusal));
  return false;
}

Result<Diagnosis> Writer::ask_about_batch(std::vector<AggregateRef>& aggregates) {
  std::unordered_set<const Life*> asked;
  std::vector<ReceiptKey> ids;
  for (const std::size_t place : batch_) {
    const Waiting& waiting = (*queue_)[place];
    const Entry& entry = *waiting.item.entry();
    if (asked.insert(waiting.life).second) aggregates.push_back(entry.aggregate);
    if (entry.receipt) ids.push_back({entry.lane, entry.receipt->request_id});
  }
  std::vector<Lane> lanes;
  for (const HeldLane& lane : round_lanes_) lanes.push_back(lane.lane);
  return session_->diagnose(context_, lanes, ids, aggregates);
}

void Writer::heed_verdicts(const std::vector<AggregateRef>& aggregates, const Diagnosis& diagnosis) {
  const ReceiptsById receipts(diagnosis.receipts);
  const auto verdicts = judge(entries_, aggregates, diagnosis.versions, receipts);
  std::vector<std::size_t> staying;
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    switch (verdicts[i].kind) {
      case Verdict::Kind::stays:
        staying.push_back(batch_[i]);
        break;
      case Verdict::Kind::answered:
        queue_->answer_by(batch_[i], *verdicts[i].receipt);
        break;
      case Verdict::Kind::leaves:
        queue_->drop(batch_[i], Drop::restarted);
        break;
    }
  }
  batch_ = std::move(staying);
}

bool Writer::still_holds(std::span<const HeldLane> lanes, const Diagnosis& diagnosis) {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (i < diagnosis.epochs.size() && diagnosis.epochs[i] == lanes[i].epoch) continue;
    lose("another epoch holds lane " + std::to_string(lanes[i].lane.value) + " of " + context_ + "; ours was " +
         std::to_string(lanes[i].epoch.value));
    return false;
  }
  return true;
}

// -- the read round of what appends nothing ---------------------------------------------------------------------

void Writer::look_up_answers() {
  std::erase_if(answers_, [this](std::size_t place) { return !queue_->is_open(place); });
  if (answers_.empty()) return;
  const auto started = SteadyClock::now();
  const auto found = ask_for_receipts();
  if (!found) return fault(found.fault());
  if (!still_holds(round_lanes_, *found)) return;
  failures_ = 0;
  const ReceiptsById receipts(found->receipts);
  for (const std::size_t place : answers_) {
    const auto& answer = std::get<AnswerOnly>((*queue_)[place].item.what);
    if (const Receipt* receipt = receipts.find(answer.lane, answer.request_id)) {
      queue_->answer_by(place, *receipt);
    } else {
      queue_->settle(place, Outcome::Kind::stands, {}, held(answer.lane)->last);
    }
  }
  if (observer_ != nullptr) observer_->looked_up(context_, answers_.size(), SteadyClock::now() - started);
}

Result<Diagnosis> Writer::ask_for_receipts() {
  std::vector<ReceiptKey> ids;
  ids.reserve(answers_.size());
  for (const std::size_t place : answers_) {
    const auto& answer = std::get<AnswerOnly>((*queue_)[place].item.what);
    ids.push_back({answer.lane, answer.request_id});
    mark_lane(answer.lane);
  }
  collect_marked_lanes();
  std::vector<Lane> lanes;
  for (const HeldLane& lane : round_lanes_) lanes.push_back(lane.lane);
  return session_->diagnose(context_, lanes, ids, {});
}

}  // namespace keel::journal
