#pragma once

#include <caf/error.hpp>
#include <caf/message.hpp>

#include <exception>
#include <stdexcept>
#include <string>

namespace keel::actors {

/// What an exception says, for the supervision registry.
inline std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "something that is no std::exception was thrown";
  }
}

/// Why an actor ended: the text that came with it, else its name.
inline std::string text_of(const caf::error& reason) {
  const auto& context = reason.context();
  if (context.size() == 1 && context.match_element<std::string>(0)) return context.get_as<std::string>(0);
  return to_string(reason);
}

/// An operator's failure, thrown where a real one would be.
[[noreturn]] inline void break_down(const std::string& cause) { throw std::runtime_error(cause); }

}  // namespace keel::actors
