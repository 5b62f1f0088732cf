keel_test(query_projection_store_pg_test
  SOURCES query_projection_store_pg_test.cpp
  DEPENDS keel_query keel_test_read_store
  LABELS contract pg)
keel_test(query_parking_pg_test
  SOURCES query_parking_pg_test.cpp
  DEPENDS keel_query keel_test_read_store
  LABELS contract pg)
