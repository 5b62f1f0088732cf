keel_test(actors_threads_test
  SOURCES actors_threads_test.cpp
  DEPENDS keel_actors keel_testing_context
  LABELS integration)
keel_test(actors_postgres_pg_test
  SOURCES actors_postgres_pg_test.cpp
  DEPENDS keel_actors keel_testing_context keel_test_postgres
  LABELS integration pg
  TIMEOUT 300)
