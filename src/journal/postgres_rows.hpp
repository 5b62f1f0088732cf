#pragma once

#include <vector>

#include "journal/records.hpp"
#include "postgres/answer.hpp"

namespace keel::journal {

/// Reads lane, position, epoch, aggregate_type, aggregate_id, version, type, payload, metadata, recorded_at, from a
/// column on.
RecordedEvent event_at(const postgres::Answer& rows, int row, int first_column = 0);
std::vector<RecordedEvent> events_of(const postgres::Answer& rows);

/// Reads version, lane, request_id, caller, aggregate_type, aggregate_id, fingerprint, position, reply, from a column
/// on.
Receipt receipt_at(const postgres::Answer& rows, int row, int first_column);

}  // namespace keel::journal
