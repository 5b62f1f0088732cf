keel_test(command_unit_test
  SOURCES
    command_fingerprint_test.cpp
    command_method_test.cpp
    command_request_test.cpp
    command_response_test.cpp
    command_status_test.cpp
    command_stream_parts_test.cpp
  DEPENDS keel_command keel_edge_probe
  LABELS unit)
