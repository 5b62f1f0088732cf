keel_test(query_test
  SOURCES
    query_edge_test.cpp
    query_intake_pace_test.cpp
    query_lane_projector_faults_test.cpp
    query_lane_projector_follows_test.cpp
    query_lane_projector_parks_test.cpp
    query_lane_projector_seen_test.cpp
    query_lanes_together_test.cpp
    query_partition_follower_test.cpp
    query_projector_gathers_test.cpp
    query_projection_test.cpp
  DEPENDS keel_query keel_test_history keel_test_process
  LABELS unit)
keel_test(evolution_test
  SOURCES evolution_test.cpp
  DEPENDS keel_actors keel_testing_read_model keel_test_history
  LABELS unit)
