keel_test(replay_test
  SOURCES
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_comparison_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_lane_rebuild_test.cpp
  DEPENDS keel_replay keel_test_history
  LABELS unit)
keel_test(replay_tools_test
  SOURCES
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_check_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_history_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_parked_retry_test.cpp
  DEPENDS keel_replay keel_testing_read_model keel_test_history
  LABELS unit)
keel_test(replay_words_test
  SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/replay_words_test.cpp
  DEPENDS keel_app
  LABELS unit)
