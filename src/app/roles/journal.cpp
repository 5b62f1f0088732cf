#include <iostream>

#include "app/connections.hpp"
#include "app/role.hpp"
#include "app/roles/roles.hpp"
#include "journal/adoption.hpp"
#include "journal/postgres_journal.hpp"
#include "query/postgres_checkpoints.hpp"

namespace keel::app {
namespace {

/// Lanes, events and what is published of them, context by context.
Result<Done> stats(const Configuration& configuration, const std::vector<Context>& contexts) {
  auto session = journal_opener(configuration, "stats")();
  if (!session) return session.fault();
  const auto identity = (*session)->identity();
  if (!identity) return identity.fault();
  std::cout << "incarnation " << identity->incarnation.text() << ", " << identity->lane_count << " lanes a context\n"
            << "context          events   published\n";
  for (const auto& context : contexts) {
    const auto heads = (*session)->heads(context.name);
    if (!heads) return heads.fault();
    const auto published = (*session)->publications(context.name);
    if (!published) return published.fault();
    std::int64_t stored = 0;
    std::int64_t acknowledged = 0;
    for (const auto head : *heads) stored += head.value;
    for (const auto position : *published) acknowledged += position.value;
    std::cout << context.name << std::string(17 - std::min<std::size_t>(16, context.name.size()), ' ') << stored
              << "   " << acknowledged << '\n';
  }
  return Done{};
}

/// Goes on after a restore or a failover: nothing that the read store has seen may be beyond the journal's end.
Result<Done> adopt(const Configuration& configuration, const std::vector<Context>&) {
  const auto seen = query::all_checkpoints(configuration.text("read.dsn"));
  if (!seen) return seen.fault();
  const auto adopted = journal::adopt(configuration.text("journal.dsn"), *seen);
  if (!adopted) return adopted.fault();
  if (adopted->kept()) {
    std::cout << "adopted: nobody has seen more than the journal holds; incarnation " << adopted->after.text()
              << " goes on\n";
    return Done{};
  }
  std::cout << "adopted as a new incarnation " << adopted->after.text() << ", because this was seen beyond its end:\n";
  for (const auto& ahead : adopted->ahead) {
    std::cout << "  " << ahead.seen.by << ": " << ahead.seen.context << " lane " << ahead.seen.lane.value << " at "
              << ahead.seen.position.value << ", journal ends at " << ahead.head.value << '\n';
  }
  std::cout << "projections stop until they are rebuilt\n";
  return Done{};
}

}  // namespace

Exit run_journal(const Configuration& configuration, const std::vector<Context>& contexts,
                 const std::vector<std::string>& words) {
  const std::string action = words.empty() ? "" : words.front();
  if (words.size() != 1 || (action != "stats" && action != "adopt")) {
    std::cerr << "keel journal: say stats or adopt, not '" << action << "'\n";
    return Exit::usage;
  }
  const auto done = action == "stats" ? stats(configuration, contexts) : adopt(configuration, contexts);
  if (done) return Exit::ok;
  return complain("journal", done.fault());
}

}  // namespace keel::app
