#include "demo/ids.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <random>

namespace keel::demo {
namespace {

std::mt19937_64 seeded() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
  return std::mt19937_64(seed);
}

std::uint64_t random_bits() {
  thread_local std::mt19937_64 engine = seeded();
  return engine();
}

std::string hex(std::uint64_t value, int digits) {
  static constexpr std::array letters{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  std::string text(static_cast<std::size_t>(digits), '0');
  for (auto place = text.rbegin(); place != text.rend(); ++place, value >>= 4) *place = letters[value & 15];
  return text;
}

std::uint64_t milliseconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

std::string fresh_uuid() {
  const auto now = milliseconds_now();
  const auto high = random_bits();
  const auto low = random_bits();
  return hex(now >> 16, 8) + '-' + hex(now & 0xFFFF, 4) + '-' + hex(0x7000 | (high & 0x0FFF), 4) + '-' +
         hex(0x8000 | (low >> 50), 4) + '-' + hex(low & 0xFFFFFFFFFFFF, 12);
}

std::string fresh_run() { return hex(milliseconds_now(), 11) + hex(random_bits() & 0xFFFF, 4); }

}  // namespace keel::demo
