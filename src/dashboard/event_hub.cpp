#include "dashboard/event_hub.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

namespace keel::dashboard {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::size_t index_of(Topic topic) { return static_cast<std::size_t>(topic); }

/// JSON on one line has no line break of its own, so one `data:` is enough.
std::string event_text(std::uint64_t id, std::string_view kind, Topic topic, std::string_view document) {
  std::string text = "id: " + std::to_string(id) + "\nevent: " + std::string(kind) + "\ndata: {\"topic\":\"";
  text.append(name_of(topic)).append("\",\"data\":").append(document).append("}\n\n");
  return text;
}

std::string resync_text(std::uint64_t id) { return "id: " + std::to_string(id) + "\nevent: resync\ndata: {}\n\n"; }

std::optional<std::uint64_t> parse_id(std::string_view digits) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return {};
  return id;
}

/// Of these, only the newest is of use: it says everything that the older ones said.
bool whole(Topic topic) { return topic != Topic::tree; }

}  // namespace

std::string_view name_of(Topic topic) {
  switch (topic) {
    case Topic::overview:
      return "overview";
    case Topic::tree:
      return "tree";
    case Topic::projections:
      return "projections";
    case Topic::operations:
      return "operations";
    case Topic::processes:
      return "processes";
  }
  std::abort();
}

std::optional<Topic> parse_topic(std::string_view word) {
  const auto* const found = std::ranges::find(all_topics, word, [](Topic topic) { return name_of(topic); });
  if (found == all_topics.end()) return {};
  return *found;
}

/// One client. Its cursor is the id of the last event that it was given.
class EventHub::Follower final : public Stream {
 public:
  Follower(EventHub& hub, std::set<Topic> topics, std::optional<std::uint64_t> last_id, std::shared_ptr<void> place)
      : hub_(hub),
        topics_(std::move(topics)),
        place_(std::move(place)),
        resumes_(last_id),
        heard_(SteadyClock::now()) {}

  bool next(std::string& piece) override {
    piece.clear();
    std::unique_lock lock(hub_.mutex_);
    if (!begun_) return begin(piece);
    hub_.changed_.wait_for(lock, hub_.options_.breath, [&] { return hub_.stopped_ || hub_.last_id_ > cursor_; });
    if (hub_.stopped_) return false;
    if (hub_.last_id_ > cursor_) go_on(piece);
    if (piece.empty() && SteadyClock::now() >= heard_ + hub_.options_.heartbeat)
      piece = "event: heartbeat\ndata: {}\n\n";
    if (!piece.empty()) heard_ = SteadyClock::now();
    return true;
  }

 private:
  bool begin(std::string& piece) {
    begun_ = true;
    if (hub_.stopped_) return false;
    if (resumes_ && hub_.kept(*resumes_)) {
      piece = "retry: 1000\n\n" + hub_.since(*resumes_, topics_);
    } else {
      piece = "retry: 1000\n\n" + (resumes_ ? resync_text(hub_.last_id_) : std::string()) + hub_.snapshots(topics_);
    }
    cursor_ = hub_.last_id_;
    return true;
  }

  void go_on(std::string& piece) {
    if (hub_.kept(cursor_)) {
      piece = hub_.since(cursor_, topics_);
    } else {
      hub_.dropped_.add();
      piece = resync_text(hub_.last_id_) + hub_.snapshots(topics_);
    }
    cursor_ = hub_.last_id_;
  }

  EventHub& hub_;
  const std::set<Topic> topics_;
  const std::shared_ptr<void> place_;
  const std::optional<std::uint64_t> resumes_;
  SteadyClock::time_point heard_;
  std::uint64_t cursor_ = 0;
  bool begun_ = false;
};

EventHub::EventHub(Options options, ops::Metrics& metrics)
    : options_(options),
      clients_gauge_(metrics.gauge("keel_dashboard_sse_clients", "Clients that follow live events.")),
      dropped_(metrics.counter("keel_dashboard_sse_dropped_total",
                               "Times that a client was too slow and got the latest instead of all.")),
      last_id_(options.first_id) {
  latest_.fill({"null", options.first_id});
}

void EventHub::show(Topic topic, const Json& document) {
  auto text = dump(document);
  const std::lock_guard lock(mutex_);
  if (latest_[index_of(topic)].document == text) return;
  const std::string news = text;
  add(topic, news, std::move(text));
}

void EventHub::tell(Topic topic, const Json& news, const Json& document) {
  const std::lock_guard lock(mutex_);
  add(topic, dump(news), dump(document));
}

void EventHub::prepare(Topic topic, const Json& document) {
  auto text = dump(document);
  const std::lock_guard lock(mutex_);
  latest_[index_of(topic)].document = std::move(text);
}

void EventHub::add(Topic topic, const std::string& news, std::string document) {
  ++last_id_;
  latest_[index_of(topic)] = {std::move(document), last_id_};
  ring_.push_back({last_id_, topic, event_text(last_id_, "delta", topic, news)});
  ring_bytes_ += ring_.back().text.size();
  while (ring_.size() > options_.ring || (ring_bytes_ > options_.ring_bytes && ring_.size() > 1)) {
    ring_bytes_ -= ring_.front().text.size();
    ring_.pop_front();
  }
  changed_.notify_all();
}

/// What nobody has shown yet is left out: its first delta says everything.
std::string EventHub::snapshots(const std::set<Topic>& topics) const {
  std::string text;
  for (const Topic topic : topics) {
    const auto& latest = latest_[index_of(topic)];
    if (latest.document != "null") text += event_text(last_id_, "snapshot", topic, latest.document);
  }
  return text;
}

std::string EventHub::since(std::uint64_t id, const std::set<Topic>& topics) const {
  std::string text;
  for (const auto& event : ring_) {
    if (event.id <= id || !topics.contains(event.topic)) continue;
    if (whole(event.topic) && latest_[index_of(event.topic)].id != event.id) continue;
    text += event.text;
  }
  return text;
}

/// Whether everything after it is in the ring.
bool EventHub::kept(std::uint64_t id) const {
  if (id > last_id_) return false;
  return id == last_id_ || (!ring_.empty() && ring_.front().id <= id + 1);
}

Outcome<std::shared_ptr<void>> EventHub::place() {
  if (clients_->fetch_add(1) >= options_.max_clients) {
    clients_->fetch_sub(1);
    return Refusal{503, "RESOURCE_EXHAUSTED", "TOO_MANY_CLIENTS",
                   "as many follow live events as may (dashboard.max_clients): ask again later, or poll"};
  }
  clients_gauge_.add(1);
  return std::shared_ptr<void>(nullptr, [count = clients_, gauge = clients_gauge_](void*) {
    count->fetch_sub(1);
    gauge.add(-1);
  });
}

Outcome<std::shared_ptr<Stream>> EventHub::follow(std::set<Topic> topics, std::string_view last_id) {
  auto taken = place();
  if (!taken) return taken.refusal();
  std::optional<std::uint64_t> resumes;
  // An id that is none says that the client saw something: it is told that it missed the rest.
  if (!last_id.empty()) resumes = parse_id(last_id).value_or(0);
  return std::shared_ptr<Stream>(std::make_shared<Follower>(*this, std::move(topics), resumes, *std::move(taken)));
}

void EventHub::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

bool EventHub::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

}  // namespace keel::dashboard
