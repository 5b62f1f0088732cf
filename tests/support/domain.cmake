# given<Cart>({…}).when(…).then(…): the words that every test of a rule is written in.
add_library(keel_given_when_then STATIC given_when_then.cpp)
target_include_directories(keel_given_when_then PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(keel_given_when_then PUBLIC keel_flags keel_domain GTest::gtest)

# A whole context that lives in tests/: it proves that adding one touches nothing in src/.
keel_proto(keel_proto_testing ROOT ${CMAKE_CURRENT_SOURCE_DIR}/testing_context/proto
  FILES
    keel/testing/v1/events.proto
    keel/testing/v1/state.proto
  SERVICES
    keel/testing/v1/commands.proto
    keel/testing/v1/queries.proto
  DEPENDS keel_proto_shared)
add_library(keel_testing_context STATIC testing_context/counter.cpp)
target_include_directories(keel_testing_context PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(keel_testing_context PUBLIC keel_flags keel_domain keel_proto_testing)
