#include "core/token.hpp"

#include <cstdint>

namespace keel {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char format = '1';
constexpr std::size_t fixed_bytes = 1 + 16 + 4 + 8;

void put(std::string& bytes, std::uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
}

std::uint64_t take(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + width; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t held = 0;
  int held_bits = 0;
  for (const char byte : bytes) {
    held = held << 8 | static_cast<unsigned char>(byte);
    for (held_bits += 8; held_bits >= 6; held_bits -= 6) text.push_back(alphabet[held >> (held_bits - 6) & 0x3F]);
  }
  if (held_bits > 0) text.push_back(alphabet[held << (6 - held_bits) & 0x3F]);
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  int held_bits = 0;
  for (const char character : text) {
    const auto value = alphabet.find(character);
    if (value == std::string_view::npos) return std::nullopt;
    held = held << 6 | static_cast<std::uint32_t>(value);
    held_bits += 6;
    if (held_bits < 8) continue;
    held_bits -= 8;
    bytes.push_back(static_cast<char>(held >> held_bits));
  }
  if (to_base64url(bytes) != text) return std::nullopt;  // one text for one value
  return bytes;
}

std::string encode(const Token& token) {
  std::string bytes;
  bytes.reserve(fixed_bytes + token.context.size());
  bytes.push_back(format);
  bytes.append(reinterpret_cast<const char*>(token.incarnation.bytes.data()), token.incarnation.bytes.size());
  put(bytes, static_cast<std::uint32_t>(token.lane.value), 4);
  put(bytes, static_cast<std::uint64_t>(token.position.value), 8);
  bytes.append(token.context);
  return to_base64url(bytes);
}

std::optional<Token> decode_token(std::string_view text) {
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() <= fixed_bytes || bytes->front() != format) return std::nullopt;
  Token token;
  std::memcpy(token.incarnation.bytes.data(), bytes->data() + 1, 16);
  token.lane.value = static_cast<std::int32_t>(take(*bytes, 17, 4));
  token.position.value = static_cast<std::int64_t>(take(*bytes, 21, 8));
  token.context = bytes->substr(fixed_bytes);
  if (token.lane.value < 0 || token.position.value < 0) return std::nullopt;
  return token;
}

}  // namespace keel
