#include "journal/postgres_event_scan.hpp"

#include <utility>

namespace keel::journal {
namespace {

using postgres::Answer;
using postgres::Parameters;

/// $1 context, $2 lane, $3 after, $4 up to, $5 limit.
constexpr std::string_view scan_lane = R"sql(
  SELECT position, epoch, aggregate_type, aggregate_id, version, type, payload, recorded_at
    FROM events
   WHERE context = $1::text AND lane = $2::integer AND position > $3::bigint AND position <= $4::bigint
   ORDER BY position LIMIT $5::bigint)sql";

class PostgresEventScan final : public EventScan {
 public:
  explicit PostgresEventScan(std::unique_ptr<postgres::Session> session) : session_(std::move(session)) {}

  Result<Position> scan(std::string_view context, Lane lane, Position after, Position up_to, std::size_t limit,
                        const Take& take) override {
    const auto rows = ask(*session_, scan_lane,
                          Parameters()
                              .text(context)
                              .integer(lane.value)
                              .bigint(after.value)
                              .bigint(up_to.value)
                              .bigint(static_cast<std::int64_t>(limit)),
                          "scanning a lane");
    if (!rows) return rows.fault();
    event_.lane = lane;
    for (int row = 0; row < rows->size(); ++row) {
      load(*rows, row);
      take(event_);
      after = event_.position;
    }
    return after;
  }

 private:
  /// Into the strings of the event before: they have the room already.
  void load(const Answer& rows, int row) {
    event_.position = Position{rows.bigint(row, 0)};
    event_.epoch = Epoch{rows.bigint(row, 1)};
    event_.aggregate.type = rows.bytes(row, 2);
    event_.aggregate.id = rows.bytes(row, 3);
    event_.version = Version{rows.bigint(row, 4)};
    event_.type = rows.bytes(row, 5);
    event_.payload = rows.bytes(row, 6);
    event_.recorded_at = rows.timestamp(row, 7);
  }

  std::unique_ptr<postgres::Session> session_;
  RecordedEvent event_;
};

}  // namespace

OpenEventScan postgres_event_scan(PostgresOptions options) {
  return [options = std::move(options)]() -> Result<std::unique_ptr<EventScan>> {
    auto session = open_session(options);
    if (!session) return session.fault();
    return std::unique_ptr<EventScan>(std::make_unique<PostgresEventScan>(*std::move(session)));
  };
}

}  // namespace keel::journal
