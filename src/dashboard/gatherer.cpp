#include "dashboard/gatherer.hpp"

#include <algorithm>
#include <future>
#include <set>
#include <utility>

namespace keel::dashboard {
namespace {

/// A supervisor's first pauses are shorter.
constexpr std::chrono::milliseconds consequences_after{300};
constexpr std::size_t max_recent = 50;
constexpr std::size_t max_unhealthy = 50;
constexpr std::int64_t operations_seen = 50;

std::vector<Node> unhealthy_of(const std::vector<ProcessSample>& processes, Timestamp now) {
  std::vector<Node> found;
  for (const auto& process : processes) {
    auto above = node_of(process);
    if (above.unhealthy() && of_interest(process, now)) found.push_back(std::move(above));
    if (!process.tree) continue;
    for (const auto& node : process.tree->nodes) {
      if (node.unhealthy() && found.size() < max_unhealthy) found.push_back(node);
    }
  }
  if (found.size() > max_unhealthy) found.resize(max_unhealthy);
  return found;
}

/// What was read from the store may have been told by the process, too.
void forget_repeats(std::deque<Json>& events) {
  std::set<std::pair<std::string, std::string>> known;
  std::erase_if(events, [&](const Json& event) {
    return !known.emplace(event.value("process", ""), event.value("sequence", "")).second;
  });
}

void add_troubles(Sample& sample) {
  for (const auto& process : sample.processes) {
    if (process.trouble.empty()) continue;
    const auto& identity = process.seen.known.identity;
    sample.missing.push_back({identity.role + " " + identity.node, process.trouble});
  }
}

/// What was the same before keeps its time.
bool same_document(const ProjectionSample& one, const ProjectionSample& other) {
  return document_of(one, true) == document_of(other, true);
}

}  // namespace

Gatherer::Gatherer(Options options, Sources sources)
    : options_(options), sources_(sources), asked_at_(SteadyClock::now() - options.watched_for) {
  thread_ = std::thread([this] { run(); });
}

Gatherer::~Gatherer() { stop(); }

void Gatherer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wanted_.notify_all();
    seen_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

Outcome<std::shared_ptr<const Sample>> Gatherer::latest() {
  std::unique_lock lock(mutex_);
  const auto now = SteadyClock::now();
  asked_at_ = now;
  wanted_.notify_all();
  const auto fresh = [&] { return latest_ && looked_at_ + 3 * options_.sample_interval >= now; };
  if (!fresh()) seen_.wait_for(lock, options_.patience, [&] { return stopping_ || fresh(); });
  if (latest_) return latest_;
  return unavailable("NOTHING_SEEN_YET", "the system could not be looked at yet: ask again");
}

void Gatherer::look_soon() {
  const std::lock_guard lock(mutex_);
  const auto now = SteadyClock::now();
  soon_ = {now, now + consequences_after};
  asked_at_ = now;
  wanted_.notify_all();
}

/// With the lock held.
bool Gatherer::due() const {
  const auto now = SteadyClock::now();
  if (!soon_.empty() && soon_.front() <= now) return true;
  const bool watched = sources_.hub.clients() > 0 || asked_at_ + options_.watched_for > now;
  return watched && (!latest_ || looked_at_ + options_.sample_interval <= now);
}

void Gatherer::run() {
  constexpr std::chrono::milliseconds breath{50};
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!due()) {
      wanted_.wait_for(lock, breath);
      continue;
    }
    std::erase_if(soon_, [now = SteadyClock::now()](auto moment) { return moment <= now; });
    lock.unlock();
    look();
    lock.lock();
  }
}

void Gatherer::look() {
  const auto began = SteadyClock::now();
  auto sample = std::make_shared<Sample>();
  sample->at = system_now();
  auto seen = sources_.directory.look();
  sample->missing = std::move(seen.missing);
  auto processes = std::async(std::launch::async, [&] { return sources_.processes.sample(seen.processes); });
  if (auto store = sources_.stores.read()) {
    if (auto operations = (*store)->operations("", operations_seen)) sample->operations = *std::move(operations);
  }
  sample->processes = processes.get();
  auto looked = sources_.projections.sample(sample->processes, sample->operations, sample->at);
  sample->projections = std::move(looked.projections);
  sample->missing.insert(sample->missing.end(), looked.missing.begin(), looked.missing.end());
  add_troubles(*sample);
  sample->unhealthy = unhealthy_of(sample->processes, sample->at);
  Json news = Json::array();
  for (const auto& process : sample->processes) {
    for (const auto& event : process.news) news.push_back(event);
  }
  add_recent(*sample);
  add_rates(*sample, looked.events);
  note_changes(*sample);
  add_series(*sample);
  show(*sample, news);
  const std::lock_guard lock(mutex_);
  latest_ = std::move(sample);
  looked_at_ = began;
  seen_.notify_all();
}

