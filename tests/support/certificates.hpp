#pragma once

#include <memory>
#include <string>

namespace keel::testing {

/// PEM texts of a certificate and its key.
struct Certificate {
  std::string certificate;
  std::string key;
};

/// A certificate authority that lives as long as a test.
class Authority {
 public:
  Authority();
  ~Authority();
  const std::string& certificate() const { return certificate_; }
  /// Signed by this authority, for `common_name`, also valid for "localhost".
  Certificate issue(const std::string& common_name) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
  std::string certificate_;
};

}  // namespace keel::testing
