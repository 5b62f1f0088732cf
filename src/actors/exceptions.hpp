#pragma once

#include <exception>
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

}  // namespace keel::actors
