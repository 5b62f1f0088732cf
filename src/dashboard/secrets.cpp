#include "dashboard/secrets.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace keel::dashboard {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

/// Digests have one length, so that comparing them does not tell that of a secret.
Digest digest_of(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

std::string random_secret() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("the system gives no random bytes");
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
  }
  return text;
}

bool same_secret(std::string_view given, std::string_view expected) {
  const auto one = digest_of(given);
  const auto other = digest_of(expected);
  return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace keel::dashboard
