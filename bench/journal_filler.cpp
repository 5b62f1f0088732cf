#include "bench/journal_filler.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "bench/postgres_copying.hpp"
#include "bench/postgres_reading.hpp"
#include "core/aggregate_ref.hpp"
#include "core/clock.hpp"
#include "core/uuid.hpp"
#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "postgres/copy.hpp"

namespace keel::bench {
namespace {

using domain::AggregateKind;

/// Aggregates that are busy at the same time.
constexpr std::int64_t together = 4'000;
constexpr std::size_t copy_bytes = 16U << 20U;

constexpr const char* without_keys =
    "ALTER TABLE events DROP CONSTRAINT events_pkey; ALTER TABLE events DROP CONSTRAINT events_versions";
constexpr const char* with_keys =
    "SET maintenance_work_mem = '512MB'; ALTER TABLE events ADD PRIMARY KEY (context, lane, position);"
    "ALTER TABLE events ADD CONSTRAINT events_versions UNIQUE (context, aggregate_type, aggregate_id, version);"
    "ANALYZE events; CHECKPOINT";
constexpr const char* copy_sql =
    "COPY events (context, lane, position, epoch, aggregate_type, aggregate_id, version, type, payload, metadata,"
    " recorded_at) FROM STDIN (FORMAT binary)";

/// `keel.type.v1.EventMetadata` of an ordinary command: 16 bytes of request id, and who sent it.
const std::string metadata = "\x0A\x10" + std::string(16, 'r') + "\x12\x08" + "customer";

/// Rows of `events`, sent whenever there are many.
class Copy {
 public:
  explicit Copy(PostgresCopying& session) : session_(session) {}

  void add(const AggregateKind& kind, Lane lane, std::int64_t position, const std::string& id, std::int64_t version,
           const domain::Message& event) {
    using postgres::put_field;
    at_ += std::chrono::microseconds(20);
    std::string& out = rows_.row(11);
    put_field(out, kind.context);
    put_field(out, lane.value);
    put_field(out, position);
    put_field(out, std::int64_t{1});
    put_field(out, kind.type);
    put_field(out, id);
    put_field(out, version);
    put_field(out, event.GetTypeName());
    put_field(out, event.SerializeAsString());
    put_field(out, metadata);
    put_field(out, postgres::to_postgres(at_));
    if (rows_.size() > copy_bytes) send();
  }

  void send() {
    session_.copy_in(copy_sql, rows_.finished());
    rows_.clear();
  }

 private:
  PostgresCopying& session_;
  postgres::CopiedRows rows_;
  Timestamp at_ = system_now() - std::chrono::hours(24);
};

struct Busy {
  std::string id;
  std::unique_ptr<domain::Message> state;
  std::int64_t version = 0;
};

/// The n-th command of every aggregate of a kind; accepted by its rules.
using Command = std::unique_ptr<domain::Message> (*)(std::int64_t step, std::int64_t steps);

std::unique_ptr<domain::Message> cart_command(std::int64_t step, std::int64_t steps) {
  constexpr std::int64_t lines = 5;
  if (step + 1 == steps) return std::make_unique<cart::v1::CheckOutRequest>();
  const std::string line = "line-" + std::to_string(step % lines);
  if (step < lines) {
    auto add = std::make_unique<cart::v1::AddItemRequest>();
    add->set_line_id(line);
    add->set_sku("sku-" + std::to_string(step * 17));
    add->set_quantity(1);
    add->mutable_unit_price()->set_currency_code("GBP");
    add->mutable_unit_price()->set_minor_units(250 + step);
    add->set_customer_id("customer-of-this-cart");
    return add;
  }
  auto change = std::make_unique<cart::v1::ChangeQuantityRequest>();
  change->set_line_id(line);
  change->set_quantity(step);
  return change;
}

std::unique_ptr<domain::Message> stock_command(std::int64_t step, std::int64_t) {
  if (step == 0) {
    auto receive = std::make_unique<inventory::v1::ReceiveStockRequest>();
    receive->set_quantity(1'000'000);
    return receive;
  }
  const std::string reservation = "reservation-" + std::to_string(step - step % 2);
  if (step % 2 == 0 || step == 1) {
    auto reserve = std::make_unique<inventory::v1::ReserveRequest>();
    reserve->set_reservation_id(step == 1 ? "reservation-first" : reservation);
    reserve->set_quantity(2);
    return reserve;
  }
  auto release = std::make_unique<inventory::v1::ReleaseReservationRequest>();
  release->set_reservation_id(reservation);
  return release;
}

class Filler {
 public:
  Filler(const AggregateKind& kind, Copy& copy, std::int32_t lane_count)
      : kind_(kind), copy_(copy), lane_count_(lane_count), heads_(static_cast<std::size_t>(lane_count)) {}

  std::int64_t fill(std::int64_t aggregates, std::int64_t steps, Command command) {
    for (std::int64_t first = 0; first < aggregates; first += together) {
      std::vector<Busy> busy;
      for (std::int64_t i = first; i < std::min(aggregates, first + together); ++i) busy.push_back(fresh());
      for (std::int64_t step = 0; step < steps; ++step) {
        const auto asked = command(step, steps);
        for (auto& one : busy) take(one, *asked);
      }
    }
    return stored_;
  }

 private:
  Busy fresh() {
    return {make_uuid_v7(system_now()).text(), std::unique_ptr<domain::Message>(kind_.empty_state->New()), 0};
  }

  void take(Busy& one, const domain::Message& command) {
    const auto* rule = kind_.command(command.GetDescriptor());
    const auto decision = rule->decide(*one.state, command, {system_now(), Uuid{}});
    if (!decision.accepted()) throw std::runtime_error("refused: " + decision.refusal().reason);
    for (const auto& event : decision.acceptance().events) {
      kind_.event(event->GetDescriptor())->evolve(*one.state, *event);
      const Lane lane = lane_of(kind_.type, one.id, lane_count_);
      copy_.add(kind_, lane, ++heads_[static_cast<std::size_t>(lane.value)], one.id, ++one.version, *event);
      ++stored_;
    }
  }

  const AggregateKind& kind_;
  Copy& copy_;
  const std::int32_t lane_count_;
  std::vector<std::int64_t> heads_;
  std::int64_t stored_ = 0;
};

std::int32_t lanes_of(const std::string& dsn) {
  return static_cast<std::int32_t>(PostgresReading(dsn).number("SELECT lane_count FROM journal"));
}

}  // namespace

Filled fill_journal(const std::string& dsn, const JournalSize& size) {
  const auto lanes = lanes_of(dsn);
  PostgresCopying session(dsn);
  session.run(without_keys);
  Copy copy(session);
  Filled filled;
  filled.skus = size.aggregates / 10;
  filled.carts = size.aggregates - filled.skus;
  const auto steps = size.events / size.aggregates;
  filled.cart_events = Filler(domain::kind_of<cart::Cart>(), copy, lanes).fill(filled.carts, steps, &cart_command);
  filled.inventory_events =
      Filler(domain::kind_of<inventory::Stock>(), copy, lanes).fill(filled.skus, steps, &stock_command);
  copy.send();
  session.run(with_keys);
  return filled;
}

}  // namespace keel::bench
