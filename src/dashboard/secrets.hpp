#pragma once

#include <string>
#include <string_view>

namespace keel::dashboard {

/// 256 random bits from the system, as 64 hexadecimal digits.
std::string random_secret();

/// Whether both are the same; takes the same time wherever and however much they differ.
bool same_secret(std::string_view given, std::string_view expected);

}  // namespace keel::dashboard
