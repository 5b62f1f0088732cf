#include "actors/upkeep.hpp"

#include <stdexcept>

namespace keel::actors {
namespace {

class UpkeepRunner final : public Runner {
 public:
  UpkeepRunner(std::shared_ptr<const HeldLanes> lanes, std::unique_ptr<journal::Journal> journal, UpkeepOptions options)
      : lanes_(std::move(lanes)), journal_(std::move(journal)), options_(options) {}

  Result<Done> run() override {
    while (!bell_.stopped() && lanes_->held()) {
      const auto now = std::chrono::steady_clock::now();
      if (now >= due_) {
        if (auto kept = journal_->keep_receipts(options_.retention); !kept) return kept.fault();
        due_ = now + options_.every;
      }
      bell_.wait_until(std::min(due_, now + look_for_loss));
    }
    return Done{};
  }

  void stop() override { bell_.stop(); }

 private:
  static constexpr std::chrono::seconds look_for_loss{1};

  std::shared_ptr<const HeldLanes> lanes_;
  std::unique_ptr<journal::Journal> journal_;
  UpkeepOptions options_;
  Doorbell bell_;
  Doorbell::Instant due_{};
};

}  // namespace

HostedService upkeep_service(const std::string& context, journal::OpenJournal open_journal, UpkeepOptions options) {
  return HostedService{"upkeep", context,
                       [context, open_journal = std::move(open_journal),
                        options](const LanesByContext& held) -> std::unique_ptr<Runner> {
                         auto session = open_journal();
                         if (!session) throw std::runtime_error(session.fault().what);
                         return std::make_unique<UpkeepRunner>(held.at(context), *std::move(session), options);
                       }};
}

}  // namespace keel::actors
