#include <future>
#include <stdexcept>

#include "bench/contest.hpp"
#include "bench/scenarios.hpp"
#include "bench/workloads/carts.hpp"

namespace keel::bench {
namespace {

constexpr int old_ids = 1000;
constexpr double repeats_per_second = 1000;

/// Lends one workload to several runs, so that all of them repeat the same ids.
class Borrowed final : public Workload {
 public:
  explicit Borrowed(std::shared_ptr<Workload> lender) : lender_(std::move(lender)) {}
  std::vector<const char*> methods() const override { return lender_->methods(); }
  Request next() override { return lender_->next(); }

 private:
  std::shared_ptr<Workload> lender_;
};

class Repeater {
 public:
  Repeater(const Setup& setup, const std::string& prefix) : setup_(setup), ids_(repeats(prefix, old_ids)) {}

  void repeat(std::chrono::milliseconds measured) const {
    Pressure pressure;
    pressure.address = setup_.command_address;
    pressure.channels = 1;
    pressure.rate = repeats_per_second;
    pressure.warm_up = std::chrono::milliseconds(0);
    pressure.measured = measured;
    const Outcome outcome = press(pressure, [this](int) { return std::make_unique<Borrowed>(ids_); });
    if (outcome.answered == 0) throw std::runtime_error("the repeating client got no answer");
  }

 private:
  const Setup& setup_;
  std::shared_ptr<Workload> ids_;
};

}  // namespace

Finding bench_neighbours(const Setup& setup) {
  const std::string prefix = run_prefix();
  int run = 0;
  const MakeWorkload carts = [&](int) { return spread_over_carts(prefix + std::to_string(++run) + "-", setup.carts); };
  const double half = calls(setup, "", setup.command_address, 0, carts).run().per_second() / 2;
  const Repeater repeater(setup, prefix + "repeated-");
  repeater.repeat(std::chrono::seconds(2));  // stores them: from now on they are old

  Contender alone = calls(setup, "neighbours, alone", setup.command_address, half, carts);
  alone.part = Part::reference;
  Contender disturbed = calls(setup, "neighbours, with repeats", setup.command_address, half, carts);
  disturbed.run = [&setup, &repeater, undisturbed = disturbed.run] {
    const auto repeating = std::async(std::launch::async, [&] { repeater.repeat(setup.warm_up + setup.measured); });
    return undisturbed();
  };
  const auto measured = contest({alone, disturbed}, std::max(setup.repetitions, 5));
  Finding finding = finding_of("neighbours", measured);
  for (const char* figure : {"per second", "p99"}) {
    std::vector<double> pairs;
    const auto values = [&](std::size_t which) {
      return std::ranges::find(measured[which].row.figures, figure, &Figure::name)->values;
    };
    for (std::size_t i = 0; i < values(0).size(); ++i) pairs.push_back(values(1)[i] / values(0)[i]);
    finding.ratios[std::string(figure) + ", with repeats to alone"] = median_of(pairs);
  }
  return finding;
}

}  // namespace keel::bench
