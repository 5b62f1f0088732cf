# A private PostgreSQL server for tests, thrown away with the test program.
add_library(keel_test_postgres STATIC postgres_cluster.cpp)
target_include_directories(keel_test_postgres PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(keel_test_postgres PUBLIC keel_flags keel_journal)
