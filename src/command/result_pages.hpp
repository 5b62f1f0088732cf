#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "actors/call.hpp"
#include "core/uuid.hpp"
#include "keel/commands/v1/stream.pb.h"

namespace keel::command {

/// Results of a stream that wait to be written: each is serialised as it comes, because concatenation is merge in
/// protobuf, into pages that are messages of about 64 KiB, whatever the client's limit for a message. One thread at a
/// time.
class ResultPages {
 public:
  struct Page {
    grpc::ByteBuffer message;
    std::size_t results = 0;
    std::size_t bytes = 0;
  };

  ResultPages() = default;
  ResultPages(const ResultPages&) = delete;
  ResultPages& operator=(const ResultPages&) = delete;

  /// `type_url` is the response's, as `Method` has it.
  void add(std::int64_t index, const actors::Accepted& accepted, std::string_view type_url, std::string_view context,
           const Uuid& incarnation);
  /// The status must be an error of `ops::error_status`.
  void add(std::int64_t index, const grpc::Status& error);

  bool empty() const { return pages_.empty(); }
  std::size_t bytes() const { return bytes_; }
  /// The oldest; there must be one.
  Page take();
  void clear();

 private:
  struct Writing {
    std::string bytes;
    std::size_t results = 0;
  };

  void append();

  /// One result, whose memory is used again.
  commands::v1::ExecuteResponse scratch_;
  commands::v1::CommandResult& result_ = *scratch_.add_results();
  std::deque<Writing> pages_;
  std::size_t bytes_ = 0;
};

}  // namespace keel::command
