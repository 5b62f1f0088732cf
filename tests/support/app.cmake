# The built binary as a user runs it, customers who never give up, and an audit of what is left.
add_library(keel_test_system STATIC cart_crowd.cpp journal_audit.cpp keel_system.cpp process.cpp)
target_link_libraries(keel_test_system PUBLIC keel_test_postgres keel_domain keel_proto_contexts gRPC::grpc++)
