keel_test(replay_test
  SOURCES
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_comparison_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_lane_rebuild_test.cpp
  DEPENDS keel_replay keel_test_history
  LABELS unit)
