#include "bench/filling.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "bench/channels.hpp"
#include "bench/driver.hpp"

namespace keel::bench {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

/// One key look-up a lane.
constexpr const char* heads_sql =
    "SELECT l.context, l.lane, coalesce((SELECT e.position FROM events e WHERE e.context = l.context AND e.lane = "
    "l.lane"
    " ORDER BY e.position DESC LIMIT 1), 0) FROM lanes l ORDER BY 1, 2";

constexpr const char* checkpoints_sql =
    "SELECT c.projection, c.context, c.lane, c.position FROM checkpoints c JOIN projections p"
    " ON p.projection = c.projection AND p.live = c.generation ORDER BY 1, 2, 3";

using Lanes = std::map<std::pair<std::string, std::string>, std::int64_t>;

Lanes heads(PostgresReading& journal) {
  Lanes lanes;
  for (const auto& row : journal.rows(heads_sql)) lanes[{row[0], row[1]}] = std::stoll(row[2]);
  return lanes;
}

/// Stands between the press and a workload that ends, and tells when it has.
class Finite final : public Workload {
 public:
  Finite(std::unique_ptr<Workload> inner, std::atomic<std::uint64_t>& failed)
      : inner_(std::move(inner)), failed_(failed) {}
  std::vector<const char*> methods() const override { return inner_->methods(); }
  bool ready() override { return inner_->ready(); }
  bool finished() override { return !inner_->ready(); }
  Request next() override { return inner_->next(); }
  void completed(const Answer& answer) override {
    if (!answer.ok) ++failed_;
    inner_->completed(answer);
  }

 private:
  std::unique_ptr<Workload> inner_;
  std::atomic<std::uint64_t>& failed_;
};

}  // namespace

void fill(const Setup& setup, const MakeWorkload& workload) {
  std::atomic<std::uint64_t> failed = 0;
  Pressure pressure;
  pressure.address = setup.command_address;
  pressure.channels = setup.channels;
  pressure.in_flight = setup.in_flight;
  pressure.warm_up = std::chrono::milliseconds(0);
  pressure.measured = std::chrono::hours(1);
  const auto channels = connect(pressure);
  Driver(pressure, channels, std::make_unique<Finite>(workload(0), failed), 0, steady_clock::now()).run();
  if (failed > 0) throw std::runtime_error(std::to_string(failed) + " calls that fill the system failed");
}

Pipeline::Pipeline(const Setup& setup) : journal_(setup.journal_dsn), read_store_(setup.read_dsn) {}

Pipeline::Look Pipeline::look() {
  const auto checkpoints = read_store_.rows(checkpoints_sql);
  const Lanes stored = heads(journal_);
  Look look;
  for (const auto& [lane, position] : stored) look.stored[lane.first] += position;
  std::map<std::string, std::int64_t> behind;
  for (const auto& row : checkpoints) {
    const auto head = stored.find({row[1], row[2]});
    if (head != stored.end()) behind[row[0]] += std::max<std::int64_t>(0, head->second - std::stoll(row[3]));
  }
  for (const auto& [projection, events] : behind) look.behind = std::max(look.behind, events);
  return look;
}

void Pipeline::await_projections() {
  const auto until = steady_clock::now() + seconds(300);
  while (look().behind > 0) {
    if (steady_clock::now() > until) throw std::runtime_error("the projections do not catch up: is the projector up?");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace keel::bench
