keel_test(core_test
  SOURCES core_crash_point_test.cpp core_lane_test.cpp core_token_test.cpp core_traceparent_test.cpp core_uuid_test.cpp
  DEPENDS keel_core
  LABELS unit)
