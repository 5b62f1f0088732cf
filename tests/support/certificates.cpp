#include "support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace keel::testing {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* text) const { BIO_free(text); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

using Key = std::unique_ptr<EVP_PKEY, Free>;
using Paper = std::unique_ptr<X509, Free>;

Key fresh_key() { return Key(EVP_EC_gen("P-256")); }

void extend(X509* paper, int kind, const char* value) {
  const std::unique_ptr<X509_EXTENSION, Free> extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value));
  X509_add_ext(paper, extension.get(), -1);
}

Paper paper_for(const std::string& name, EVP_PKEY* key, X509_NAME* issuer, EVP_PKEY* issuer_key, bool authority) {
  Paper paper(X509_new());
  X509_set_version(paper.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(paper.get()), authority ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(paper.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(paper.get()), 3600);
  X509_set_pubkey(paper.get(), key);
  X509_NAME* const subject = X509_get_subject_name(paper.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(paper.get(), issuer == nullptr ? subject : issuer);
  extend(paper.get(), NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!authority) extend(paper.get(), NID_subject_alt_name, ("DNS:" + name + ",DNS:localhost").c_str());
  X509_sign(paper.get(), issuer_key, EVP_sha256());
  return paper;
}

std::string text_of(BIO* memory) {
  char* start = nullptr;
  const long size = BIO_get_mem_data(memory, &start);
  return {start, static_cast<std::size_t>(size)};
}

std::string pem(X509* paper) {
  const std::unique_ptr<BIO, Free> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), paper);
  return text_of(memory.get());
}

std::string pem(EVP_PKEY* key) {
  const std::unique_ptr<BIO, Free> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(memory.get());
}

}  // namespace

struct Authority::Keys {
  Key key = fresh_key();
  Paper paper = paper_for("keel test authority", key.get(), nullptr, key.get(), true);
};

Authority::Authority() : keys_(std::make_unique<Keys>()), certificate_(pem(keys_->paper.get())) {}
Authority::~Authority() = default;

Certificate Authority::issue(const std::string& common_name) const {
  const Key key = fresh_key();
  const Paper paper =
      paper_for(common_name, key.get(), X509_get_subject_name(keys_->paper.get()), keys_->key.get(), false);
  return {pem(paper.get()), pem(key.get())};
}

}  // namespace keel::testing
