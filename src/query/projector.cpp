#include "query/projector.hpp"

#include <algorithm>
#include <utility>

#include "ops/log.hpp"

namespace keel::query {
namespace {

using Following = FollowedLane::Following;

constexpr std::chrono::milliseconds longest_wait{100};

std::vector<std::string_view> all_states() {
  return {name_of(ProjectorState::starting), name_of(ProjectorState::running), name_of(ProjectorState::paused),
          name_of(ProjectorState::stopped), name_of(ProjectorState::faulted)};
}

PartitionFollower::Options follower_options(const std::string& projection, const ProjectorOptions& options) {
  return {projection, options.lanes.kind == LaneChoice::Kind::group, options.rules.batch * 4, options.broker_patience};
}

}  // namespace

std::string_view name_of(ProjectorState state) {
  switch (state) {
    case ProjectorState::starting:
      return "starting";
    case ProjectorState::running:
      return "running";
    case ProjectorState::paused:
      return "paused";
    case ProjectorState::stopped:
      return "stopped";
    case ProjectorState::faulted:
      return "faulted";
  }
  return "unknown";
}

Projector::Projector(Projection projection, Sources sources, ProjectorOptions options)
    : projection_(std::move(projection)),
      sources_(std::move(sources)),
      options_(std::move(options)),
      metrics_(projection_metrics(projection_.name)),
      states_(projection_.name, options_.generation.value_or(0), all_states()),
      follower_(follower_options(projection_.name, options_), sources_.consumer, lanes_, metrics_.foreign),
      pace_(options_.pace) {
  states_.show(name_of(ProjectorState::starting));
  status_.projection = projection_.name;
}

Projector::~Projector() {
  stop();
  states_.show({});
}

void Projector::start() {
  thread_ = std::thread([this] { run(); });
}

void Projector::stop() {
  {
    const std::lock_guard lock(resting_);
    stopping_ = true;
  }
  awake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

ProjectorStatus Projector::status() const {
  const std::lock_guard lock(status_mutex_);
  return status_;
}

void Projector::run() {
  while (!stopping_) {
    const auto now = options_.clock();
    if (now >= next_look_) {
      next_look_ = now + options_.look_every;
      look(now);
    }
    if (lanes_.empty() && options_.lanes.kind != LaneChoice::Kind::group) {
      rest(longest_wait);
      continue;
    }
    consume(now);
    work(options_.clock());
    follower_.assign_if_healed(options_.clock());
  }
  drop_lanes();
}

/// Sessions that broke are thrown away and opened anew at the next look; their lanes read their checkpoints again.
bool Projector::have_sessions(Timestamp now) {
  if (store_ && !store_->usable()) store_.reset();
  if (journal_ && !journal_->usable()) journal_.reset();
  if (!store_) {
    auto opened = sources_.store();
    if (!opened) return publish_status(ProjectorState::faulted, opened.fault().what, now), false;
    store_ = *std::move(opened);
  }
  if (!journal_) {
    auto opened = sources_.journal();
    if (!opened) return publish_status(ProjectorState::faulted, opened.fault().what, now), false;
    journal_ = *std::move(opened);
  }
  return true;
}

void Projector::look(Timestamp now) {
  if (!have_sessions(now)) return;
  const auto identity = journal_->identity();
  if (!identity) return publish_status(ProjectorState::faulted, identity.fault().what, now);
  const auto found = find_generation();
  if (!found) return publish_status(ProjectorState::faulted, found.fault().what, now);
  if (const auto why = why_stopped(*found)) {
    drop_lanes();
    return publish_status(ProjectorState::stopped, *why, now);
  }
  if ((*found)->paused) {
    drop_lanes();
    return publish_status(ProjectorState::paused, "projections.paused is set", now);
  }
  if (!have_lanes(**found, *identity, now)) return;
  compare_with_journal(now);
  notice_retries();
  follower_.find_ends();
  publish_status(ProjectorState::running, {}, now);
}

Result<std::optional<FedGeneration>> Projector::find_generation() {
  const auto fed = store_->fed(projection_.name);
  if (!fed) return fed.fault();
  const auto wanted = std::ranges::find_if(
      *fed, [&](const FedGeneration& one) { return !options_.generation || one.generation == *options_.generation; });
  return wanted == fed->end() ? std::optional<FedGeneration>{} : *wanted;
}

std::optional<std::string> Projector::why_stopped(const std::optional<FedGeneration>& found) const {
  if (!found && options_.generation)
    return "generation " + std::to_string(*options_.generation) + " is not fed any more";
  if (!found) return "the read store does not know this projection: run `keel migrate`";
  if (found->version != projection_.version) {
    return "generation " + std::to_string(found->generation) + " was made by version " +
           std::to_string(found->version) + " of the projection, this is " + std::to_string(projection_.version) +
           ": rebuild it with this version, or run the other one";
  }
  return {};
}

bool Projector::have_lanes(const FedGeneration& found, const journal::Identity& identity, Timestamp now) {
  const bool same =
      generation_ && generation_->generation == found.generation && identity_.incarnation == identity.incarnation;
  if (!same) drop_lanes();
  generation_ = found;
  identity_ = identity;
  for (const auto& context : projection_.contexts) {
    const auto lanes = missing_lanes(context);
    if (lanes.empty() || add_lanes(context, lanes, now)) continue;
    drop_lanes();
    return false;
  }
  return true;
}

/// Lanes of the context that this process is to fold and does not yet.
std::vector<Lane> Projector::missing_lanes(const std::string& context) {
  const std::string topic = kafka::topic_of(context);
  const bool shared_out = options_.lanes.kind == LaneChoice::Kind::group;
  std::vector<Lane> missing;
  for (const Lane lane : lanes_of(options_.lanes, identity_.lane_count)) {
    const bool mine = !shared_out || follower_.joined(topic, lane.value);
    if (mine && lanes_.find(topic, lane.value) == nullptr) missing.push_back(lane);
  }
  return missing;
}

bool Projector::add_lanes(const std::string& context, std::vector<Lane> lanes, Timestamp now) {
  const auto checkpoints =
      store_->checkpoints(projection_.name, generation_->generation, context, lanes, identity_.incarnation);
  if (!checkpoints) return publish_status(ProjectorState::faulted, checkpoints.fault().what, now), false;
  const auto parked = store_->parked(projection_.name, generation_->generation, context);
  if (!parked) return publish_status(ProjectorState::faulted, parked.fault().what, now), false;
  for (const auto& checkpoint : *checkpoints) {
    if (checkpoint.incarnation != identity_.incarnation) {
      publish_status(ProjectorState::stopped,
                     "its checkpoints are of another incarnation of the journal: rebuild the projection", now);
      return false;
    }
    LanePlace place{context, generation_->generation, checkpoint, {}};
    for (const auto& found : *parked) {
      if (found.lane == checkpoint.lane) place.parked.insert(found.aggregate);
    }
    const auto number = checkpoint.lane.value;
    lanes_.add(
        kafka::topic_of(context), number,
        std::make_unique<FollowedLane>(LaneProjector(projection_, std::move(place), options_.rules, metrics_, now),
                                       lane_gauges(projection_.name, generation_->generation, context, number)));
  }
  return true;
}

void Projector::drop_lanes() {
  follower_.let_go();
  lanes_.clear();
}

void Projector::compare_with_journal(Timestamp now) {
  for (const auto& [topic, lanes] : lanes_.topics()) {
    if (lanes.empty()) continue;
    const auto heads = journal_->heads(lanes.begin()->second->lane.context());
    if (!heads)
      return log::warn("projector", "cannot compare with the journal",
                       {{"projection", projection_.name}, {"why", heads.fault().what}});
    for (const auto& [number, followed] : lanes) {
      if (static_cast<std::size_t>(number) >= heads->size()) continue;
      followed->lane.head_seen((*heads)[static_cast<std::size_t>(number)], followed->following == Following::no, now);
    }
  }
}

/// Parked aggregates may have been folded by an operator; an idle lane would not meet the new revision by itself.
void Projector::notice_retries() {
  for (const auto& [topic, lanes] : lanes_.topics()) {
    for (const auto& [number, followed] : lanes) {
      if (followed->lane.parked_aggregates() == 0) continue;
      const Lane one[] = {followed->lane.lane()};
      const auto checkpoint = store_->checkpoints(projection_.name, generation_->generation, followed->lane.context(),
                                                  one, identity_.incarnation);
      if (checkpoint) followed->lane.revision_seen(checkpoint->front().revision);
    }
  }
}

bool Projector::busy(Timestamp now) const {
  if (!store_ || !journal_) return false;
  for (const auto& [topic, lanes] : lanes_.topics()) {
    for (const auto& [number, followed] : lanes) {
      if (followed->lane.has_work(now)) return true;
    }
  }
  return false;
}

void Projector::consume(Timestamp now) {
  const bool behind = busy(now);
  const auto wait = behind ? std::chrono::milliseconds(0) : longest_wait;
  if (!follower_.listens()) return rest(wait);
  poll(wait);
  if (!behind && busy(options_.clock())) gather();
}

void Projector::poll(std::chrono::milliseconds wait) {
  if (follower_.poll(wait, options_.clock)) next_look_ = options_.clock();
}

void Projector::gather() {
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto until = pace_.until(now());
  for (auto left = until - now(); left > std::chrono::milliseconds(0) && follower_.listens(); left = until - now()) {
    poll(std::chrono::ceil<std::chrono::milliseconds>(left));
  }
}

void Projector::work(Timestamp now) {
  if (!store_ || !journal_) return;
  std::vector<LaneProjector*> lanes;
  for (const auto& [topic, of_topic] : lanes_.topics()) {
    for (const auto& [number, followed] : of_topic) lanes.push_back(&followed->lane);
  }
  LaneProjector::work_together(lanes, *store_, *journal_, now);
  if (!store_->usable() || !journal_->usable()) next_look_ = std::min(next_look_, now + options_.rules.first_pause);
}

void Projector::publish_status(ProjectorState state, std::string reason, Timestamp now) {
  const auto generation = generation_ ? generation_->generation : options_.generation.value_or(0);
  ProjectorStatus status{projection_.name, state, std::move(reason), generation, {}};
  for (const auto& [topic, lanes] : lanes_.topics()) {
    for (const auto& [number, followed] : lanes) {
      const auto& lane = followed->lane;
      status.lanes.push_back({lane.context(), lane.lane(), lane.position(), lane.head(), lane.state(now),
                              followed->following == Following::yes, lane.reason()});
      followed->show(now);
    }
  }
  states_.show(name_of(state));
  const std::lock_guard lock(status_mutex_);
  if (status_.state != status.state || status_.reason != status.reason) {
    log::info("projector", "changed its state",
              {{"projection", projection_.name}, {"state", name_of(state)}, {"why", status.reason}});
  }
  status_ = std::move(status);
}

void Projector::rest(std::chrono::milliseconds time) {
  std::unique_lock lock(resting_);
  awake_.wait_for(lock, time, [this] { return stopping_.load(); });
}

}  // namespace keel::query
