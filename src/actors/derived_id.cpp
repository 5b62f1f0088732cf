#include "actors/derived_id.hpp"

#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <string>

namespace keel::actors {
namespace {

/// The namespace of all our names; drawn once, for ever.
constexpr std::array<std::uint8_t, 16> keel_namespace{0x6b, 0x65, 0x65, 0x6c, 0x3c, 0x1d, 0x4f, 0x8a,
                                                      0x9b, 0x52, 0x0e, 0x74, 0xd1, 0xa6, 0x28, 0xf3};

Uuid named(std::string_view name) {
  std::string text(reinterpret_cast<const char*>(keel_namespace.data()), keel_namespace.size());
  text += name;
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<std::uint8_t, 16> head{};
  std::memcpy(head.data(), digest.data(), head.size());
  return uuid_v5_from_digest(head);
}

}  // namespace

Uuid reaction_request_id(std::string_view context, Lane lane, Position position, std::string_view step) {
  std::string name(context);
  name += '/' + std::to_string(lane.value) + '/' + std::to_string(position.value) + '/';
  return named(name.append(step));
}

Uuid timer_request_id(std::string_view key, Timestamp due_at) {
  std::string name("timer:");
  name.append(key).append("/").append(std::to_string(due_at.time_since_epoch().count()));
  return named(name);
}

}  // namespace keel::actors
