#include "journal/writer.hpp"

#include <algorithm>
#include <utility>

#include "journal/incarnation.hpp"
#include "journal/writer_queue.hpp"

namespace keel::journal {

using std::chrono::milliseconds;

Writer::Writer(std::string context, Owner owner, OpenJournal open, WriterHost& host, WriterObserver* observer,
               WriterOptions options, Clock clock)
    : context_(std::move(context)),
      owner_(std::move(owner)),
      open_(std::move(open)),
      host_(host),
      observer_(observer),
      options_(options),
      clock_(std::move(clock)),
      queue_(std::make_unique<WriterQueue>()) {}

Writer::~Writer() = default;

// -- lanes ------------------------------------------------------------------------------------------------------

void Writer::adopt_lanes(std::vector<HeldLane> lanes) {
  if (owning_) abandon_lanes();
  lanes_ = std::move(lanes);
  marked_.assign(lanes_.size(), false);
  owning_ = true;
  failures_ = 0;
  queue_->open(last_incarnation());
}

void Writer::abandon_lanes() {
  owning_ = false;
  in_doubt_ = false;
  distrusted_.reset();
  lanes_.clear();
  queue_->shut(Drop::fenced);
}

bool Writer::owning() const { return owning_; }

std::span<const HeldLane> Writer::lanes() const { return lanes_; }

HeldLane* Writer::held(Lane lane) {
  const auto found =
      std::lower_bound(lanes_.begin(), lanes_.end(), lane, [](const HeldLane& h, Lane l) { return h.lane < l; });
  return found != lanes_.end() && found->lane == lane ? &*found : nullptr;
}

// -- queue ------------------------------------------------------------------------------------------------------

void Writer::submit(Item item) {
  const auto wrong = queue_->enter(std::move(item));
  if (!wrong.empty()) bug(wrong);
}

void Writer::close(AggregateRef aggregate, std::uint64_t incarnation, std::function<void()> done) {
  closings_.push_back({std::move(aggregate), incarnation, std::move(done)});
}

std::size_t Writer::pending() const { return queue_->size() + closings_.size(); }

bool Writer::idle() const { return pending() == 0 && !in_doubt_; }

std::optional<milliseconds> Writer::work() {
  start_closings();
  if (owning_ && pause_left() == milliseconds::zero()) {
    drop_the_late();
    if (ready()) round();
  }
  deliver();
  finish_closings();
  return next_call();
}

std::optional<milliseconds> Writer::next_call() const {
  if (!owning_ || (idle() && session_)) return std::nullopt;
  return pause_left();
}

void Writer::deliver() {
  const auto drops = queue_->deliver();
  if (observer_ == nullptr) return;
  for (std::size_t why = 0; why < drops.size(); ++why) {
    if (drops[why] > 0) observer_->dropped(context_, static_cast<Drop>(why), drops[why]);
  }
}

void Writer::start_closings() {
  for (const Closing& closing : closings_) queue_->end(closing.aggregate, closing.incarnation);
}

void Writer::finish_closings() {
  if (in_doubt_ || closings_.empty()) return;
  for (Closing& closing : std::exchange(closings_, {})) {
    queue_->forget(closing.aggregate, closing.incarnation);
    closing.done();
  }
}

// -- being able to write ----------------------------------------------------------------------------------------

bool Writer::ready() {
  if (session_ && !session_->usable()) session_.reset();
  if (!session_) {
    auto opened = open_();
    if (!opened) {
      fault(opened.fault());
      return false;
    }
    session_ = *std::move(opened);
  }
  return !in_doubt_ || retake();
}

bool Writer::retake() {
  auto held = session_->retake(owner_, context_, lanes_);
  if (!held) {
    fault(held.fault());
    return false;
  }
  if (held->empty()) {
    lose("the lanes could not be taken anew after an unknown outcome: another epoch holds one of them");
    return false;
  }
  lanes_ = *std::move(held);
  in_doubt_ = false;
  failures_ = 0;
  host_.retaken(context_, lanes_);
  if (distrusted_) trust_again();
  return true;
}

void Writer::trust_again() {
  queue_->open(last_incarnation());
  host_.distrusted(context_, *std::exchange(distrusted_, std::nullopt));
}

void Writer::lose(std::string_view why) {
  abandon_lanes();
  host_.lost(context_, why);
}

void Writer::distrust(std::string_view why) {
  bug(why);
  distrusted_ = std::string(why);
  in_doubt_ = true;
  session_.reset();
  queue_->shut(Drop::restarted);
}

void Writer::doubt() {
  for (const std::size_t place : batch_) {
    queue_->end(*(*queue_)[place].life, 0);
    queue_->drop(place, Drop::outcome_unknown);
  }
  in_doubt_ = true;
  session_.reset();
}

void Writer::fault(const Fault& fault) {
  if (observer_ != nullptr) observer_->faulted(context_, fault);
  session_.reset();
  pause();
}

void Writer::bug(std::string_view what) {
  if (observer_ != nullptr) observer_->bug(context_, what);
}

// -- time -------------------------------------------------------------------------------------------------------

void Writer::pause() {
  const auto doubled = options_.first_pause * (1LL << std::min(failures_, 20));
  ++failures_;
  paused_at_ = clock_();
  resume_at_ = paused_at_ + std::min<milliseconds>(doubled, options_.last_pause);
}

milliseconds Writer::pause_left() const {
  if (failures_ == 0) return milliseconds::zero();
  const auto now = clock_();
  const bool clock_went_back = now < paused_at_;
  if (clock_went_back || now >= resume_at_) return milliseconds::zero();
  return std::chrono::ceil<milliseconds>(resume_at_ - now);
}

void Writer::drop_the_late() {
  if (failures_ == 0) return;
  const auto now = clock_();
  const auto why = session_ ? Drop::late : Drop::journal_unavailable;
  for (std::size_t place = 0; place < queue_->size(); ++place) {
    if (queue_->is_open(place) && (*queue_)[place].item.deadline <= now) queue_->drop(place, why);
  }
}

}  // namespace keel::journal
