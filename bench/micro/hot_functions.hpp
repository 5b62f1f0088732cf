#pragma once

#include <map>
#include <string_view>

/// The functions on the way of every command and event, each alone, on input that does not change. Callgrind counts
/// what is called from a function whose name begins with `measured_` (tools/bench_guard.py), so that is what is named
/// so.
namespace keel::micro {

/// Each runs its function this often.
inline constexpr int turns = 1'000;

/// By name: the function that is measured.
const std::map<std::string_view, void (*)()>& hot_functions();

}  // namespace keel::micro
