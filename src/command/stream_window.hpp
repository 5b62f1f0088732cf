#pragma once

#include <cstddef>
#include <map>

#include "command/method.hpp"
#include "command/stream_options.hpp"

namespace keel::command {

/// How much of a stream waits: a command from when it was read until its result was written. Decides whether more may
/// be read, and knows what is open when the stream is given up. One thread at a time.
class StreamWindow {
 public:
  explicit StreamWindow(const StreamOptions& options) : options_(options) {}

  /// `method` is nullptr for a command of an unknown type, here and in `answered`.
  void let_in(const Method* method, std::size_t bytes);
  /// Its bytes leave, its result's bytes come.
  void answered(const Method* method, std::size_t command_bytes, std::size_t result_bytes);
  void written(std::size_t results, std::size_t bytes);

  /// Room for one more message; an empty window always has it.
  bool open() const;
  bool empty() const { return waiting_ == 0; }
  /// Counts every command that has no answer as `cancelled`, and forgets everything.
  void give_up();

 private:
  const StreamOptions options_;
  std::size_t waiting_ = 0;
  std::size_t bytes_ = 0;
  std::map<const Method*, std::size_t> unanswered_;
};

}  // namespace keel::command
