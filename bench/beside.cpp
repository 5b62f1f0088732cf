#include "bench/beside.hpp"

#include <stdexcept>
#include <utility>

#include "bench/channels.hpp"
#include "bench/driver.hpp"

namespace keel::bench {

using std::chrono::steady_clock;

void Parts::begin(std::string name) {
  if (names_.size() == most) throw std::logic_error("too many parts");
  names_.push_back(std::move(name));
  begun_.push_back(steady_clock::now());
  now_ = names_.size() - 1;
}

void Parts::end() {
  begun_.push_back(steady_clock::now());
  over_ = true;
}

double Parts::seconds(std::size_t part) const {
  return std::chrono::duration<double>(begun_.at(part + 1) - begun_.at(part)).count();
}

/// Stands between the driver and the workload, and counts by part.
class Beside::Counted final : public Workload {
 public:
  Counted(std::unique_ptr<Workload> inner, Beside& load) : inner_(std::move(inner)), load_(load) {}

  std::vector<const char*> methods() const override { return inner_->methods(); }
  bool ready() override { return inner_->ready(); }
  bool finished() override { return load_.given_up_ || load_.parts_.over(); }
  Request next() override { return inner_->next(); }
  void completed(const Answer& answer) override {
    load_.outcomes_.at(load_.parts_.now()).count(answer);
    inner_->completed(answer);
  }

 private:
  std::unique_ptr<Workload> inner_;
  Beside& load_;
};

Beside::Beside(Pressure pressure, std::unique_ptr<Workload> workload, const Parts& parts) : parts_(parts) {
  pressure.warm_up = std::chrono::milliseconds(0);
  pressure.measured = std::chrono::hours(24);
  auto channels = connect(pressure);
  auto counted = std::make_unique<Counted>(std::move(workload), *this);
  running_ = std::async(std::launch::async, [pressure = std::move(pressure), channels = std::move(channels),
                                             counted = std::move(counted)]() mutable {
    Driver(pressure, channels, std::move(counted), 0, steady_clock::now()).run();
  });
}

Beside::~Beside() {
  given_up_ = true;
  if (running_.valid()) running_.wait();
}

std::vector<Outcome> Beside::outcomes() {
  running_.get();
  std::vector<Outcome> by_part;
  for (std::size_t part = 0; part < parts_.names().size(); ++part) {
    by_part.push_back(std::move(outcomes_.at(part)));
    by_part.back().seconds = parts_.seconds(part);
  }
  return by_part;
}

}  // namespace keel::bench
