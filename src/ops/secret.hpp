#pragma once

#include <string_view>

namespace keel::ops {

/// Whether both are the same; takes the same time wherever, and however much, they differ.
bool same_secret(std::string_view given, std::string_view expected);

}  // namespace keel::ops
