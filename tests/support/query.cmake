# Histories told by commands, for tests of projections and queries.
add_library(keel_test_history STATIC history.cpp)
target_include_directories(keel_test_history PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(keel_test_history PUBLIC keel_flags keel_domain keel_journal keel_kafka)

# A read store in a test's PostgreSQL.
add_library(keel_test_read_store STATIC read_store.cpp)
target_link_libraries(keel_test_read_store PUBLIC keel_flags keel_query keel_test_postgres)

# Journal, read store, broker, projectors and query edge together.
add_library(keel_test_query_world STATIC query_world.cpp)
target_link_libraries(keel_test_query_world PUBLIC keel_test_history keel_test_process keel_test_read_store)
