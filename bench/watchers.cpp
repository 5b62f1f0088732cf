#include "bench/watchers.hpp"

#include <httplib.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

constexpr const char* live = "/api/v1/events?topics=overview,tree,projections,operations,processes";
constexpr std::array pages_of_a_visit = {"/api/v1/overview",    "/api/v1/tree",      "/api/v1/tree?unhealthy=true",
                                         "/api/v1/projections", "/api/v1/processes", "/api/v1/history?limit=100"};
constexpr std::chrono::milliseconds between_pages{200};

httplib::Client client_of(const std::string& address) {
  httplib::Client client("http://" + address);
  client.set_connection_timeout(5);
  client.set_read_timeout(30);
  return client;
}

}  // namespace

Watchers::Watchers(std::string address, int count) : address_(std::move(address)) {
  const auto answer = client_of(address_).Get("/api/v1/session");
  if (!answer || answer->status != 200) throw std::runtime_error("no dashboard answers at " + address_);
  for (int i = 0; i < count; ++i) threads_.emplace_back([this] { follow(); });
  threads_.emplace_back([this] { open_pages(); });
}

Watchers::~Watchers() {
  over_ = true;
  for (auto& thread : threads_) thread.join();
}

Histogram Watchers::pages() const {
  const std::lock_guard lock(mutex_);
  return pages_;
}

void Watchers::follow() {
  auto client = client_of(address_);
  while (!over_) {
    const auto answer = client.Get(live, [this](const char*, std::size_t size) {
      bytes_ += size;
      return !over_;
    });
    if (!over_ && (!answer || answer->status != 200)) ++failures_;
  }
}

void Watchers::open_pages() {
  auto client = client_of(address_);
  auto due = steady_clock::now();
  for (std::size_t visit = 0; !over_; ++visit) {
    const auto began = steady_clock::now();
    const auto answer = client.Get(pages_of_a_visit[visit % pages_of_a_visit.size()]);
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
    if (!answer || answer->status != 200) {
      ++failures_;
    } else {
      const std::lock_guard lock(mutex_);
      pages_.record(taken.count());
    }
    due += between_pages;
    std::this_thread::sleep_until(due);
  }
}

}  // namespace keel::bench
