keel_test(replay_journal_pg_test
  SOURCES replay_journal_pg_test.cpp
  DEPENDS keel_replay keel_testing_context keel_test_postgres
  LABELS integration pg)
