#pragma once

#include <vector>

#include "ops/postgres_processes.hpp"

namespace keel::ops {

/// What the history says last of each path, put together as a tree: supervisors before their children, in the order of
/// their start. Leaves out a node whose supervisor is not there any more, was started anew since (another id), or has
/// stopped. Pure.
std::vector<PastNode> past_tree(std::vector<PastNode> last_of_each_path);

}  // namespace keel::ops
