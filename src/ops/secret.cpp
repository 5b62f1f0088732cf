#include "ops/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>

namespace keel::ops {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

/// Digests have one length, so that comparing them does not tell that of a secret.
Digest digest_of(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

bool same_secret(std::string_view given, std::string_view expected) {
  const auto one = digest_of(given);
  const auto other = digest_of(expected);
  return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace keel::ops
