#pragma once

#include <string>
#include <vector>

#include "app/configuration.hpp"
#include "app/context.hpp"
#include "journal/journal.hpp"
#include "journal/postgres_options.hpp"
#include "journal/schema.hpp"
#include "kafka/client.hpp"
#include "kafka/topics.hpp"

namespace keel::app {

// How the roles reach journal, read store and broker: configuration turned into the rooms' own options.

/// `purpose` is shown in `pg_stat_activity`.
journal::PostgresOptions journal_options(const Configuration& configuration, const std::string& purpose);
journal::OpenJournal journal_opener(const Configuration& configuration, const std::string& purpose);
journal::JournalPlan journal_plan(const Configuration& configuration, const std::vector<Context>& contexts);
kafka::ClientOptions kafka_options(const Configuration& configuration, const std::string& purpose);
/// One topic a context, one partition a lane.
std::vector<kafka::Topic> topics(const Configuration& configuration, const std::vector<Context>& contexts);
std::vector<const domain::AggregateKind*> kinds_of(const std::vector<Context>& contexts);
std::vector<query::ReadModel> read_models_of(const std::vector<Context>& contexts);

}  // namespace keel::app
