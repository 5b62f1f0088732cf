keel_test(embedded_broker_kafka_test
  SOURCES embedded_broker_kafka_test.cpp
  DEPENDS keel_kafka
  LABELS integration kafka)
keel_test(kafka_clients_kafka_test
  SOURCES kafka_clients_kafka_test.cpp
  DEPENDS keel_kafka
  LABELS integration kafka)
keel_test(publishing_kafka_test
  SOURCES publishing_kafka_test.cpp
  DEPENDS keel_runners PkgConfig::rdkafka
  LABELS integration kafka)
