#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "journal/journal.hpp"

namespace keel::test {

/// A journal to be tested, and what a test cannot do through the port. Every test gets contexts of its own.
class JournalWorld {
 public:
  virtual ~JournalWorld() = default;

  virtual std::unique_ptr<journal::Journal> open() = 0;
  /// As if the owner had not beaten for so long.
  virtual void age_owner(const journal::Owner& owner, std::chrono::seconds age) = 0;
  /// As if the context's receipts had been stored so long ago.
  virtual void age_receipts(std::chrono::hours age) = 0;
  virtual void change_incarnation() = 0;
  /// Ends all sessions' back ends.
  virtual void disconnect_all() = 0;

  std::string context;
  std::string other_context;
  std::int32_t lane_count = 4;
};

using MakeWorld = std::function<std::unique_ptr<JournalWorld>()>;

/// One journal, one owner that holds all lanes of two contexts, and short words for what tests do with them.
class JournalContract : public ::testing::TestWithParam<MakeWorld> {
 protected:
  void SetUp() override;

  journal::Journal& journal() { return *journal_; }
  JournalWorld& world() { return *world_; }

  static journal::Owner fresh_owner(std::string name);
  /// Beats and takes both contexts over, forced or not.
  journal::TakeOver take_over(journal::Journal& session, const journal::Owner& owner, bool forced = false);

  static AggregateRef cart(std::string id) { return {"Cart", std::move(id)}; }
  static Uuid fresh_id() { return make_uuid_v7(system_now()); }
  static Uuid fresh_v4();
  /// `events` events after `expected`, and a receipt with a fresh id.
  static journal::Entry entry(Lane lane, std::string id, Version expected, int events = 1);
  static journal::Entry with_id(journal::Entry entry, Uuid request_id);
  static journal::Entry checked(journal::Entry entry);
  static journal::Entry with_snapshot(journal::Entry entry, std::int64_t schema, std::string state);
  /// What passivation leaves: a snapshot of what is durable.
  static journal::Entry only_snapshot(Lane lane, std::string id, Version version, std::int64_t schema,
                                      std::string state);

  /// Appends with the lanes that the entries need as they were last known, and remembers where they end.
  journal::Appended append(const std::vector<journal::Entry>& entries);
  journal::Appended append_as(std::vector<journal::HeldLane> lanes, const std::vector<journal::Entry>& entries);
  journal::HeldLane& held(Lane lane) { return held_.at(static_cast<std::size_t>(lane.value)); }

  std::vector<journal::RecordedEvent> lane_events(Lane lane, Position after = {}, std::size_t limit = 1000);
  std::vector<journal::RecordedEvent> aggregate_events(const std::string& id, Version after = {});
  journal::Loaded load(const std::string& id, Lane lane, std::int64_t schema = 1, Version after = {},
                       std::size_t max_events = 1000);
  std::vector<journal::Receipt> receipts_of(std::initializer_list<journal::Entry> entries);
  /// How many events and receipts of these entries are there: 0 when a batch stored nothing.
  std::size_t traces_of(const std::vector<journal::Entry>& entries);
  std::vector<Epoch> epochs();

  static constexpr Lane lane0{0};
  static constexpr Lane lane1{1};
  static constexpr Lane lane2{2};
  static constexpr Lane lane3{3};

  const std::string& context() const { return world_->context; }
  std::vector<std::string> contexts() const { return {world_->context, world_->other_context}; }

  journal::Owner owner_ = fresh_owner("the owner");

 private:
  std::unique_ptr<JournalWorld> world_;
  std::unique_ptr<journal::Journal> journal_;
  std::vector<journal::HeldLane> held_;
};

using journal::AppendOutcome;

inline constexpr Version version(std::int64_t value) { return Version{value}; }
inline constexpr Position position(std::int64_t value) { return Position{value}; }

}  // namespace keel::test
