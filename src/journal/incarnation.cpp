#include "journal/incarnation.hpp"

#include <atomic>

namespace keel::journal {
namespace {

std::atomic<std::uint64_t> handed_out{0};

}  // namespace

std::uint64_t next_incarnation() { return handed_out.fetch_add(1, std::memory_order_acq_rel) + 1; }

std::uint64_t last_incarnation() { return handed_out.load(std::memory_order_acquire); }

}  // namespace keel::journal
