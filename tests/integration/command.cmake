keel_test(command_integration_test
  SOURCES command_edge_test.cpp command_race_test.cpp
  DEPENDS keel_command keel_edge_probe keel_raw_client
  LABELS integration)
keel_test(command_stream_test
  SOURCES command_stream_test.cpp command_stream_ends_test.cpp command_stream_race_test.cpp
  DEPENDS keel_command keel_edge_probe keel_command_stream
  LABELS integration)
