#include <iostream>

#include "app/connections.hpp"
#include "app/role.hpp"
#include "app/roles/roles.hpp"
#include "query/postgres_generations.hpp"
#include "query/schema.hpp"

namespace keel::app {
namespace {

void tell(std::string_view where, const journal::MigrationReport& report) {
  for (const auto& file : report.applied) std::cout << where << ": applied " << file << '\n';
  if (report.applied.empty()) std::cout << where << ": up to date (" << report.present << " migrations)\n";
}

Result<Done> migrate_journal(const Configuration& configuration, const std::vector<Context>& contexts) {
  const auto report =
      journal::migrate_journal(configuration.text("journal.dsn"), journal_plan(configuration, contexts));
  if (!report) return report.fault();
  tell("journal", report->migrations);
  if (report->created) std::cout << "journal: made, incarnation " << report->identity.incarnation.text() << '\n';
  for (const auto& context : report->contexts_added) {
    std::cout << "journal: " << report->identity.lane_count << " lanes for context " << context << '\n';
  }
  return Done{};
}

Result<Done> migrate_read_store(const Configuration& configuration, const std::vector<Context>& contexts) {
  const std::string dsn = configuration.text("read.dsn");
  const auto report = query::migrate_read_store(dsn);
  if (!report) return report.fault();
  tell("read store", *report);
  const auto models = read_models_of(contexts);
  const auto made = query::make_first_generations(dsn, models);
  if (!made) return made.fault();
  for (const auto& projection : *made) std::cout << "read store: generation 1 of " << projection << '\n';
  return Done{};
}

/// The embedded broker makes its topics itself; a `file:` address is one of its.
Result<Done> make_topics(const Configuration& configuration, const std::vector<Context>& contexts) {
  if (configuration.text("kafka.brokers").starts_with("file:")) {
    std::cout << "topics: left to the embedded broker\n";
    return Done{};
  }
  kafka::TopicCreation creation;
  creation.replication_factor = static_cast<int>(configuration.number("kafka.replication_factor"));
  const auto made = kafka::ensure_topics(kafka_options(configuration, "migrate"), topics(configuration, contexts),
                                         creation, std::chrono::seconds(30));
  if (!made) return made.fault();
  for (const auto& topic : *made) std::cout << "topics: made " << topic << '\n';
  if (made->empty()) std::cout << "topics: up to date\n";
  return Done{};
}

}  // namespace

Exit run_migrate(const Configuration& configuration, const std::vector<Context>& contexts,
                 const std::vector<std::string>&) {
  for (const auto step : {&migrate_journal, &migrate_read_store, &make_topics}) {
    const auto done = step(configuration, contexts);
    if (!done) return complain("migrate", done.fault());
  }
  return Exit::ok;
}

}  // namespace keel::app
