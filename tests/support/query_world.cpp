#include "support/query_world.hpp"

#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "journal/postgres_journal.hpp"
#include "query/postgres_projection_store.hpp"
#include "support/process.hpp"

namespace keel::test {
namespace {

const std::vector<std::string> contexts{"cart", "inventory", "purchase"};

template <class T>
T required(Result<T> result) {
  if (!result) throw std::runtime_error(result.fault().what);
  return *std::move(result);
}

/// One of each a test program, because a database costs a second; every world finds them empty.
Database empty_journal() {
  static const Database database = Cluster::shared().journal_database({contexts, QueryWorld::lane_count});
  database.run(
      "SET session_replication_role = replica; TRUNCATE events, receipts, snapshots, publications, reactions, timers; "
      "UPDATE lanes SET owner = NULL;"
      "DELETE FROM owners; UPDATE journal SET incarnation = gen_random_uuid()");
  return database;
}

Database empty_read_store(std::span<const query::ReadModel> models) {
  static const Database database = Cluster::shared().empty_database();
  database.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC");
  migrate_read_store(database, models);
  return database;
}

std::filesystem::path fresh_path() {
  static int made = 0;
  return std::filesystem::temp_directory_path() /
         ("keel-query-broker-" + std::to_string(::getpid()) + "-" + std::to_string(++made));
}

}  // namespace

QueryWorld::QueryWorld()
    : models_{query::carts(), query::stock(), query::purchases()},
      journal_(empty_journal()),
      read_(empty_read_store(models_)),
      broker_address_(fresh_path()),
      history_(std::make_unique<History>(required(open_journal()()), contexts)) {
  start_broker();
}

QueryWorld::~QueryWorld() {
  server_.reset();
  projectors_.clear();
  producers_.clear();
  stop_broker();
  std::filesystem::remove(broker_address_);
}

journal::OpenJournal QueryWorld::open_journal() const { return journal::PostgresJournal::opener(journal_.options()); }

kafka::ClientOptions QueryWorld::client() const {
  return {.brokers = "file:" + broker_address_.string(),
          .client_id = "test",
          .rebuild_after = std::chrono::milliseconds(300),
          .properties = {}};
}

void QueryWorld::start_broker() {
  kafka::BrokerOptions options;
  for (const auto& context : contexts) options.topics.push_back({kafka::topic_of(context), lane_count});
  options.address_file = broker_address_;
  broker_ = required(kafka::start_broker(options));
}

void QueryWorld::stop_broker() {
  producers_.clear();
  broker_.reset();
}

void QueryWorld::publish_rest(const std::string& context, Lane lane) {
  auto& published = published_[{context, lane}];
  std::vector<std::int64_t> positions;
  for (const auto& event : history_->events(context, lane, published)) positions.push_back(event.position.value);
  if (positions.empty()) return;
  published = Position{positions.back()};
  if (broker_) publish(context, lane, positions);
}

void QueryWorld::publish(const std::string& context, Lane lane, const std::vector<std::int64_t>& positions) {
  auto& producer = producers_[context];
  if (!producer) {
    producer = required(kafka::open_producer(
        {.client = client(), .topic = kafka::topic_of(context), .linger = std::chrono::milliseconds(0)}));
  }
  kafka::EventEncoder encoder(context, history_->incarnation());
  for (const auto position : positions) {
    const auto event = history_->events(context, lane, Position{position - 1}).front();
    const auto message = message_of(context, history_->incarnation(), event);
    required(producer->produce(lane.value, encoder.encode(message), 0));
  }
  std::size_t delivered = 0;
  const bool all = eventually([&] {
    for (const auto& delivery : producer->poll(std::chrono::milliseconds(50))) delivered += delivery.acknowledged();
    return delivered == positions.size();
  });
  if (!all) throw std::runtime_error("the broker did not take the messages");
}

query::ProjectorOptions QueryWorld::quick() {
  query::ProjectorOptions options;
  options.look_every = std::chrono::milliseconds(100);
  options.rules.silence = std::chrono::milliseconds(300);
  options.rules.first_pause = std::chrono::milliseconds(20);
  return options;
}

query::Projector::Sources QueryWorld::sources(bool in_group) const {
  kafka::ConsumerOptions consumer{.client = client(), .group = "test", .subscription = {}};
  if (in_group) consumer.subscription = {kafka::topic_of("cart")};
  return {query::postgres_projection_store(read_.dsn + " options='-c role=keel_projector'"), open_journal(),
          [consumer] { return kafka::open_consumer(consumer); }};
}

query::Projector& QueryWorld::project(const std::string& projection, query::ProjectorOptions options) {
  for (const auto& model : models_) {
    for (const auto& known : model.projections) {
      if (known.name != projection) continue;
      const bool in_group = options.lanes.kind == query::LaneChoice::Kind::group;
      projectors_.push_back(std::make_unique<query::Projector>(known, sources(in_group), std::move(options)));
      projectors_.back()->start();
      return *projectors_.back();
    }
  }
  throw std::runtime_error("no such projection: " + projection);
}

query::QueryServer& QueryWorld::serve(query::QueryOptions options) {
  options.dsn = read_.dsn + " options='-c role=keel_query'";
  ops::GrpcOptions grpc;
  grpc.listen = "127.0.0.1:0";
  server_ = required(query::QueryServer::start(grpc, std::move(options), models_));
  return *server_;
}

std::shared_ptr<grpc::Channel> QueryWorld::channel() const {
  return grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials());
}

Position QueryWorld::position(const std::string& projection, const Token& token) const {
  const auto text = read_.value(
      "SELECT position FROM checkpoints c JOIN projections p USING (projection) WHERE projection = '" + projection +
      "' AND generation = live AND context = '" + token.context + "' AND lane = " + std::to_string(token.lane.value));
  return Position{text.empty() ? 0 : std::stoll(text)};
}

bool QueryWorld::visible(const std::string& projection, const Token& token) const {
  return eventually([&] { return position(projection, token) >= token.position; });
}

std::string QueryWorld::poison_type(std::string_view context) {
  if (context == "cart") return "keel.cart.v1.ItemAdded";
  return context == "inventory" ? "keel.inventory.v1.StockReceived" : "keel.purchase.v1.PurchaseReserved";
}

}  // namespace keel::test
