#include "journal/postgres_rows.hpp"

#include <algorithm>
#include <cstring>

namespace keel::journal {

RecordedEvent event_at(const postgres::Answer& rows, int row, int first_column) {
  const auto column = [&](int offset) { return first_column + offset; };
  return {Lane{rows.integer(row, column(0))},
          Position{rows.bigint(row, column(1))},
          Epoch{rows.bigint(row, column(2))},
          {rows.text(row, column(3)), rows.text(row, column(4))},
          Version{rows.bigint(row, column(5))},
          rows.text(row, column(6)),
          rows.text(row, column(7)),
          rows.text(row, column(8)),
          rows.timestamp(row, column(9))};
}

std::vector<RecordedEvent> events_of(const postgres::Answer& rows) {
  std::vector<RecordedEvent> events;
  events.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) events.push_back(event_at(rows, row));
  return events;
}

Receipt receipt_at(const postgres::Answer& rows, int row, int first_column) {
  const auto column = [&](int offset) { return first_column + offset; };
  Receipt receipt;
  receipt.version = Version{rows.bigint(row, column(0))};
  receipt.lane = Lane{rows.integer(row, column(1))};
  receipt.request_id = rows.uuid(row, column(2));
  receipt.caller = rows.text(row, column(3));
  receipt.aggregate = {rows.text(row, column(4)), rows.text(row, column(5))};
  const std::string_view fingerprint = rows.bytes(row, column(6));
  std::memcpy(receipt.fingerprint.data(), fingerprint.data(), std::min(fingerprint.size(), receipt.fingerprint.size()));
  receipt.position = Position{rows.bigint(row, column(7))};
  receipt.reply = rows.text(row, column(8));
  return receipt;
}

}  // namespace keel::journal
