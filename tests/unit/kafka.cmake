keel_test(kafka_event_message_test
  SOURCES kafka_event_message_test.cpp
  DEPENDS keel_kafka
  LABELS unit)
keel_test(publishing_test
  SOURCES publishing_lane_test.cpp publishing_test.cpp
  DEPENDS keel_runners
  LABELS unit)
keel_test(reacting_test
  SOURCES
    internal_command_test.cpp
    reacting_answers_test.cpp
    reacting_ends_test.cpp
    reacting_place_test.cpp
    reacting_sends_test.cpp
    reacting_timers_test.cpp
    timing_test.cpp
  DEPENDS keel_runners keel_testing_context
  LABELS unit)
