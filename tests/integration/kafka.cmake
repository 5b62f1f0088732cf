keel_test(kafka_clients_kafka_test
  SOURCES kafka_clients_kafka_test.cpp
  DEPENDS keel_kafka
  LABELS integration kafka)
