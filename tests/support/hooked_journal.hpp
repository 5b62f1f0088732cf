#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "journal/journal.hpp"

namespace keel::test {

/// What a test does around the calls of a journal. An empty hook lets its call through; a set one gets the real call
/// and may make it or not.
struct JournalHooks {
  template <class Answer>
  using Around = std::function<Answer(const std::function<Answer()>& call)>;

  Around<journal::Appended> append;
  Around<Result<journal::Diagnosis>> diagnose;
  Around<Result<std::vector<journal::HeldLane>>> retake;
  Around<Result<journal::TakeOver>> take_over;
  Around<Result<std::size_t>> beat;
  Around<Result<Done>> give_up;
  /// Gets the requests too.
  std::function<Result<std::vector<journal::Loaded>>(std::span<const journal::LoadRequest> requests,
                                                     const std::function<Result<std::vector<journal::Loaded>>()>& call)>
      load;
  /// Called with every batch before it is sent.
  std::function<void(const journal::Batch&)> sees;
};

/// A session of another journal with hooks around what writers and owners call.
class HookedJournal final : public journal::Journal {
 public:
  HookedJournal(std::unique_ptr<Journal> inner, std::shared_ptr<JournalHooks> hooks)
      : inner_(std::move(inner)), hooks_(std::move(hooks)) {}

  bool usable() const override { return inner_->usable(); }
  Result<journal::Identity> identity() override { return inner_->identity(); }
  Result<std::size_t> beat(const journal::Owner& owner) override {
    return around<Result<std::size_t>>(hooks_->beat, [&] { return inner_->beat(owner); });
  }
  Result<journal::TakeOver> take_over(const journal::Owner& owner, std::span<const std::string> contexts,
                                      bool forced) override {
    return around<Result<journal::TakeOver>>(hooks_->take_over,
                                             [&] { return inner_->take_over(owner, contexts, forced); });
  }
  Result<std::vector<journal::HeldLane>> retake(const journal::Owner& owner, std::string_view context,
                                                std::span<const journal::HeldLane> lanes) override {
    return around<Result<std::vector<journal::HeldLane>>>(hooks_->retake,
                                                          [&] { return inner_->retake(owner, context, lanes); });
  }
  Result<Done> give_up(const journal::Owner& owner) override {
    return around<Result<Done>>(hooks_->give_up, [&] { return inner_->give_up(owner); });
  }
  journal::Appended append(const journal::Batch& batch) override {
    if (hooks_->sees) hooks_->sees(batch);
    return around<journal::Appended>(hooks_->append, [&] { return inner_->append(batch); });
  }
  Result<journal::Diagnosis> diagnose(std::string_view context, std::span<const Lane> lanes,
                                      std::span<const journal::ReceiptKey> ids,
                                      std::span<const AggregateRef> aggregates) override {
    return around<Result<journal::Diagnosis>>(hooks_->diagnose,
                                              [&] { return inner_->diagnose(context, lanes, ids, aggregates); });
  }
  Result<std::vector<journal::Loaded>> load(std::string_view context, std::span<const journal::LoadRequest> requests,
                                            std::size_t max_events) override {
    const auto call = [&] { return inner_->load(context, requests, max_events); };
    return hooks_->load ? hooks_->load(requests, call) : call();
  }
  Result<std::vector<journal::RecordedEvent>> read(std::string_view context, Lane lane, Position after,
                                                   std::size_t limit) override {
    return inner_->read(context, lane, after, limit);
  }
  Result<std::vector<journal::RecordedEvent>> read_aggregate(std::string_view context, const AggregateRef& aggregate,
                                                             Version after, std::size_t limit) override {
    return inner_->read_aggregate(context, aggregate, after, limit);
  }
  Result<std::vector<Position>> heads(std::string_view context) override { return inner_->heads(context); }
  Result<std::vector<Position>> publications(std::string_view context) override {
    return inner_->publications(context);
  }
  Result<Done> publish(std::string_view context, std::span<const std::pair<Lane, Position>> positions) override {
    return inner_->publish(context, positions);
  }
  Result<std::vector<Position>> reactions(std::string_view reactor, std::string_view context) override {
    return inner_->reactions(reactor, context);
  }
  Result<bool> react(std::string_view reactor, std::string_view context, const journal::HeldLane& lane,
                     Position position, std::span<const journal::Timer> set,
                     std::span<const std::string> cancelled) override {
    return inner_->react(reactor, context, lane, position, set, cancelled);
  }
  Result<std::vector<journal::Timer>> due_timers(std::string_view context, std::size_t limit) override {
    return inner_->due_timers(context, limit);
  }
  Result<bool> settle_timer(std::string_view context, const journal::HeldLane& lane, const journal::Timer& timer,
                            std::optional<Timestamp> put_off_to) override {
    return inner_->settle_timer(context, lane, timer, put_off_to);
  }
  Result<Done> keep_receipts(std::chrono::hours retention) override { return inner_->keep_receipts(retention); }

 private:
  template <class Answer>
  static Answer around(const JournalHooks::Around<Answer>& hook, const std::function<Answer()>& call) {
    return hook ? hook(call) : call();
  }

  std::unique_ptr<Journal> inner_;
  std::shared_ptr<JournalHooks> hooks_;
};

/// Opens sessions of `inner` with these hooks around them.
inline journal::OpenJournal hooked(journal::OpenJournal inner, std::shared_ptr<JournalHooks> hooks) {
  return [inner = std::move(inner), hooks = std::move(hooks)]() -> Result<std::unique_ptr<journal::Journal>> {
    auto opened = inner();
    if (!opened) return opened.fault();
    return std::unique_ptr<journal::Journal>(std::make_unique<HookedJournal>(*std::move(opened), hooks));
  };
}

}  // namespace keel::test
