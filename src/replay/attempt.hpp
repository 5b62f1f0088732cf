#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/result.hpp"
#include "replay/operation.hpp"

namespace keel::replay {

/// A value; or a refusal, which says what the state does not allow; or a fault of the world.
template <class T>
class [[nodiscard]] Attempt {
 public:
  Attempt(T value) : content_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Attempt(Refused refused) : content_(std::move(refused)) {}  // NOLINT(google-explicit-constructor)
  Attempt(Fault fault) : content_(std::move(fault)) {}        // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return std::holds_alternative<T>(content_); }
  const T& operator*() const& { return std::get<T>(content_); }
  T& operator*() & { return std::get<T>(content_); }
  T&& operator*() && { return std::get<T>(std::move(content_)); }
  const T* operator->() const { return &std::get<T>(content_); }
  T* operator->() { return &std::get<T>(content_); }
  /// Why there is no value.
  std::variant<Refused, Fault> why() const {
    if (const auto* refused = std::get_if<Refused>(&content_)) return *refused;
    return std::get<Fault>(content_);
  }

 private:
  std::variant<T, Refused, Fault> content_;
};

inline Refused not_found(std::string why) { return {Refused::Kind::not_found, std::move(why)}; }
inline Refused conflict(std::string why) { return {Refused::Kind::conflict, std::move(why)}; }

}  // namespace keel::replay
