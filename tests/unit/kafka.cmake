keel_test(kafka_event_message_test
  SOURCES kafka_event_message_test.cpp
  DEPENDS keel_kafka
  LABELS unit)
keel_test(publishing_test
  SOURCES publishing_lane_test.cpp publishing_test.cpp
  DEPENDS keel_runners
  LABELS unit)
