#pragma once

#include <string>

namespace keel::dashboard {

/// 256 random bits from the system, as 64 hexadecimal digits.
std::string random_secret();

}  // namespace keel::dashboard
