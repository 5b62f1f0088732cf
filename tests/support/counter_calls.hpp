#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "actors/call.hpp"
#include "core/uuid.hpp"
#include "keel/testing/v1/commands.pb.h"
#include "support/testing_context/counter.hpp"

namespace keel::test {

/// Hears the answer of one call. Any thread.
class Heard : public actors::AnswerPort {
 public:
  void answer(actors::Answer answer) override {
    const std::lock_guard lock(mutex_);
    ++times_;
    answer_ = std::move(answer);
    changed_.notify_all();
  }

  bool answered() const {
    const std::lock_guard lock(mutex_);
    return times_ > 0;
  }
  int times() const {
    const std::lock_guard lock(mutex_);
    return times_;
  }
  bool wait(std::chrono::milliseconds limit = std::chrono::seconds(20)) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return times_ > 0; });
  }
  std::optional<actors::Answer> answer() const {
    const std::lock_guard lock(mutex_);
    return answer_;
  }

  /// "accepted 3 =7", "accepted 3 =7 again", "refused COUNTER_BELOW_ZERO", "conflict 1 is 2", "reused", "late", …;
  /// "-" when there is no answer.
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int times_ = 0;
  std::optional<actors::Answer> answer_;
};

inline std::string name_of(actors::Trouble trouble) {
  switch (trouble) {
    case actors::Trouble::overloaded:
      return "overloaded";
    case actors::Trouble::late:
      return "late";
    case actors::Trouble::not_owner:
      return "not_owner";
    case actors::Trouble::quarantined:
      return "quarantined";
    case actors::Trouble::stopping:
      return "stopping";
    case actors::Trouble::restarted:
      return "restarted";
    case actors::Trouble::outcome_unknown:
      return "outcome_unknown";
    case actors::Trouble::journal_unavailable:
      return "journal_unavailable";
  }
  throw std::logic_error("a trouble without a name");
}

inline std::string tell(const actors::Answer& answer) {
  struct Teller {
    std::string operator()(const actors::Accepted& accepted) const {
      testing::v1::MoveCounterResponse reply;
      reply.ParseFromString(accepted.reply);
      return "accepted " + std::to_string(accepted.version.value) + " =" + std::to_string(reply.value()) +
             (accepted.deduplicated ? " again" : "");
    }
    std::string operator()(const domain::Refusal& refusal) const { return "refused " + refusal.reason; }
    std::string operator()(const actors::VersionConflict& conflict) const {
      return "conflict " + std::to_string(conflict.expected.value) + " is " + std::to_string(conflict.actual.value);
    }
    std::string operator()(const actors::RequestIdReused&) const { return "reused"; }
    std::string operator()(actors::Trouble trouble) const { return name_of(trouble); }
  };
  return std::visit(Teller{}, answer);
}

inline std::string Heard::text() const {
  const auto told = answer();
  return told ? tell(*told) : "-";
}

/// A counter that breaks on demand: its rule throws on `breaks_rule`, its memory on `breaks_memory`.
struct Fragile {
  static constexpr std::string_view context = "testing";
  static constexpr std::string_view type = "Fragile";
  static constexpr int evolve_revision = 1;
  static constexpr std::int64_t breaks_rule = 666;
  static constexpr std::int64_t breaks_memory = 667;

  using State = testing::v1::CounterState;
  using Commands = domain::Messages<testing::v1::MoveCounterRequest>;
  using Events = domain::Messages<testing::v1::CounterMoved>;

  static domain::Decision decide(const State& state, const testing::v1::MoveCounterRequest& command) {
    if (command.amount() == breaks_rule) throw std::runtime_error("the rule broke");
    return testing::Counter::decide(state, command);
  }
  static void evolve(State& state, const testing::v1::CounterMoved& event) {
    if (event.amount() == breaks_memory) throw std::runtime_error("the memory broke");
    testing::Counter::evolve(state, event);
  }
};

/// What a test says of a call; the rest is filled in.
struct Move {
  std::string id = "a";
  std::int64_t amount = 1;
  std::optional<Uuid> request_id{};
  std::optional<Version> expected{};
  bool validate_only = false;
  std::chrono::milliseconds patience{5000};
  std::string caller = "caller";
  const domain::AggregateKind* kind = &domain::kind_of<testing::Counter>();
};

/// The fingerprint of a test's call: its amount, caller and mode.
inline journal::Fingerprint print_of(const Move& move) {
  journal::Fingerprint print{};
  print[0] = static_cast<std::uint8_t>(move.amount);
  print[1] = static_cast<std::uint8_t>(move.caller.empty() ? 0 : move.caller.front());
  print[2] = move.validate_only ? 1 : 0;
  print[3] = static_cast<std::uint8_t>(move.amount >> 8);
  return print;
}

inline actors::Call call_of(const Move& move, Timestamp now, std::shared_ptr<Heard> heard) {
  auto command = std::make_unique<testing::v1::MoveCounterRequest>();
  command->set_counter_id(move.id);
  command->set_amount(move.amount);
  actors::Call call;
  call.kind = move.kind;
  call.rule = move.kind->command(testing::v1::MoveCounterRequest::descriptor());
  call.aggregate_id = move.id;
  call.command = std::move(command);
  call.request_id = move.request_id.value_or(make_uuid_v7(now));
  call.stamp = {now, call.request_id};
  call.caller = move.caller;
  call.fingerprint = print_of(move);
  call.expected_version = move.expected;
  call.validate_only = move.validate_only;
  call.deadline = now + move.patience;
  call.reply = actors::Reply(std::move(heard));
  return call;
}

/// A random id of version 4: its age cannot be seen, so it is always looked up.
inline Uuid ageless_id() {
  Uuid id = make_uuid_v7(Timestamp{});
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);
  id.bytes[0] = static_cast<std::uint8_t>(make_uuid_v7(Timestamp{}).bytes[15]);
  return id;
}

}  // namespace keel::test
