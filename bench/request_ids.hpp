#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace keel::bench {

/// Fresh request ids (UUID version 7) as text, at a cost that does not show in a result: random once, counted on. One
/// thread; two objects never make the same id.
class RequestIds {
 public:
  RequestIds();
  /// 36 characters, valid until the next call.
  std::string_view next();

 private:
  void put(std::size_t at, std::uint64_t value, int digits);

  std::uint64_t random_;
  std::uint64_t count_ = 0;
  std::array<char, 36> text_;
};

}  // namespace keel::bench
