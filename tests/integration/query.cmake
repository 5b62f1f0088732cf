keel_test(query_projector_kafka_test
  SOURCES query_projector_kafka_test.cpp
  DEPENDS keel_test_query_world
  LABELS integration pg kafka
  TIMEOUT 300)
keel_test(query_server_kafka_test
  SOURCES
    query_server_generations_kafka_test.cpp
    query_server_pages_kafka_test.cpp
    query_server_reads_kafka_test.cpp
    query_server_refusals_kafka_test.cpp
    query_server_store_kafka_test.cpp
    query_server_watches_kafka_test.cpp
  DEPENDS keel_test_query_world keel_raw_client keel_replay
  LABELS integration pg kafka
  TIMEOUT 300)
keel_test(query_generations_pg_test
  SOURCES query_generations_pg_test.cpp
  DEPENDS keel_query keel_test_read_store
  LABELS integration pg)
