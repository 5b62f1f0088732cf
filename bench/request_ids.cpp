#include "bench/request_ids.hpp"

#include <cstring>

#include "core/uuid.hpp"

namespace keel::bench {
namespace {

/// splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators"): a bijection, so counted numbers
/// stay different.
std::uint64_t scrambled(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

}  // namespace

RequestIds::RequestIds() {
  const Uuid seed = make_uuid_v7(system_now());
  std::memcpy(&random_, seed.bytes.data() + 8, sizeof random_);
  text_.fill('-');
}

std::string_view RequestIds::next() {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(system_now().time_since_epoch()).count();
  const auto milliseconds = static_cast<std::uint64_t>(now);
  const std::uint64_t random = scrambled(random_ + count_++);
  put(0, milliseconds >> 16, 8);
  put(9, milliseconds & 0xFFFF, 4);
  put(14, 0x7000 | (random_ >> 52), 4);
  put(19, 0x8000 | (random >> 50), 4);
  put(24, random & 0xFFFFFFFFFFFF, 12);
  return {text_.data(), text_.size()};
}

void RequestIds::put(std::size_t at, std::uint64_t value, int digits) {
  for (std::size_t i = at + static_cast<std::size_t>(digits); i-- > at; value >>= 4) {
    text_[i] = "0123456789abcdef"[value & 0xF];
  }
}

}  // namespace keel::bench
