# The built binary as a user runs it, customers who never give up, and an audit of what is left.
add_library(keel_test_system STATIC cart_crowd.cpp journal_audit.cpp keel_system.cpp)
target_link_libraries(keel_test_system PUBLIC keel_test_process keel_test_postgres keel_domain keel_proto_contexts gRPC::grpc++)

# The testing context as a binary of its own: keel's engine over another list of contexts. As it was before its upcasters,
# and as it is after a change of its projection.
add_library(keel_testing_read_model STATIC testing_context/counters.cpp testing_context/counters_projection.cpp)
target_link_libraries(keel_testing_read_model PUBLIC keel_query keel_testing_context)
keel_program(keel_of_counters SOURCES testing_context/main.cpp DEPENDS keel_app keel_testing_read_model)
keel_program(keel_of_forgetful_counters SOURCES testing_context/forgetful_main.cpp
  DEPENDS keel_app keel_testing_read_model)
keel_program(keel_of_newer_counters SOURCES testing_context/newer_main.cpp DEPENDS keel_app keel_testing_read_model)
set_target_properties(keel_of_counters keel_of_forgetful_counters keel_of_newer_counters
  PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
