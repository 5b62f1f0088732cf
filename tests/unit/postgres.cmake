keel_test(postgres_test SOURCES postgres_test.cpp DEPENDS keel_postgres LABELS unit)
