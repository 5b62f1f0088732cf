// The same binary as it was before its upcasters: what it meets of the past is poison to it.

#include "app/run.hpp"
#include "support/testing_context/counter.hpp"
#include "support/testing_context/counters.hpp"

int main(int argc, char** argv) {
  using keel::testing::ForgetfulCounter;
  const auto& kind = keel::domain::kind_of<ForgetfulCounter>();
  return keel::app::run(argc, argv, {keel::app::context<ForgetfulCounter>(keel::testing::counters(kind))});
}
