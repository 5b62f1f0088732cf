#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/aggregate.hpp"
#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "domain/purchase/purchase.hpp"
#include "domain/reaction.hpp"

namespace keel::tests {

/// An event of the little market's journal.
struct Record {
  std::string context;
  Lane lane;
  Position position;
  AggregateRef aggregate;
  Version version;
  std::unique_ptr<domain::Message> event;
};

/// Carts, stock and purchases in memory, with a journal of two lanes a context and receipts for accepted commands:
/// what docs/protocol.md promises to a workflow, and nothing more. A refusal is not remembered.
class Market {
 public:
  using Stream = std::vector<Record>;
  using StreamName = std::pair<std::string, Lane>;

  /// Decides and stores a command. The same request id again gets the first answer, when that accepted.
  domain::Decision execute(const domain::Message& command, const std::string& request_id);

  void advance(std::chrono::seconds by) { now_ += by; }
  Timestamp now() const { return now_; }
  const Stream& stream(const StreamName& name) { return streams_[name]; }
  std::vector<StreamName> streams_of(const std::vector<std::string_view>& contexts) const;

  /// The state of an aggregate; empty when unknown.
  template <domain::Aggregate A>
  const typename A::State& state(const std::string& id) const {
    const auto found = aggregates_.find(AggregateRef{std::string(A::type), id});
    return found == aggregates_.end() ? A::State::default_instance()
                                      : static_cast<const typename A::State&>(*found->second.state);
  }
  template <domain::Aggregate A>
  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const auto& [ref, aggregate] : aggregates_) {
      if (ref.type == A::type) ids.push_back(ref.id);
    }
    return ids;
  }
  /// How often an event of this type has happened.
  int count(const std::string& event) const { return counts_.contains(event) ? counts_.at(event) : 0; }

 private:
  struct Instance {
    std::unique_ptr<domain::Message> state;
    Version version;
  };
  void store(const domain::AggregateKind& kind, const AggregateRef& ref, const domain::Message& event);

  std::map<AggregateRef, Instance> aggregates_;
  std::map<StreamName, Stream> streams_;
  std::set<std::pair<std::string, std::string>> receipts_;
  std::map<std::string, int> counts_;
  Timestamp now_{std::chrono::seconds(1'700'000'000)};
};

/// Reads the market's lanes and sends what a reactor wants sent, as the protocol allows at worst: several events of
/// a lane at once and in any order, answers that get lost, and crashes that start everything after the checkpoint anew.
class Workflow {
 public:
  Workflow(Market& market, const domain::Reactor& reactor);

  /// Does one thing that could be done next; `choice` says which. False when there is nothing to do.
  bool step(std::uint64_t choice);
  /// Fires one timer, due or not; `choice` says which. `forget` = crash before it is settled.
  void fire_timer(std::uint64_t choice, bool forget);
  /// Forgets everything but checkpoints and timers.
  void crash();
  bool has_timers() const { return !timers_.empty(); }
  Timestamp first_timer() const;

 private:
  struct Reacting {
    std::string id;
    std::vector<domain::Send> pending;
    std::vector<domain::SetTimer> timers;
    std::vector<std::string> cancelled;
  };
  struct Reader {
    Market::StreamName name;
    std::size_t checkpoint = 0;
    std::vector<Reacting> window;
  };
  struct Timer {
    Timestamp due_at;
    std::shared_ptr<domain::Message> command;
  };
  static constexpr std::size_t widest = 3;

  void read_on(Reader& reader);
  void settle(Reader& reader);
  static void follow(Reacting& reacting, domain::Reaction reaction);

  Market& market_;
  const domain::Reactor& reactor_;
  std::vector<Reader> readers_;
  std::map<std::string, Timer> timers_;
};

}  // namespace keel::tests
