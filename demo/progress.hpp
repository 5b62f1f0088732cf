#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace keel::demo {

/// Shows on stderr how far a long piece of work is: a line that rewrites itself on a terminal, else one every 5 seconds
/// and one at the end. Not for several threads at once.
class Progress {
 public:
  Progress(std::string_view what, std::size_t total);

  void step();
  void finish();

 private:
  void show(bool last);
  double seconds() const;

  std::string_view what_;
  std::size_t total_;
  std::size_t seen_ = 0;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point shown_;
  bool terminal_;
};

}  // namespace keel::demo
