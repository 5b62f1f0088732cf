#pragma once

#include <string>

#include "bench/finding.hpp"

namespace keel::bench {

/// A finding as one SVG image: a bar for the first figure of every row that has the same unit as the first row's, with
/// a whisker from least to most, references in grey; below them the chart. Needs nothing but a browser.
std::string picture_of(const Finding& finding);

}  // namespace keel::bench
