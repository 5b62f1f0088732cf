#include "support/replay_world.hpp"

#include <stdexcept>
#include <utility>

#include "journal/postgres_event_scan.hpp"
#include "journal/postgres_journal.hpp"
#include "query/postgres_projection_store.hpp"

namespace keel::test {
namespace {

template <class T>
T required(Result<T> result) {
  if (!result) throw std::runtime_error(result.fault().what);
  return *std::move(result);
}

Database read_store_of_carts() {
  const query::ReadModel models[] = {{{query::carts_projection()}, {}}};
  return read_database(Cluster::shared(), models);
}

std::string as(const Database& database, const std::string& role) {
  return database.dsn + " options='-c role=" + role + "'";
}

}  // namespace

ReplayWorld::ReplayWorld()
    : journal_(Cluster::shared().journal_database({{"cart"}, lane_count})),
      read_(read_store_of_carts()),
      history_(std::make_unique<History>(required(open_journal()()), std::vector<std::string>{"cart"})) {}

void ReplayWorld::add_lines(int count, const std::string& cart) {
  for (int i = 0; i < count; ++i) {
    history_->does<cart::Cart>(cart, add_item(cart, "line-" + std::to_string(++lines_)));
  }
}

void ReplayWorld::add_carts(int carts, int lines) {
  for (int line = 0; line < lines; ++line) {
    for (int cart = 0; cart < carts; ++cart) add_lines(1, "c-" + std::to_string(cart));
  }
}

void ReplayWorld::add_poison(const std::string& cart) {
  history_->happens(domain::kind_of<cart::Cart>(), cart, "keel.cart.v1.ItemAdded", "\xff\xff");
}

void ReplayWorld::project(std::int64_t generation) {
  const auto store = required(projector_store()());
  const auto journal = required(open_journal()());
  for (const auto& task : required(replay::lanes_to_fold(projection_, *journal))) {
    const auto place =
        required(store->checkpoints("carts", generation, "cart", std::vector{task.lane}, history_->incarnation()))
            .front();
    query::LanePlace where{"cart", generation, place, {}};
    for (const auto& parked : required(store->parked("carts", generation, "cart"))) {
      if (parked.lane == task.lane) where.parked.insert(parked.aggregate);
    }
    query::LaneProjector lane(projection_, std::move(where), {}, {}, system_now());
    while (lane.position() < task.target) {
      lane.heal();
      lane.work(*store, *journal, system_now());
    }
  }
}

std::unique_ptr<replay::ReadStore> ReplayWorld::open() const {
  return required(replay::ReadStore::open(as(read_, "keel_replay")));
}

replay::RebuildParts ReplayWorld::parts() const {
  return {projection_, query::postgres_projection_store(as(read_, "keel_replay")), open_journal(),
          journal::postgres_event_scan(journal_.options())};
}

replay::RebuildEnd ReplayWorld::rebuild(const replay::RebuildOptions& options) {
  const auto store = open();
  if (!store->claim("carts")) throw std::runtime_error("somebody works at carts");
  return run(*store, required(store->begin_rebuild(projection_, "test", 0, deed("rebuild"))), options);
}

replay::RebuildEnd ReplayWorld::run(replay::ReadStore& store, const replay::Operation& operation,
                                    const replay::RebuildOptions& options, const std::function<bool()>& ended) const {
  return replay::rebuild(parts(), options, operation, store, deed("rebuild"), ended, [](const auto&) {});
}

replay::Attempt<replay::Verification> ReplayWorld::verify(std::int64_t generation,
                                                          replay::VerifyOptions options) const {
  return replay::verify({projection_, as(read_, "keel_replay"), journal::postgres_event_scan(journal_.options())},
                        generation, history_->incarnation(), options, &never, [](auto, auto) {});
}

replay::Deed ReplayWorld::deed(const std::string& action, std::int64_t generation) {
  replay::Deed made;
  made.who = "tester@here";
  made.action = action;
  made.projection = "carts";
  made.generation = generation;
  made.reason = "a test";
  return made;
}

std::vector<std::vector<std::string>> ReplayWorld::rows(std::int64_t generation) const {
  return read_.rows("SELECT * FROM carts_g" + std::to_string(generation) + " ORDER BY cart_id");
}

std::vector<std::vector<std::string>> ReplayWorld::checkpoints(std::int64_t generation) const {
  return read_.rows("SELECT context, lane, incarnation, position FROM checkpoints WHERE generation = " +
                    std::to_string(generation) + " ORDER BY context, lane");
}

std::string ReplayWorld::read_dsn(const std::string& role) const { return as(read_, role); }

query::OpenProjectionStore ReplayWorld::projector_store() const {
  return query::postgres_projection_store(as(read_, "keel_projector"));
}

journal::OpenJournal ReplayWorld::open_journal() const { return journal::PostgresJournal::opener(journal_.options()); }

}  // namespace keel::test
