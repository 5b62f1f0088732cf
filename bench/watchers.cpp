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

bool fine(const httplib::Result& answer) { return answer && answer->status == 200; }

std::string failure_of(const char* path, const httplib::Result& answer) {
  return std::string(path) + ": " + (answer ? std::to_string(answer->status) : httplib::to_string(answer.error()));
}

}  // namespace

Watchers::Watchers(std::string address, int count) : address_(std::move(address)) {
  const auto answer = client_of(address_).Get("/api/v1/session");
  if (!fine(answer)) throw std::runtime_error("no dashboard answers at " + address_);
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

std::string Watchers::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Watchers::failed(std::string failure) {
  const std::lock_guard lock(mutex_);
  if (failure_.empty()) failure_ = std::move(failure);
}

void Watchers::follow() {
  auto client = client_of(address_);
  while (!over_) {
    const auto answer = client.Get(live, [this](const char*, std::size_t size) {
      bytes_ += size;
      return !over_;
    });
    if (!over_ && !fine(answer)) failed(failure_of(live, answer));
  }
}

void Watchers::open_pages() {
  auto client = client_of(address_);
  auto due = steady_clock::now();
  for (std::size_t visit = 0; !over_; ++visit) {
    const auto began = steady_clock::now();
    const char* const path = pages_of_a_visit[visit % pages_of_a_visit.size()];
    const auto answer = client.Get(path);
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
    if (fine(answer)) {
      const std::lock_guard lock(mutex_);
      pages_.record(taken.count());
    } else {
      failed(failure_of(path, answer));
    }
    due += between_pages;
    std::this_thread::sleep_until(due);
  }
}

}  // namespace keel::bench
