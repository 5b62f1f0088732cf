#include "journal/event_scan.hpp"

#include <utility>

namespace keel::journal {
namespace {

class JournalScan final : public EventScan {
 public:
  explicit JournalScan(std::unique_ptr<Journal> journal) : journal_(std::move(journal)) {}

  Result<Position> scan(std::string_view context, Lane lane, Position after, Position up_to, std::size_t limit,
                        const Take& take) override {
    const auto events = journal_->read(context, lane, after, limit);
    if (!events) return events.fault();
    for (auto event : *events) {
      if (event.position > up_to) break;
      event.epoch = {};
      event.metadata.clear();
      take(event);
      after = event.position;
    }
    return after;
  }

 private:
  std::unique_ptr<Journal> journal_;
};

}  // namespace

OpenEventScan scan_over(OpenJournal journal) {
  return [journal = std::move(journal)]() -> Result<std::unique_ptr<EventScan>> {
    auto opened = journal();
    if (!opened) return opened.fault();
    return std::unique_ptr<EventScan>(std::make_unique<JournalScan>(*std::move(opened)));
  };
}

}  // namespace keel::journal
