#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keel/commands/v1/stream.pb.h"
#include "support/raw_client.hpp"

namespace keel::testing {

inline const std::string stream_service = "keel.commands.v1.CommandStreamService";

/// A client of the command stream that sends any bytes. One thread may send while another reads.
class CommandStream {
 public:
  explicit CommandStream(grpc::Channel& channel, const RawOptions& options = without_deadline());
  ~CommandStream();

  /// False once the stream is over.
  bool send(const commands::v1::ExecuteRequest& message) { return send_bytes(message.SerializeAsString()); }
  bool send_bytes(const std::string& bytes);
  /// Closes the client's side.
  void close();
  void cancel();

  /// Waits for the next message; nothing at the end.
  std::optional<commands::v1::ExecuteResponse> next();
  /// Results by index, until there are so many or the stream is over.
  std::map<std::int64_t, commands::v1::CommandResult> results(std::size_t count);
  /// Reads to the end and says how it ended.
  grpc::Status finish();

  static RawOptions without_deadline() {
    RawOptions options;
    options.timeout.reset();
    return options;
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Adds a command of any kind to a message.
commands::v1::CommandItem& add_item(commands::v1::ExecuteRequest& message, std::int64_t index,
                                    const google::protobuf::Message& command);

/// The same error as a unary call has it.
grpc::Status status_of(const commands::v1::Status& error);

}  // namespace keel::testing
