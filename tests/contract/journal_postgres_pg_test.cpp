#include "contract/journal_contract.hpp"
#include "journal/postgres_journal.hpp"
#include "support/postgres_cluster.hpp"

namespace keel::test {
namespace {

const Database& database() {
  static const Database made = Cluster::shared().journal_database({{}, 4});
  return made;
}

class PostgresWorld final : public JournalWorld {
 public:
  PostgresWorld() {
    static int number = 0;
    const std::string suffix = std::to_string(++number);
    context = "cart" + suffix;
    other_context = "inventory" + suffix;
    const auto planned = journal::migrate_journal(database().dsn, {{context, other_context}, lane_count});
    EXPECT_TRUE(planned) << planned.fault().what;
  }
  std::unique_ptr<journal::Journal> open() override {
    auto opened = journal::PostgresJournal::open(database().options());
    EXPECT_TRUE(opened) << opened.fault().what;
    return *std::move(opened);
  }
  void age_owner(const journal::Owner& owner, std::chrono::seconds age) override {
    database().run("UPDATE owners SET seen_at = seen_at - interval '" + std::to_string(age.count()) +
                   " s' WHERE owner = '" + owner.id.text() + "'");
  }
  void age_receipts(std::chrono::hours age) override {
    database().run("UPDATE receipts SET recorded_at = recorded_at - interval '" + std::to_string(age.count()) +
                   " h' WHERE context = '" + context + "'");
  }
  void change_incarnation() override { database().run("UPDATE journal SET incarnation = gen_random_uuid()"); }
  void disconnect_all() override { database().terminate(); }
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Postgres, JournalContract,
                         ::testing::Values(MakeWorld([] { return std::make_unique<PostgresWorld>(); })),
                         [](const auto&) { return "Journal"; });

}  // namespace keel::test
