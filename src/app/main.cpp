// The composition root. A context is one line here: its aggregate, its read model and, for a workflow, its reactor.

#include "app/run.hpp"
#include "bench/bench.hpp"
#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "domain/purchase/purchase.hpp"
#include "domain/purchase/purchase_reactor.hpp"

int main(int argc, char** argv) {
  using keel::app::context;
  return keel::app::run(
      argc, argv,
      {
          context<keel::cart::Cart>(keel::query::carts()),
          context<keel::inventory::Stock>(keel::query::stock()),
          context<keel::purchase::Purchase>(keel::query::purchases(), &keel::purchase::purchase_reactor()),
      },
      {{"bench", "press a running Keel and measure it beside its references", &keel::bench::run}});
}
