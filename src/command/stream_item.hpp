#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "command/stream_call.hpp"

namespace keel::command {

/// One command's place in its stream, answered exactly once: by the engine from any thread, or by the edge.
class StreamItem final : public actors::AnswerPort {
 public:
  StreamItem(std::shared_ptr<StreamCall> stream, const commands::v1::CommandItem& item, const Method* of)
      : index(item.index()), bytes(bytes_of(item)), method(of), stream_(std::move(stream)) {}

  /// What it counts for in the window.
  static std::size_t bytes_of(const commands::v1::CommandItem& item) { return item.command().value().size(); }

  void answer(actors::Answer answer) override {
    if (const auto stream = std::exchange(stream_, nullptr)) stream->answered(*this, answer);
  }
  void refuse(const grpc::Status& error, std::string_view outcome) {
    if (const auto stream = std::exchange(stream_, nullptr)) stream->refused(*this, error, outcome);
  }

  const std::int64_t index;
  const std::size_t bytes;
  /// nullptr: no method takes its type.
  const Method* const method;
  const std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();

 private:
  std::shared_ptr<StreamCall> stream_;
};

}  // namespace keel::command
