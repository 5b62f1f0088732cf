#include <iostream>
#include <stdexcept>

#include "bench/journal_filler.hpp"
#include "bench/operator_tool.hpp"
#include "bench/postgres_copying.hpp"
#include "bench/report.hpp"
#include "bench/scenarios.hpp"
#include "domain/purchase/purchase_reactor.hpp"

namespace keel::bench {
namespace {

/// As if everything had been published long ago, and forgotten by the broker.
constexpr const char* published_sql =
    "INSERT INTO publications (context, lane, position)"
    " SELECT context, lane, max(position) FROM events GROUP BY context, lane";

/// As if the reactor had looked at everything that it reads in this context.
std::string reacted_sql(const domain::Reactor& reactor, std::string_view context) {
  return "INSERT INTO reactions (reactor, context, lane, position) SELECT '" + std::string(reactor.name) +
         "', context, lane, max(position) FROM events WHERE context = '" + std::string(context) +
         "' GROUP BY context, lane";
}

void leave_nothing_to_do(const std::string& journal_dsn) {
  PostgresCopying session(journal_dsn);
  session.run(published_sql);
  const auto& reactor = purchase::purchase_reactor();
  for (const auto context : reactor.reads) session.run(reacted_sql(reactor, context));
}

}  // namespace

void prepare_rebuild(const Setup& setup) {
  const JournalSize size{setup.events, setup.aggregates};
  if (!makes_sense(size)) throw std::runtime_error("at least 10 aggregates, and two events of each");
  const auto filled = fill_journal(setup.journal_dsn, size);
  leave_nothing_to_do(setup.journal_dsn);
  // Projectors would fold all of it one by one; `bench_rebuild_live` rebuilds instead.
  const OperatorTool tool(setup.journal_dsn, setup.read_dsn);
  for (const char* projection : filled_projections) tool.must({"pause", projection, "--yes", "--reason", "bench"});
  std::cerr << "filled " << readable(filled.carts) << " carts with " << readable(filled.cart_events) << " events, "
            << readable(filled.skus) << " SKUs with " << readable(filled.inventory_events) << " events\n";
}

}  // namespace keel::bench
