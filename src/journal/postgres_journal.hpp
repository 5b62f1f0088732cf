#pragma once

#include <memory>

#include "journal/journal.hpp"
#include "journal/postgres_options.hpp"

namespace keel::journal {

/// The journal in PostgreSQL, through one connection of its own.
///
/// The tables and functions are in migrations/journal; `keel migrate` makes them. The account needs one of the roles
/// of migrations/journal/0006_roles.sql (docs/protocol.md 1.6). An append is one prepared statement with binary arrays:
/// one round trip, no explicit transaction.
class PostgresJournal final : public Journal {
 public:
  /// Refuses a server with `fsync` or `full_page_writes` off, unless the options allow it.
  static Result<std::unique_ptr<Journal>> open(const PostgresOptions& options);
  static OpenJournal opener(PostgresOptions options);

  PostgresJournal(PostgresOptions options, std::unique_ptr<postgres::Session> session);

  bool usable() const override;
  Result<Identity> identity() override;
  Result<std::size_t> beat(const Owner& owner) override;
  Result<TakeOver> take_over(const Owner& owner, std::span<const std::string> contexts, bool forced) override;
  Result<std::vector<HeldLane>> retake(const Owner& owner, std::string_view context,
                                       std::span<const HeldLane> lanes) override;
  Result<Done> give_up(const Owner& owner) override;
  Appended append(const Batch& batch) override;
  Result<Diagnosis> diagnose(std::string_view context, std::span<const Lane> lanes, std::span<const ReceiptKey> ids,
                             std::span<const AggregateRef> aggregates) override;
  Result<std::vector<Loaded>> load(std::string_view context, std::span<const LoadRequest> requests,
                                   std::size_t max_events) override;
  Result<std::vector<RecordedEvent>> read(std::string_view context, Lane lane, Position after,
                                          std::size_t limit) override;
  Result<std::vector<RecordedEvent>> read_aggregate(std::string_view context, const AggregateRef& aggregate,
                                                    Version after, std::size_t limit) override;
  Result<std::vector<Position>> heads(std::string_view context) override;
  Result<std::vector<Position>> publications(std::string_view context) override;
  Result<Done> publish(std::string_view context, std::span<const std::pair<Lane, Position>> positions) override;
  Result<std::vector<Position>> reactions(std::string_view reactor, std::string_view context) override;
  Result<bool> react(std::string_view reactor, std::string_view context, const HeldLane& lane, Position position,
                     std::span<const Timer> set, std::span<const std::string> cancelled) override;
  Result<std::vector<Timer>> due_timers(std::string_view context, std::size_t limit) override;
  Result<bool> settle_timer(std::string_view context, const HeldLane& lane, const Timer& timer,
                            std::optional<Timestamp> put_off_to) override;
  Result<Done> keep_receipts(std::chrono::hours retention) override;

 private:
  Result<postgres::Answer> ask(std::string_view sql, const postgres::Parameters& parameters, std::string_view doing);
  Result<postgres::Answer> ask_terminating_blockers(std::string_view sql, const postgres::Parameters& parameters,
                                                    std::string_view doing);
  Result<Done> tell(std::string_view sql, const postgres::Parameters& parameters, std::string_view doing);
  Result<std::vector<Position>> place_of_each_lane(std::string_view sql, const postgres::Parameters& parameters,
                                                   std::string_view context);
  Result<Done> load_snapshots(std::string_view context, std::span<const LoadRequest> requests,
                              std::vector<Loaded>& loaded);
  Result<Done> load_tails(std::string_view context, std::span<const LoadRequest> requests, std::size_t max_events,
                          std::vector<Loaded>& loaded);
  Result<Done> load_receipts(std::string_view context, std::span<const LoadRequest> requests,
                             std::vector<Loaded>& loaded);

  const PostgresOptions options_;
  std::unique_ptr<postgres::Session> session_;
  /// Kept between appends for its memory.
  postgres::Parameters batch_;
};

/// Days since 1970-01-01 that a receipt's partition is named for: a version 7 id's own UTC day, else 0.
std::int32_t receipt_day(const Uuid& request_id);

}  // namespace keel::journal
