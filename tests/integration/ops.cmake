keel_test(ops_integration_test
  SOURCES
    ops_grpc_server_test.cpp
    ops_library_logs_test.cpp
    ops_status_server_test.cpp
    ops_supervision_actors_test.cpp
    ops_supervision_service_test.cpp
  DEPENDS keel_ops keel_raw_client nlohmann_json::nlohmann_json
  LABELS integration)
