#pragma once

namespace keel::bench {

/// `keel bench SCENARIO …`: presses a running Keel, measures it beside its references, prints a table and writes JSON
/// and a picture. `argv[0]` is "bench". Returns the process's exit code: 0 done, 1 failed, 2 bad usage. Called once.
int run(int argc, const char* const* argv);

}  // namespace keel::bench
