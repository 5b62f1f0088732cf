#include "core/uuid.hpp"

#include <random>

namespace keel {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr bool dash_at(std::size_t index) { return index == 8 || index == 13 || index == 18 || index == 23; }

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

void mark(Uuid& id, int version) {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | (version << 4));
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
}

std::mt19937_64& random_bits() {
  thread_local std::mt19937_64 engine = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return engine;
}

}  // namespace

Timestamp Uuid::made_at() const {
  std::int64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | bytes[i];
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

std::string Uuid::text() const {
  std::string text;
  text.reserve(36);
  for (const std::uint8_t byte : bytes) {
    if (dash_at(text.size())) text.push_back('-');
    text.push_back(hex_digits[byte >> 4]);
    text.push_back(hex_digits[byte & 0x0F]);
  }
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t filled = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (dash_at(i)) {
      if (text[i++] != '-') return std::nullopt;
      continue;
    }
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[filled++] = static_cast<std::uint8_t>(high << 4 | low);
    i += 2;
  }
  return id;
}

Uuid make_uuid_v7(Timestamp now) {
  const std::uint64_t high = random_bits()();
  const std::uint64_t low = random_bits()();
  Uuid id;
  std::memcpy(id.bytes.data(), &high, 8);
  std::memcpy(id.bytes.data() + 8, &low, 8);
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(since_epoch >> (40 - 8 * i));
  mark(id, 7);
  return id;
}

Uuid uuid_v5_from_digest(const std::array<std::uint8_t, 16>& digest) {
  Uuid id{digest};
  mark(id, 5);
  return id;
}

}  // namespace keel
