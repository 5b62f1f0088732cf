keel_test(postgres_session_pg_test
  SOURCES postgres_session_pg_test.cpp
  DEPENDS keel_test_read_store
  LABELS integration pg)
