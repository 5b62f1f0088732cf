# A context with every shape of field, and contexts that are put together wrongly, for tests of the command edge.
keel_proto(keel_proto_edge_probe ROOT ${CMAKE_CURRENT_SOURCE_DIR}/edge_probe/proto
  FILES
    keel/edgeprobe/v1/probe.proto
    keel/edgeprobe/v1/wrong_request.proto
    keel/edgeprobe/v1/wrong_response.proto
    keel/edgeprobe/v1/wrong_undecided.proto
  DEPENDS keel_proto_shared)
add_library(keel_edge_probe INTERFACE)
target_link_libraries(keel_edge_probe INTERFACE keel_proto_edge_probe keel_command)
