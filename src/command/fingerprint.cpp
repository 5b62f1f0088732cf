#include "command/fingerprint.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/unknown_field_set.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace keel::command {
namespace {

using domain::Message;
using google::protobuf::FieldDescriptor;

struct FreeDigest {
  void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Looked up once: OpenSSL 3 takes longer to find the algorithm than to hash a command.
const EVP_MD* sha256() {
  static const std::unique_ptr<EVP_MD, FreeDigest> algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return algorithm.get();
}

class Digest {
 public:
  Digest() { check(EVP_DigestInit_ex(context(), sha256(), nullptr)); }

  void add(std::string_view part) {
    std::array<unsigned char, 8> length{};
    for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<unsigned char>(part.size() >> (56 - 8 * i));
    check(EVP_DigestUpdate(context(), length.data(), length.size()));
    check(EVP_DigestUpdate(context(), part.data(), part.size()));
  }

  journal::Fingerprint end() {
    journal::Fingerprint digest{};
    check(EVP_DigestFinal_ex(context(), digest.data(), nullptr));
    return digest;
  }

 private:
  static EVP_MD_CTX* context() {
    thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigest> one(EVP_MD_CTX_new());
    return one.get();
  }

  static void check(int result) {
    if (result != 1) throw std::runtime_error("OpenSSL refuses to compute SHA-256");
  }
};

bool has_unknown_fields(const Message& message) {
  const auto* const reflection = message.GetReflection();
  if (!reflection->GetUnknownFields(message).empty()) return true;
  const auto* const descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* const field = descriptor->field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (field->is_repeated()) {
      for (int k = 0; k < reflection->FieldSize(message, field); ++k) {
        if (has_unknown_fields(reflection->GetRepeatedMessage(message, field, k))) return true;
      }
    } else if (reflection->HasField(message, field) && has_unknown_fields(reflection->GetMessage(message, field))) {
      return true;
    }
  }
  return false;
}

std::string deterministic_bytes(const Message& message) {
  std::string bytes;
  bytes.reserve(message.ByteSizeLong());
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

journal::Fingerprint fingerprint_of(std::string_view caller, std::string_view method, std::string_view command) {
  Digest digest;
  digest.add(caller);
  digest.add(method);
  digest.add(command);
  return digest.end();
}

std::string canonical_bytes(Message& command, const FieldDescriptor* request_id) {
  const auto* const reflection = command.GetReflection();
  std::string id = reflection->GetString(command, request_id);
  reflection->ClearField(&command, request_id);
  std::string bytes = deterministic_bytes(command);
  reflection->SetString(&command, request_id, std::move(id));
  return bytes;
}

void drop_unknown_fields(Message& command) {
  if (has_unknown_fields(command)) command.DiscardUnknownFields();
}

}  // namespace keel::command
