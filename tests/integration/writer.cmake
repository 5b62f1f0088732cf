keel_test(writer_rivals_pg_test
  SOURCES writer_rivals_pg_test.cpp writer_rivals.cpp
  DEPENDS keel_journal keel_test_postgres
  LABELS integration pg
  TIMEOUT 600)
keel_test(ownership_pg_test SOURCES ownership_pg_test.cpp DEPENDS keel_journal keel_test_postgres LABELS integration pg)
