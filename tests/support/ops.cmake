# A gRPC client for any bytes to any method, certificates made on the spot.
add_library(keel_raw_client STATIC certificates.cpp raw_client.cpp)
target_include_directories(keel_raw_client PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(keel_raw_client PUBLIC keel_flags gRPC::grpc++ PRIVATE OpenSSL::Crypto)

# A client of keel.commands.v1, right or wrong.
add_library(keel_command_stream STATIC command_stream.cpp)
target_link_libraries(keel_command_stream PUBLIC keel_raw_client keel_proto_commands)
