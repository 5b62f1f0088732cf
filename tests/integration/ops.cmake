keel_test(ops_integration_test
  SOURCES
    ops_grpc_server_test.cpp
    ops_library_logs_test.cpp
    ops_process_service_test.cpp
    ops_status_server_test.cpp
    ops_supervision_actors_test.cpp
    ops_supervision_service_test.cpp
  DEPENDS keel_ops keel_raw_client nlohmann_json::nlohmann_json
  LABELS integration)
keel_test(ops_presence_pg_test
  SOURCES ops_presence_pg_test.cpp
  DEPENDS keel_ops keel_test_read_store
  LABELS integration pg)
