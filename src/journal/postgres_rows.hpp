#pragma once

#include <string_view>
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

/// Snapshots that can be begun with: of the asked schema and of the journal's incarnation.
/// $1 context; types ($2), ids ($3) and schemas ($4) of aggregates. `place` is the aggregate's place in them.
inline constexpr std::string_view select_usable_snapshots = R"sql(
  SELECT asked.place, s.version, s.position, s.schema, s.state
    FROM unnest($2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS asked(type, id, schema, place)
   CROSS JOIN LATERAL (
     SELECT * FROM snapshots s
      WHERE s.context = $1::text AND s.aggregate_type = asked.type AND s.aggregate_id = asked.id
      LIMIT 1) s
   WHERE s.schema = asked.schema AND s.incarnation = (SELECT incarnation FROM journal))sql";

}  // namespace keel::journal
