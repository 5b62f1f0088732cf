#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "actors/call.hpp"
#include "command/methods_by_request.hpp"
#include "command/service.hpp"
#include "command/stream_options.hpp"
#include "ops/call_series.hpp"
#include "ops/metrics.hpp"

namespace keel::command {

class StreamCall;

/// As metrics name it; gRPC puts a slash before it.
inline constexpr std::string_view stream_method = "keel.commands.v1.CommandStreamService/Execute";

/// What the command streams of a process tell of themselves, beside `keel_commands_total`.
struct StreamSeries {
  explicit StreamSeries(ops::Metrics& metrics);

  ops::CallSeries calls;
  ops::Histogram seconds;
  ops::Histogram commands_in_message;
  ops::Histogram results_in_message;
  /// `keel_commands_total` of commands whose type no method takes.
  ops::Counter unknown;
};

/// The streams that are open now. Any thread.
class OpenStreams {
 public:
  void add(const std::shared_ptr<StreamCall>& stream);
  void remove(const StreamCall& stream);
  /// Tells every stream to stop, and later ones as they come.
  void stop();

 private:
  std::mutex mutex_;
  std::unordered_map<const StreamCall*, std::weak_ptr<StreamCall>> streams_;
  bool stopping_ = false;
};

/// What all streams share; outlives them.
struct StreamDesk {
  StreamDesk(actors::CommandPort& to, EdgeOptions edge_options, const StreamOptions& stream_options,
             ops::Metrics& metrics);

  actors::CommandPort& engine;
  const EdgeOptions edge;
  const StreamOptions options;
  StreamSeries series;
  MethodsByRequest methods;
  OpenStreams open;
};

}  // namespace keel::command
