#include "query/projector.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "ops/log.hpp"

namespace keel::query {
namespace {

constexpr std::chrono::milliseconds longest_wait{100};

std::optional<std::int32_t> lane_number(std::string_view text) {
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return {};
  return number;
}

std::vector<Lane> lanes_of(const LaneChoice& choice, std::int32_t lane_count) {
  std::vector<Lane> lanes;
  const auto first = choice.kind == LaneChoice::Kind::range ? choice.first : 0;
  const auto last = choice.kind == LaneChoice::Kind::range ? std::min(choice.last, lane_count - 1) : lane_count - 1;
  for (auto lane = first; lane <= last; ++lane) lanes.push_back(Lane{lane});
  return lanes;
}

std::vector<std::string_view> all_states() {
  return {name_of(ProjectorState::starting), name_of(ProjectorState::running), name_of(ProjectorState::paused),
          name_of(ProjectorState::stopped), name_of(ProjectorState::faulted)};
}

double unix_seconds(Timestamp at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); }

}  // namespace

std::optional<LaneChoice> parse_lane_choice(std::string_view text) {
  if (text == "all") return LaneChoice{};
  if (text == "group") return LaneChoice{LaneChoice::Kind::group, 0, 0};
  const auto dash = text.find('-');
  const auto first = lane_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : lane_number(text.substr(dash + 1));
  if (!first || !last || *last < *first) return {};
  return LaneChoice{LaneChoice::Kind::range, *first, *last};
}

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

struct Projector::FollowedLane {
  FollowedLane(LaneProjector projector, const LaneGauges& shown) : lane(std::move(projector)), gauges(shown) {}
  ~FollowedLane() { gauges.clear(); }
  FollowedLane(const FollowedLane&) = delete;
  FollowedLane& operator=(const FollowedLane&) = delete;

  LaneProjector lane;
  LaneGauges gauges;
  Following following = Following::no;
  /// Where the partition goes on; meaningful unless `following` is `no`.
  std::int64_t offset = 0;
};

Projector::Projector(Projection projection, Sources sources, ProjectorOptions options)
    : projection_(std::move(projection)),
      sources_(std::move(sources)),
      options_(std::move(options)),
      metrics_(projection_metrics(projection_.name)),
      states_(projection_.name, options_.generation.value_or(0), all_states()) {
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
    if (topics_.empty() && options_.lanes.kind != LaneChoice::Kind::group) {
      rest(longest_wait);
      continue;
    }
    consume(now);
    work(options_.clock());
    assign_if_healed();
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
  find_ends();
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
    const bool mine = !shared_out || joined_.contains({topic, lane.value});
    if (mine && lane_of_partition(topic, lane.value) == nullptr) missing.push_back(lane);
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
    LaneProjector::Place place{context, generation_->generation, checkpoint, {}};
    for (const auto& found : *parked) {
      if (found.lane == checkpoint.lane) place.parked.insert(found.aggregate);
    }
    const auto number = checkpoint.lane.value;
    topics_[kafka::topic_of(context)][number] =
        std::make_unique<FollowedLane>(LaneProjector(projection_, std::move(place), options_.rules, metrics_, now),
                                       lane_gauges(projection_.name, generation_->generation, context, number));
  }
  return true;
}

void Projector::drop_lanes() {
  if (consumer_ && assigned_anything_) {
    if (const auto dropped = consumer_->assign({}); !dropped) consumer_.reset();
  }
  assigned_anything_ = false;
  topics_.clear();
}

void Projector::compare_with_journal(Timestamp now) {
  for (auto& [topic, lanes] : topics_) {
    if (lanes.empty()) continue;
    const auto heads = journal_->heads(lanes.begin()->second->lane.context());
    if (!heads)
      return log::warn("projector", "cannot compare with the journal",
                       {{"projection", projection_.name}, {"why", heads.fault().what}});
    for (auto& [number, followed] : lanes) {
      if (static_cast<std::size_t>(number) >= heads->size()) continue;
      followed->lane.head_seen((*heads)[static_cast<std::size_t>(number)], followed->following == Following::no, now);
    }
  }
}

/// Parked aggregates may have been folded by an operator; an idle lane would not meet the new revision by itself.
void Projector::notice_retries() {
  for (auto& [topic, lanes] : topics_) {
    for (auto& [number, followed] : lanes) {
      if (followed->lane.parked_aggregates() == 0) continue;
      const Lane one[] = {followed->lane.lane()};
      const auto checkpoint = store_->checkpoints(projection_.name, generation_->generation, followed->lane.context(),
                                                  one, identity_.incarnation);
      if (checkpoint) followed->lane.revision_seen(checkpoint->front().revision);
    }
  }
}

/// Asks the broker where the partitions end, for lanes that do not follow it yet. No broker: they heal alone.
void Projector::find_ends() {
  if (!consumer_) {
    auto opened = sources_.consumer();
    if (!opened) return;
    consumer_ = *std::move(opened);
  }
  for (auto& [topic, lanes] : topics_) {
    std::vector<std::int32_t> partitions;
    for (const auto& [number, followed] : lanes) {
      if (followed->following == Following::no) partitions.push_back(number);
    }
    if (partitions.empty()) continue;
    const auto ends = consumer_->end_offsets(topic, partitions, options_.broker_patience);
    if (!ends) return give_up_silent_consumer();
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      auto& followed = *lanes[partitions[i]];
      followed.following = Following::when_healed;
      followed.offset = (*ends)[i];
      followed.lane.heal();
    }
  }
}

