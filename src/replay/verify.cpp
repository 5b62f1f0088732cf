#include "replay/verify.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "replay/generation_cut.hpp"
#include "replay/lane_comparison.hpp"
#include "replay/lane_verifier.hpp"

namespace keel::replay {
namespace {

Fault fault(std::string what) { return Fault{Fault::Outcome::nothing_changed, std::move(what)}; }

class Comparison {
 public:
  Comparison(const VerifyParts& parts, std::int64_t generation, const Uuid& incarnation, const VerifyOptions& options,
             const std::function<bool()>& ended)
      : parts_(parts),
        reader_(parts.read_dsn, parts.projection, generation),
        incarnation_(incarnation),
        options_(options),
        ended_(ended) {}

  Attempt<Verification> run(const std::function<void(std::int64_t, std::int64_t)>& tell) {
    const auto began = std::chrono::steady_clock::now();
    auto cuts = reader_.cut(incarnation_);
    if (!cuts) return std::visit([](auto why) -> Attempt<Verification> { return why; }, cuts.why());
    cuts_ = *std::move(cuts);
    for (const auto& [lane, cut] : cuts_) {
      lanes_.push_back(lane);
      for (const auto& [context, position] : cut.positions) result_.events += position.value;
    }
    to_read_ = result_.events;
    work_in_threads(tell);
    if (fault_) return *fault_;
    std::ranges::sort(result_.left_out);
    result_.lanes = static_cast<std::int64_t>(lanes_.size());
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return std::move(result_);
  }

 private:
  void work_in_threads(const std::function<void(std::int64_t, std::int64_t)>& tell) {
    std::vector<std::thread> workers;
    running_ = std::min(options_.workers, std::max<std::size_t>(1, lanes_.size()));
    for (std::size_t i = running_; i > 0; --i) workers.emplace_back([this] { work(); });
    auto next = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    while (running_ > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (std::chrono::steady_clock::now() < next) continue;
      next += std::chrono::milliseconds(500);
      tell(read_, to_read_);
    }
    for (auto& worker : workers) worker.join();
  }

  void work() {
    try {
      if (const auto done = work_off(); !done) fail(done.fault());
    } catch (const std::exception& error) {
      fail(fault(error.what()));
    }
    --running_;
  }

  void fail(Fault why) {
    const std::lock_guard lock(mutex_);
    if (!fault_) fault_ = std::move(why);
    failed_ = true;
  }

  bool over() const { return failed_ || ended_(); }

  Result<Done> work_off() {
    const auto scan = parts_.scan();
    if (!scan) return scan.fault();
    LaneVerifier verifier(parts_.projection, reader_, **scan, rules());
    while (!over()) {
      const auto index = next_++;
      if (index >= lanes_.size()) return Done{};
      auto found = verifier.verify(Lane{lanes_[index]}, cuts_.at(lanes_[index]));
      if (!found) return found.fault();
      note(*std::move(found));
    }
    return fault("told to end");
  }

  LaneVerifier::Rules rules() {
    LaneVerifier::Rules rules;
    rules.chunk = options_.chunk;
    rules.bytes = options_.bytes / options_.workers;
    rules.max_differences = options_.max_differences;
    rules.ended = [this] { return over(); };
    rules.read = [this](std::int64_t events) { read_ += events; };
    rules.to_read = [this](std::int64_t events) { to_read_ += events; };
    return rules;
  }

  void note(LaneFindings found) {
    const std::lock_guard lock(mutex_);
    result_.rows += found.rows;
    result_.parts += found.parts;
    result_.different += found.different;
    std::ranges::move(found.differences, std::back_inserter(result_.differences));
    keep_first(result_.differences, options_.max_differences);
    std::ranges::move(found.left_out, std::back_inserter(result_.left_out));
  }

  const VerifyParts& parts_;
  const GenerationReader reader_;
  const Uuid incarnation_;
  const VerifyOptions& options_;
  const std::function<bool()>& ended_;
  std::map<std::int32_t, LaneCut> cuts_;
  std::vector<std::int32_t> lanes_;

  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> running_{0};
  /// Events, of all the times that lanes are read.
  std::atomic<std::int64_t> read_{0};
  std::atomic<std::int64_t> to_read_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::optional<Fault> fault_;
  Verification result_;
};

}  // namespace

std::string_view name_of(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::added:
      return "added";
    case Difference::Kind::removed:
      return "removed";
    case Difference::Kind::changed:
      return "changed";
  }
  return "unknown";
}

Attempt<Verification> verify(const VerifyParts& parts, std::int64_t generation, const Uuid& incarnation,
                             const VerifyOptions& options, const std::function<bool()>& ended,
                             const std::function<void(std::int64_t events, std::int64_t total)>& tell) {
  return Comparison(parts, generation, incarnation, options, ended).run(tell);
}

}  // namespace keel::replay
