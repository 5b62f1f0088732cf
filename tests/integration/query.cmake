keel_test(query_projector_kafka_test
  SOURCES query_projector_kafka_test.cpp
  DEPENDS keel_test_query_world
  LABELS integration pg kafka
  TIMEOUT 300)
keel_test(query_server_kafka_test
  SOURCES query_server_kafka_test.cpp
  DEPENDS keel_test_query_world keel_raw_client
  LABELS integration pg kafka
  TIMEOUT 300)
