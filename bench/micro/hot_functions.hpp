#pragma once

#include <map>
#include <string_view>

namespace keel::micro {

/// The functions on the way of every command and event, each alone, on input that does not change. By name; each runs
/// its `measured_` function (measured.hpp) once.
const std::map<std::string_view, void (*)()>& hot_functions();

}  // namespace keel::micro
