#pragma once

#include <string>
#include <utility>
#include <variant>

namespace keel {

/// The world failed: a server is gone, a statement was refused, bytes do not decode.
struct Fault {
  /// Whether it is certain that nothing was changed. When not, the effect may be there: find out before going on.
  enum class Outcome { nothing_changed, unknown };
  /// What kind of trouble, for those who decide by it: wait and try again, ask for rights, or look closer.
  enum class Cause { other, unreachable, denied };

  Outcome outcome = Outcome::nothing_changed;
  /// For operators: what failed, where, and what to do about it. Never shown to clients.
  std::string what;
  Cause cause = Cause::other;
};

/// A value, or the fault that kept it from coming. `Result<std::monostate>` says only whether it went well.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Fault fault) : content_(std::move(fault)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return std::holds_alternative<T>(content_); }
  const T& operator*() const& { return std::get<T>(content_); }
  T& operator*() & { return std::get<T>(content_); }
  T&& operator*() && { return std::get<T>(std::move(content_)); }
  const T* operator->() const { return &std::get<T>(content_); }
  T* operator->() { return &std::get<T>(content_); }
  const Fault& fault() const { return std::get<Fault>(content_); }

 private:
  std::variant<T, Fault> content_;
};

using Done = std::monostate;

}  // namespace keel
