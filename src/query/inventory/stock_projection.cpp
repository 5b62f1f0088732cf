#include "query/inventory/stock_projection.hpp"

#include <stdexcept>

#include "domain/inventory/stock.hpp"

namespace keel::query {
namespace {

using journal::RecordedEvent;
namespace v1 = inventory::v1;

constexpr std::string_view tables_sql = R"sql(
CREATE TABLE availability_g{g} (
  sku text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  changed_at timestamptz NOT NULL,
  on_hand bigint NOT NULL,
  reserved bigint NOT NULL,
  available bigint NOT NULL,
  lane integer NOT NULL,
  position bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX availability_g{g}_changes ON availability_g{g} (lane, position);
CREATE TABLE reservations_g{g} (
  sku text COLLATE "C" NOT NULL,
  reservation_id text COLLATE "C" NOT NULL,
  quantity bigint NOT NULL,
  for_purchase boolean NOT NULL,
  reserved_at timestamptz NOT NULL,
  lane integer NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (sku, reservation_id)
);
)sql";

/// Every event tells the level after it, so nothing needs to be read: the rows follow from the batch alone.
class StockFolder final : public Folder {
 public:
  void want(const RecordedEvent&, WorkingSet&) override {}

  void fold(const RecordedEvent& event, WorkingSet& rows) override {
    if (event.aggregate.type != inventory::Stock::type) return;
    const auto take_in = [&](const auto&, const domain::Message& message) { take(message, event, rows); };
    if (!domain::kind_of<inventory::Stock>().read(event.type, event.payload, take_in)) {
      throw std::runtime_error("unknown event type or bytes that do not decode: " + event.type);
    }
  }

  void finish(WorkingSet&) override {}

 private:
  static void take(const domain::Message& message, const RecordedEvent& event, WorkingSet& rows) {
    if (const auto* received = dynamic_cast<const v1::StockReceived*>(&message)) {
      return show(received->level(), event, rows);
    }
    if (const auto* reserved = dynamic_cast<const v1::StockReserved*>(&message)) {
      open(*reserved, event, rows);
      return show(reserved->level(), event, rows);
    }
    if (const auto* confirmed = dynamic_cast<const v1::ReservationConfirmed*>(&message)) {
      rows.erase(reservations_table, {event.aggregate.id, confirmed->reservation_id()});
      return show(confirmed->level(), event, rows);
    }
    if (const auto* released = dynamic_cast<const v1::ReservationReleased*>(&message)) {
      rows.erase(reservations_table, {event.aggregate.id, released->reservation_id()});
      return show(released->level(), event, rows);
    }
    throw std::logic_error("an event of Stock that its projection does not know: " + event.type);
  }

  static void open(const v1::StockReserved& reserved, const RecordedEvent& event, WorkingSet& rows) {
    Row row;
    row.position = event.position;
    row.values = {event.aggregate.id, reserved.reservation_id(), reserved.quantity(), reserved.for_purchase(),
                  event.recorded_at};
    rows.put(reservations_table, std::move(row));
  }

  static void show(const v1::StockLevel& level, const RecordedEvent& event, WorkingSet& rows) {
    Row row;
    row.position = event.position;
    row.values = {event.aggregate.id, event.version.value, event.recorded_at,
                  level.on_hand(),    level.reserved(),    level.available()};
    rows.put(availability_table, std::move(row));
  }
};

}  // namespace

Projection stock_projection() {
  Projection projection;
  projection.name = "stock";
  projection.contexts = {std::string(inventory::Stock::context)};
  projection.tables = {{"availability",
                        {{"sku", ColumnType::text},
                         {"version", ColumnType::integer},
                         {"changed_at", ColumnType::timestamp},
                         {"on_hand", ColumnType::integer},
                         {"reserved", ColumnType::integer},
                         {"available", ColumnType::integer}},
                        1},
                       {"reservations",
                        {{"sku", ColumnType::text},
                         {"reservation_id", ColumnType::text},
                         {"quantity", ColumnType::integer},
                         {"for_purchase", ColumnType::boolean},
                         {"reserved_at", ColumnType::timestamp}},
                        2}};
  projection.tables_sql = tables_sql;
  projection.make_folder = [] { return std::make_unique<StockFolder>(); };
  return projection;
}

}  // namespace keel::query
