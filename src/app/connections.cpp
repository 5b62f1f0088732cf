#include "app/connections.hpp"

#include "journal/postgres_journal.hpp"
#include "ops/log.hpp"

namespace keel::app {

journal::PostgresOptions journal_options(const Configuration& configuration, const std::string& purpose) {
  journal::PostgresOptions options;
  options.dsn = configuration.text("journal.dsn");
  options.application_name = "keel " + purpose;
  options.statement_timeout = configuration.duration("journal.statement_timeout");
  options.allow_fsync_off = configuration.yes("journal.allow_fsync_off");
  return options;
}

journal::OpenJournal journal_opener(const Configuration& configuration, const std::string& purpose) {
  return journal::PostgresJournal::opener(journal_options(configuration, purpose));
}

journal::JournalPlan journal_plan(const Configuration& configuration, const std::vector<Context>& contexts) {
  journal::JournalPlan plan;
  for (const auto& context : contexts) plan.contexts.push_back(context.name);
  plan.lane_count = static_cast<std::int32_t>(configuration.number("journal.lane_count"));
  return plan;
}

kafka::ClientOptions kafka_options(const Configuration& configuration, const std::string& purpose) {
  kafka::ClientOptions options;
  options.brokers = configuration.text("kafka.brokers");
  options.client_id = "keel-" + purpose;
  options.log = [purpose](int level, std::string_view line) {
    if (level <= 3) log::warn("kafka", line, {{"client", purpose}});
    if (level > 3) log::debug("kafka", line, {{"client", purpose}});
  };
  return options;
}

std::vector<kafka::Topic> topics(const Configuration& configuration, const std::vector<Context>& contexts) {
  std::vector<kafka::Topic> list;
  const auto lanes = static_cast<std::int32_t>(configuration.number("journal.lane_count"));
  for (const auto& context : contexts) list.push_back({kafka::topic_of(context.name), lanes});
  return list;
}

std::vector<const domain::AggregateKind*> kinds_of(const std::vector<Context>& contexts) {
  std::vector<const domain::AggregateKind*> kinds;
  for (const auto& context : contexts) kinds.insert(kinds.end(), context.aggregates.begin(), context.aggregates.end());
  return kinds;
}

std::vector<query::ReadModel> read_models_of(const std::vector<Context>& contexts) {
  std::vector<query::ReadModel> models;
  for (const auto& context : contexts) models.push_back(context.read_model);
  return models;
}

}  // namespace keel::app
