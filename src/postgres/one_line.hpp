#pragma once

#include <algorithm>
#include <string>

namespace keel::postgres {

/// libpq's messages have line ends, within and at their end.
inline std::string on_one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace keel::postgres
