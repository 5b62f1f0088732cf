#include <iostream>

#include "app/role.hpp"
#include "app/roles/roles.hpp"
#include "journal/adoption.hpp"
#include "query/postgres_checkpoints.hpp"

namespace keel::app {
namespace {

/// Goes on after a restore or a failover: nothing that the read store has seen may be beyond the journal's end.
Result<Done> adopt(const Configuration& configuration) {
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

Exit run_journal(const Configuration& configuration, const std::vector<Context>&,
                 const std::vector<std::string>& words) {
  if (words != std::vector<std::string>{"adopt"}) {
    std::cerr << "keel journal: say adopt; a look into the journal is `keel replay journal stats|check|show`\n";
    return Exit::usage;
  }
  const auto done = adopt(configuration);
  if (done) return Exit::ok;
  return complain("journal", done.fault());
}

}  // namespace keel::app
