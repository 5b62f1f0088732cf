keel_test(ops_unit_test
  SOURCES
    ops_error_status_test.cpp
    ops_log_tail_test.cpp
    ops_log_test.cpp
    ops_metrics_test.cpp
    ops_past_tree_test.cpp
    ops_supervision_test.cpp
    ops_text_test.cpp
  DEPENDS keel_ops nlohmann_json::nlohmann_json
  LABELS unit)
