#pragma once

#include <concepts>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/finding.hpp"

namespace keel::bench {

/// One row in one line: name, figures, failures.
std::string line_of(const Row& row);

/// A finding as a table for people: medians, the first figure with its least and most, then ratios and notes.
std::string table_of(const Finding& finding);

/// A finding with every repetition's values.
nlohmann::json json_of(const Finding& finding);

/// A number as people read it: three digits that count, thousands apart.
std::string readable(double number);
/// "1234.5" as "1,234.5".
std::string with_thousands_apart(std::string number);
/// A count stays whole.
template <std::integral Count>
std::string readable(Count count) {
  return with_thousands_apart(std::to_string(count));
}

}  // namespace keel::bench
