#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "journal/postgres_journal.hpp"
#include "support/postgres_cluster.hpp"

namespace keel::test {

/// One session on a journal in PostgreSQL, with an owner and short words for what integration tests do.
struct JournalDesk {
  explicit JournalDesk(journal::PostgresOptions options, std::string context_name = "cart")
      : context(std::move(context_name)), session(open(options)) {}

  /// Throws when the server cannot be reached.
  static std::unique_ptr<journal::Journal> open(const journal::PostgresOptions& options) {
    auto opened = journal::PostgresJournal::open(options);
    if (!opened) throw std::runtime_error(opened.fault().what);
    return *std::move(opened);
  }

  /// Takes the context's lanes, by force.
  void take_over() {
    EXPECT_TRUE(session->beat(owner));
    const std::vector<std::string> contexts = {context};
    const auto taken = session->take_over(owner, contexts, true);
    ASSERT_TRUE(taken) << taken.fault().what;
    lanes = taken->held.at(0);
  }

  static journal::Entry entry(Lane lane, std::string id, std::int64_t expected = 0, int events = 1) {
    journal::Entry made;
    made.lane = lane;
    made.aggregate = {"Cart", std::move(id)};
    made.expected = Version{expected};
    for (int i = 0; i < events; ++i) made.events.push_back({"keel.test.v1.Happened", "payload"});
    made.receipt = journal::Entry::Receipted{make_uuid_v7(system_now()), "caller", {}, "reply"};
    return made;
  }

  /// Appends to one lane, and remembers where it ends.
  journal::Appended append(const journal::Entry& entry) {
    const std::vector<const journal::Entry*> entries = {&entry};
    journal::HeldLane& lane = lanes.at(static_cast<std::size_t>(entry.lane.value));
    const auto appended = session->append({context, std::span(&lane, 1), entries});
    if (appended.outcome == journal::AppendOutcome::stored) {
      lane.last = lane.last.plus(static_cast<std::int64_t>(entry.events.size()));
    }
    return appended;
  }

  std::string context;
  std::unique_ptr<journal::Journal> session;
  journal::Owner owner{make_uuid_v7(system_now()), "desk"};
  std::vector<journal::HeldLane> lanes;
};

}  // namespace keel::test
