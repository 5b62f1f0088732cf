keel_test(replay_pg_test
  SOURCES
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_promotion_pg_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_rebuild_pg_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/replay_verify_pg_test.cpp
  DEPENDS keel_test_replay_world
  LABELS integration pg)
keel_test(replay_journal_pg_test
  SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/replay_journal_pg_test.cpp
  DEPENDS keel_replay keel_testing_context keel_test_postgres
  LABELS integration pg)
