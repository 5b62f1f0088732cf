#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "kafka/broker.hpp"
#include "kafka/producer.hpp"
#include "query/projector.hpp"
#include "query/query_server.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"
#include "support/read_store.hpp"

namespace keel::test {

/// Journal and read store in PostgreSQL, an embedded broker, projectors and the query edge: everything behind the
/// commands, with a history that the test tells.
class QueryWorld {
 public:
  static constexpr std::int32_t lane_count = 4;

  QueryWorld();
  ~QueryWorld();

  // -- what happens --------------------------------------------------------------------------------------------------
  /// Stores what the command decides, and publishes it unless `silently`.
  template <domain::Aggregate A>
  Token does(const std::string& id, const domain::Message& command, bool silently = false) {
    const auto token = history_->does<A>(id, command);
    if (!silently) publish_rest(token.context, token.lane);
    return token;
  }
  /// Stores bytes that are no event, and publishes them.
  template <domain::Aggregate A>
  Token happens_badly(const std::string& id) {
    const auto token = history_->happens(domain::kind_of<A>(), id, poison_type(A::context), "\xff\xff");
    publish_rest(token.context, token.lane);
    return token;
  }
  /// Sends these events of the lane, in this order, as often as they stand here; waits until the broker has them.
  void publish(const std::string& context, Lane lane, const std::vector<std::int64_t>& positions);
  /// Forgets that anything of the lane is to be published.
  void publish_rest(const std::string& context, Lane lane);

  // -- what runs -----------------------------------------------------------------------------------------------------
  query::Projector& project(const std::string& projection, query::ProjectorOptions options = quick());
  void stop_projectors() { projectors_.clear(); }
  query::QueryServer& serve(query::QueryOptions options = {});
  void stop_serving() { server_.reset(); }
  void stop_broker();
  void start_broker();
  /// Looks every tenth of a second, so that tests need not wait.
  static query::ProjectorOptions quick();
  query::Projector::Sources sources(bool in_group = false) const;

  // -- what can be seen ----------------------------------------------------------------------------------------------
  /// Waits until the lane is folded up to the token.
  bool visible(const std::string& projection, const Token& token) const;
  Position position(const std::string& projection, const Token& token) const;
  std::shared_ptr<grpc::Channel> channel() const;
  History& history() { return *history_; }
  const Database& journal() const { return journal_; }
  const Database& read() const { return read_; }
  journal::OpenJournal open_journal() const;

 private:
  static std::string poison_type(std::string_view context);
  kafka::ClientOptions client() const;

  std::vector<query::ReadModel> models_;
  Database journal_;
  Database read_;
  std::filesystem::path broker_address_;
  std::unique_ptr<kafka::EmbeddedBroker> broker_;
  std::map<std::string, std::unique_ptr<kafka::Producer>> producers_;
  std::map<std::pair<std::string, Lane>, Position> published_;
  std::unique_ptr<History> history_;
  std::vector<std::unique_ptr<query::Projector>> projectors_;
  std::unique_ptr<query::QueryServer> server_;
};

}  // namespace keel::test
