#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace keel::bench {

/// Which processes of this machine share a bench's cores: name → process ids. A name's children count too.
using Processes = std::map<std::string, std::vector<pid_t>>;

/// CPU seconds (user + system) that each named group has used so far, its living children included.
std::map<std::string, double> cpu_seconds(const Processes& processes);

}  // namespace keel::bench
