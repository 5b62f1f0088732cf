#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "command/service.hpp"
#include "command/stream_service.hpp"
#include "ops/grpc_server.hpp"
#include "support/edge_port.hpp"
#include "support/edge_probe/probe.hpp"
#include "support/raw_client.hpp"

namespace keel::testing {

inline const std::string probe_service = "keel.edgeprobe.v1.ProbeCommandService";
inline const std::string note_path = "/" + probe_service + "/Note";
inline const std::string wipe_path = "/" + probe_service + "/Wipe";

/// The command edge of the probe behind a real server on loopback, over an engine that does what a test says.
class RunningEdge {
 public:
  explicit RunningEdge(EdgePort::Script script, ops::GrpcOptions server_options = on_loopback(),
                       command::EdgeOptions edge_options = with_incarnation(),
                       const command::StreamOptions& stream_options = {})
      : engine(std::move(script)),
        services(command::command_services({&domain::kind_of<edgeprobe::Probe>()}, engine, edge_options, metrics)),
        streams(services, engine, edge_options, stream_options, metrics) {
    std::vector<grpc::Service*> plain{&streams};
    for (const auto& service : services) plain.push_back(service.get());
    server = *ops::GrpcServer::start(server_options, plain, metrics);
    channel = channel_to(server->port());
  }

  static ops::GrpcOptions on_loopback() {
    ops::GrpcOptions options;
    options.listen = "127.0.0.1:0";
    return options;
  }

  static command::EdgeOptions with_incarnation() {
    command::EdgeOptions options;
    options.incarnation = *parse_uuid("01890a5d-ac96-774b-bcce-b302099a8057");
    return options;
  }

  RawOutcome send(const edgeprobe::v1::NoteRequest& note, const RawOptions& options = {}) const {
    return call(*channel, note_path, note.SerializeAsString(), options);
  }

  std::uint64_t counted(const std::string& outcome, const std::string& command = "Note") {
    return metrics
        .counter("keel_commands_total", "", {{"context", "edgeprobe"}, {"command", command}, {"outcome", outcome}})
        .value();
  }

  ops::Metrics metrics;
  EdgePort engine;
  std::vector<std::unique_ptr<command::CommandService>> services;
  command::CommandStreamService streams;
  std::unique_ptr<ops::GrpcServer> server;
  std::shared_ptr<grpc::Channel> channel;
};

/// A note that nothing is wrong with, with a fresh request id.
inline edgeprobe::v1::NoteRequest good_note() {
  edgeprobe::v1::NoteRequest note;
  note.set_probe_id("p-1");
  note.set_request_id(make_uuid_v7(system_now()).text());
  note.set_text("hello");
  return note;
}

inline actors::Accepted accepted_saying(const std::string& text, bool deduplicated = false) {
  edgeprobe::v1::NoteResponse reply;
  reply.set_text(text);
  return {Version{7}, Lane{3}, Position{42}, reply.SerializeAsString(), deduplicated};
}

}  // namespace keel::testing
