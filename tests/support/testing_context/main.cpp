// A Keel binary of one context, made of the same engine without touching it.

#include "app/run.hpp"
#include "support/testing_context/counter.hpp"
#include "support/testing_context/counters.hpp"

int main(int argc, char** argv) {
  return keel::app::run(argc, argv, {keel::app::context<keel::testing::Counter>(keel::testing::counters())});
}
