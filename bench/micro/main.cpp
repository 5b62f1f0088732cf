// Runs every hot function twice: once for caches, tables and buffers to fill, once for callgrind to count.

#include <cstdio>
#include <exception>

#include "bench/micro/hot_functions.hpp"

int main() {
  try {
    for (const auto& [name, run] : keel::micro::hot_functions()) {
      run();
      run();
      std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keel-hot-functions: %s\n", error.what());
    return 1;
  }
}
