#include "contract/journal_contract.hpp"
#include "journal/in_memory_journal.hpp"

namespace keel::test {
namespace {

class InMemoryWorld final : public JournalWorld {
 public:
  InMemoryWorld() {
    context = "cart";
    other_context = "inventory";
    store_ =
        journal::InMemoryStore::make({{context, other_context}, lane_count, [this] { return system_now() + ahead_; }});
  }
  std::unique_ptr<journal::Journal> open() override { return *store_->open(); }
  void age_owner(const journal::Owner&, std::chrono::seconds age) override { ahead_ += age; }
  void age_receipts(std::chrono::hours age) override { ahead_ += age; }
  void change_incarnation() override { store_->change_incarnation(make_uuid_v7(system_now())); }
  void disconnect_all() override { store_->disconnect_all(); }

 private:
  std::chrono::microseconds ahead_{0};
  std::shared_ptr<journal::InMemoryStore> store_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(InMemory, JournalContract,
                         ::testing::Values(MakeWorld([] { return std::make_unique<InMemoryWorld>(); })),
                         [](const auto&) { return "Journal"; });

}  // namespace keel::test