/// A client that has found no broker yet is built anew at the next look, addresses read again. One that follows or is a
/// member of a group mends itself.
void Projector::give_up_silent_consumer() {
  if (!assigned_anything_ && options_.lanes.kind != LaneChoice::Kind::group) consumer_.reset();
}

/// Once the lanes that know their end offsets have healed past them, all of them go on from there.
void Projector::assign_if_healed() {
  const auto now = options_.clock();
  std::vector<FollowedLane*> ready;
  std::vector<kafka::Place> places;
  bool anybody_new = false;
  for (const auto& [topic, lanes] : topics_) {
    for (const auto& [number, followed] : lanes) {
      const auto state = followed->lane.state(now);
      const bool out = state == LaneState::stopped || state == LaneState::pausing;
      if (out || followed->following == Following::no) continue;
      if (followed->following == Following::when_healed && !followed->lane.caught_up()) return;
      anybody_new |= followed->following == Following::when_healed;
      ready.push_back(followed.get());
      places.push_back({topic, number, followed->offset});
    }
  }
  if (!anybody_new || !consumer_) return;
  if (const auto assigned = consumer_->assign(places); !assigned) return lose_consumer(assigned.fault().what);
  assigned_anything_ = true;
  for (auto* followed : ready) followed->following = Following::yes;
}

void Projector::lose_consumer(const std::string& why) {
  log::warn("projector", "cannot follow Kafka; heals from the journal alone",
            {{"projection", projection_.name}, {"why", why}});
  consumer_.reset();
  assigned_anything_ = false;
  joined_.clear();
  forget_offsets();
}

void Projector::forget_offsets() {
  for (auto& [topic, lanes] : topics_) {
    for (auto& [number, followed] : lanes) followed->following = Following::no;
  }
}

bool Projector::busy(Timestamp now) const {
  if (!store_ || !journal_) return false;
  for (const auto& [topic, lanes] : topics_) {
    for (const auto& [number, followed] : lanes) {
      if (followed->lane.has_work(now)) return true;
    }
  }
  return false;
}

void Projector::consume(Timestamp now) {
  const bool listens = consumer_ && (assigned_anything_ || options_.lanes.kind == LaneChoice::Kind::group);
  const auto wait = busy(now) ? std::chrono::milliseconds(0) : longest_wait;
  if (!listens) return rest(wait);
  auto fetched = consumer_->poll(wait, options_.rules.batch * 4);
  if (!fetched) return lose_consumer(fetched.fault().what);
  take(*fetched, options_.clock());
}

Projector::FollowedLane* Projector::lane_of_partition(std::string_view topic, std::int32_t partition) {
  const auto lanes = topics_.find(topic);
  if (lanes == topics_.end()) return nullptr;
  const auto found = lanes->second.find(partition);
  return found == lanes->second.end() ? nullptr : found->second.get();
}

void Projector::take(const kafka::Fetched& fetched, Timestamp now) {
  if (!fetched.joined.empty() || !fetched.left.empty() || !fetched.gone.empty() || fetched.reconnected) {
    next_look_ = now;
  }
  for (const auto& joined : fetched.joined) joined_.insert({joined.topic, joined.partition});
  for (const auto& left : fetched.left) {
    joined_.erase({left.topic, left.partition});
    if (const auto lanes = topics_.find(left.topic); lanes != topics_.end()) lanes->second.erase(left.partition);
  }
  for (const auto& gone : fetched.gone) {
    if (auto* followed = lane_of_partition(gone.topic, gone.partition)) followed->following = Following::no;
  }
  if (fetched.reconnected) forget_offsets();
  for (const auto& message : fetched.messages) {
    auto* followed = lane_of_partition(message.topic, message.partition);
    if (followed == nullptr || followed->following != Following::yes) continue;
    followed->offset = message.offset + 1;
    const auto event = kafka::decode_event(message);
    if (!event) {
      metrics_.foreign.add();
      continue;
    }
    followed->lane.receive(*event, now);
  }
}

void Projector::work(Timestamp now) {
  if (!store_ || !journal_) return;
  for (auto& [topic, lanes] : topics_) {
    for (auto& [number, followed] : lanes) {
      if (stopping_) return;
      if (followed->lane.has_work(now)) followed->lane.work(*store_, *journal_, now);
    }
  }
  if (!store_->usable() || !journal_->usable()) next_look_ = std::min(next_look_, now + options_.rules.first_pause);
}

void Projector::publish_status(ProjectorState state, std::string reason, Timestamp now) {
  const auto generation = generation_ ? generation_->generation : options_.generation.value_or(0);
  ProjectorStatus status{projection_.name, state, std::move(reason), generation, {}};
  for (const auto& [topic, lanes] : topics_) {
    for (const auto& [number, followed] : lanes) {
      const auto& lane = followed->lane;
      const auto& gauges = followed->gauges;
      status.lanes.push_back({lane.context(), lane.lane(), lane.position(), lane.head(), lane.state(now),
                              followed->following == Following::yes, lane.reason()});
      gauges.position.set(static_cast<double>(lane.position().value));
      gauges.head.set(static_cast<double>(lane.head().value));
      gauges.lag_events.set(static_cast<double>(lane.head().value - lane.position().value));
      gauges.parked_aggregates.set(static_cast<double>(lane.parked_aggregates()));
      gauges.stopped.set(lane.state(now) == LaneState::stopped ? 1 : 0);
      gauges.last_event.set(lane.last_event_at() ? unix_seconds(*lane.last_event_at()) : 0);
      gauges.last_progress.set(unix_seconds(lane.last_progress_at()));
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
