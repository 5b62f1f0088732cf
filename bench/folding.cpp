#include "bench/folding.hpp"

#include <chrono>
#include <stdexcept>

#include "domain/cart/cart.hpp"
#include "journal/postgres_journal.hpp"

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t chunk = 10'000;

class Folding {
 public:
  void fold(const std::vector<journal::RecordedEvent>& events) {
    const auto& kind = domain::kind_of<cart::Cart>();
    const auto start = steady_clock::now();
    for (const auto& event : events) {
      if (!kind.apply(state_, event.type, event.payload)) throw std::runtime_error("does not decode: " + event.type);
    }
    seconds_ += std::chrono::duration<double>(steady_clock::now() - start).count();
    events_ += static_cast<double>(events.size());
  }
  void next_cart() { state_.Clear(); }
  double per_second() const { return seconds_ > 0 ? events_ / seconds_ : 0; }

 private:
  cart::v1::CartState state_;
  double seconds_ = 0;
  double events_ = 0;
};

}  // namespace

double fold_per_second(const std::string& journal_dsn, const std::vector<std::string>& cart_ids) {
  journal::PostgresOptions options;
  options.dsn = journal_dsn;
  options.application_name = "keel bench fold";
  const auto opened = journal::PostgresJournal::open(options);
  if (!opened) throw std::runtime_error(opened.fault().what);
  Folding folding;
  for (const auto& id : cart_ids) {
    folding.next_cart();
    for (Version after;;) {
      const auto events = (*opened)->read_aggregate("cart", {"Cart", id}, after, chunk);
      if (!events) throw std::runtime_error(events.fault().what);
      folding.fold(*events);
      if (events->size() < chunk) break;
      after = events->back().version;
    }
  }
  return folding.per_second();
}

}  // namespace keel::bench
