keel_test(command_integration_test
  SOURCES command_edge_test.cpp command_race_test.cpp
  DEPENDS keel_command keel_edge_probe keel_raw_client
  LABELS integration)