void Gatherer::add_recent(Sample& sample) {
  if (!knows_the_past_) {
    ops::HistoryChoice choice;
    choice.limit = max_recent;
    const auto past = sources_.directory.history(choice);
    for (const auto& event : past.events) recent_.push_back(document_of(event));
    knows_the_past_ = past.missing.empty();
  }
  for (const auto& process : sample.processes) {
    for (const auto& event : process.news) recent_.push_front(event);
  }
  std::ranges::stable_sort(recent_, std::ranges::greater(), [](const Json& event) { return event.value("at", ""); });
  forget_repeats(recent_);
  if (recent_.size() > max_recent) recent_.resize(max_recent);
  for (const auto& event : recent_) sample.recent.push_back(event);
}

void Gatherer::add_rates(Sample& sample, std::int64_t events) {
  Totals now{SteadyClock::now(), {}, events};
  sample.rates = {{"commands_per_second", 0.0}, {"refused_per_second", 0.0}, {"events_per_second", 0.0}};
  for (const auto& process : sample.processes) {
    if (process.commands) now.commands[process.id()] = *process.commands;
  }
  if (totals_) {
    const double seconds = std::chrono::duration<double>(now.at - totals_->at).count();
    double commands = 0;
    double refused = 0;
    std::optional<double> slowest;
    for (const auto& [id, totals] : now.commands) {
      const auto before = totals_->commands.find(id);
      if (before == totals_->commands.end()) continue;
      commands += std::max(0.0, totals.commands - before->second.commands);
      refused += std::max(0.0, totals.refused - before->second.refused);
      if (const auto p99 = p99_ms(before->second, totals)) slowest = std::max(slowest.value_or(0), *p99);
    }
    sample.rates["commands_per_second"] = commands / seconds;
    sample.rates["refused_per_second"] = refused / seconds;
    // 0: the journal could not be asked.
    if (events > totals_->events && totals_->events > 0) {
      sample.rates["events_per_second"] = static_cast<double>(events - totals_->events) / seconds;
    }
    if (slowest) sample.rates["p99_ms"] = *slowest;
  }
  totals_ = std::move(now);
}

void Gatherer::note_changes(Sample& sample) const {
  std::shared_ptr<const Sample> before;
  {
    const std::lock_guard lock(mutex_);
    before = latest_;
  }
  for (const auto& projection : sample.projections) {
    const auto* known = before ? before->projection(projection.name) : nullptr;
    const bool same = known != nullptr && same_document(*known, projection);
    sample.projections_changed[projection.name] = same ? before->projections_changed.at(projection.name) : sample.at;
  }
}

void Gatherer::add_series(const Sample& sample) {
  for (const char* name : {"commands_per_second", "events_per_second"}) {
    if (sample.rates.contains(name)) sources_.series.add(name, sample.at, sample.rates[name].get<double>());
  }
  for (const auto& projection : sample.projections) {
    sources_.series.add("lag:" + projection.name, sample.at, static_cast<double>(projection.lag()));
    if (projection.rate) sources_.series.add("rate:" + projection.name, sample.at, *projection.rate);
  }
  for (const auto& process : sample.processes) {
    if (process.cpu_percent) sources_.series.add("cpu:" + process.id().text(), sample.at, *process.cpu_percent);
  }
}

void Gatherer::show(const Sample& sample, const Json& news) {
  auto& hub = sources_.hub;
  hub.show(Topic::overview, overview_of(sample));
  hub.show(Topic::processes, processes_of(sample));
  hub.show(Topic::projections, projections_of(sample));
  hub.show(Topic::operations, operations_of(sample));
  if (!news.empty()) {
    hub.tell(Topic::tree, news, sample.recent);
  } else {
    hub.prepare(Topic::tree, sample.recent);
  }
}

}  // namespace keel::dashboard
