# Journal and read store in PostgreSQL, projected and rebuilt by hand.
add_library(keel_test_replay_world STATIC replay_world.cpp)
target_link_libraries(keel_test_replay_world PUBLIC keel_replay keel_test_history keel_test_read_store)
