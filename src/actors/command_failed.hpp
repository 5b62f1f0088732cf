#pragma once

#include <exception>
#include <stdexcept>

#include "actors/call.hpp"
#include "ops/actor_control.hpp"

namespace keel::actors {

/// A rule, or what its events do to the state, threw: says at which command, so that a person can find it.
class CommandFailed final : public std::runtime_error {
 public:
  CommandFailed(const Call& command, const std::exception_ptr& thrown);
  const ops::Breakage& breakage() const { return breakage_; }

 private:
  CommandFailed(const std::exception_ptr& thrown, ops::Breakage breakage);

  ops::Breakage breakage_;
};

/// Does a step of a command's decision; what is thrown in it goes on as `CommandFailed`.
template <class Step>
auto blaming(const Call& command, Step step) {
  try {
    return step();
  } catch (...) {
    throw CommandFailed(command, std::current_exception());
  }
}

}  // namespace keel::actors
