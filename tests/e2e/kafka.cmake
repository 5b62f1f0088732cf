keel_test(kafka_apache_e2e_test
  SOURCES kafka_apache_e2e_test.cpp
  DEPENDS keel_runners keel_test_kafka
  LABELS e2e kafka
  TIMEOUT 300)
