# A real Apache Kafka for tests, run from the jars in $KEEL_KAFKA_HOME.
add_library(keel_test_kafka STATIC apache_kafka.cpp)
target_include_directories(keel_test_kafka PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(keel_test_kafka PUBLIC keel_flags keel_kafka keel_test_system)
