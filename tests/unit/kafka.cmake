keel_test(kafka_event_message_test
  SOURCES kafka_event_message_test.cpp
  DEPENDS keel_kafka
  LABELS unit)
