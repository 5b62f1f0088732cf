#include "journal/postgres_journal.hpp"
#include "journal/postgres_rows.hpp"

namespace keel::journal {
namespace {

using postgres::Answer;
using postgres::Parameters;

/// $1 context; types ($2) and ids ($3) of aggregates, versions to go on after ($4); $5 events of each at most.
constexpr std::string_view select_tails = R"sql(
  SELECT asked.place, e.lane, e.position, e.epoch, e.aggregate_type, e.aggregate_id, e.version, e.type, e.payload,
         e.metadata, e.recorded_at
    FROM unnest($2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS asked(type, id, after, place)
   CROSS JOIN LATERAL (
     SELECT * FROM events e
      WHERE e.context = $1::text AND e.aggregate_type = asked.type AND e.aggregate_id = asked.id
        AND e.version > asked.after
      ORDER BY e.version LIMIT $5::bigint) e
   ORDER BY asked.place, e.version)sql";

/// $1 context; days ($2), lanes ($3), ids ($4) of receipts and the places of those who wait for them ($5).
constexpr std::string_view select_receipts = R"sql(
  SELECT asked.place, r.version, r.lane, r.request_id, r.caller, r.aggregate_type, r.aggregate_id, r.fingerprint,
         r.position, r.reply
    FROM unnest($2::date[], $3::integer[], $4::uuid[], $5::bigint[]) AS asked(day, lane, request_id, place)
   CROSS JOIN LATERAL (
     SELECT * FROM receipts r
      WHERE r.day = asked.day AND r.context = $1::text AND r.lane = asked.lane AND r.request_id = asked.request_id
      LIMIT 1) r)sql";

struct Awaited {
  Lane lane;
  const Uuid* request_id;
  std::int64_t place;
};

std::vector<Awaited> awaited_receipts(std::span<const LoadRequest> requests) {
  std::vector<Awaited> awaited;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    for (const Uuid& id : requests[i].request_ids) {
      awaited.push_back({requests[i].lane, &id, static_cast<std::int64_t>(i + 1)});
    }
  }
  return awaited;
}

template <class Items>
void put_aggregates(Parameters& parameters, const Items& requests) {
  parameters.texts(requests, [](const LoadRequest& request) -> std::string_view { return request.aggregate.type; })
      .texts(requests, [](const LoadRequest& request) -> std::string_view { return request.aggregate.id; });
}

std::size_t index_at(const Answer& rows, int row) { return static_cast<std::size_t>(rows.bigint(row, 0) - 1); }

}  // namespace

Result<std::vector<Loaded>> PostgresJournal::load(std::string_view context, std::span<const LoadRequest> requests,
                                                  std::size_t max_events) {
  std::vector<Loaded> loaded(requests.size());
  if (auto done = load_snapshots(context, requests, loaded); !done) return done.fault();
  if (auto done = load_tails(context, requests, max_events, loaded); !done) return done.fault();
  if (auto done = load_receipts(context, requests, loaded); !done) return done.fault();
  return loaded;
}

Result<Done> PostgresJournal::load_snapshots(std::string_view context, std::span<const LoadRequest> requests,
                                             std::vector<Loaded>& loaded) {
  Parameters parameters;
  parameters.text(context);
  put_aggregates(parameters, requests);
  parameters.bigints(requests, [](const LoadRequest& request) { return request.schema; });
  const auto rows = ask(select_usable_snapshots, parameters, "loading snapshots");
  if (!rows) return rows.fault();
  for (int row = 0; row < rows->size(); ++row) {
    const std::size_t index = index_at(*rows, row);
    if (requests[index].after > Version{}) continue;
    loaded[index].snapshot = Snapshot{Version{rows->bigint(row, 1)}, Position{rows->bigint(row, 2)},
                                      rows->bigint(row, 3), rows->text(row, 4)};
  }
  return Done{};
}

Result<Done> PostgresJournal::load_tails(std::string_view context, std::span<const LoadRequest> requests,
                                         std::size_t max_events, std::vector<Loaded>& loaded) {
  Parameters parameters;
  parameters.text(context);
  put_aggregates(parameters, requests);
  const auto after = [&](const LoadRequest& request) {
    const auto& snapshot = loaded[static_cast<std::size_t>(&request - requests.data())].snapshot;
    return snapshot ? snapshot->version.value : request.after.value;
  };
  parameters.bigints(requests, after).bigint(static_cast<std::int64_t>(max_events) + 1);
  const auto rows = ask(select_tails, parameters, "loading events");
  if (!rows) return rows.fault();
  for (int row = 0; row < rows->size(); ++row) {
    Loaded& one = loaded[index_at(*rows, row)];
    one.more = one.events.size() == max_events;
    if (!one.more) one.events.push_back(event_at(*rows, row, 1));
  }
  return Done{};
}

Result<Done> PostgresJournal::load_receipts(std::string_view context, std::span<const LoadRequest> requests,
                                            std::vector<Loaded>& loaded) {
  const std::vector<Awaited> awaited = awaited_receipts(requests);
  if (awaited.empty()) return Done{};
  Parameters parameters;
  parameters.text(context)
      .dates(awaited, [](const Awaited& one) { return receipt_day(*one.request_id); })
      .integers(awaited, [](const Awaited& one) { return one.lane.value; })
      .uuids(awaited, [](const Awaited& one) -> const Uuid& { return *one.request_id; })
      .bigints(awaited, [](const Awaited& one) { return one.place; });
  const auto rows = ask(select_receipts, parameters, "loading receipts");
  if (!rows) return rows.fault();
  for (int row = 0; row < rows->size(); ++row) {
    loaded[index_at(*rows, row)].receipts.push_back(receipt_at(*rows, row, 1));
  }
  return Done{};
}

}  // namespace keel::journal
