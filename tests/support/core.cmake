# Processes that a test starts, and waiting for what they bring about.
add_library(keel_test_process STATIC process.cpp)
target_include_directories(keel_test_process PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(keel_test_process PUBLIC keel_flags)
