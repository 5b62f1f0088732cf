#include "core/aggregate_ref.hpp"

namespace keel {
namespace {

constexpr std::uint64_t fnv_offset = 14695981039346656037ULL;
constexpr std::uint64_t fnv_prime = 1099511628211ULL;

std::uint64_t mix(std::uint64_t hash, std::string_view bytes) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * fnv_prime;
  return hash;
}

}  // namespace

std::uint64_t lane_hash(std::string_view type, std::string_view id) {
  return mix(mix(mix(fnv_offset, type), std::string_view("\0", 1)), id);
}

Lane lane_of(std::string_view type, std::string_view id, std::int32_t lane_count) {
  return Lane{static_cast<std::int32_t>(lane_hash(type, id) % static_cast<std::uint64_t>(lane_count))};
}

}  // namespace keel
