keel_test(replay_test
  SOURCES replay_check_test.cpp replay_history_test.cpp replay_parked_retry_test.cpp
  DEPENDS keel_replay keel_testing_read_model keel_test_history
  LABELS unit)
keel_test(replay_words_test SOURCES replay_words_test.cpp DEPENDS keel_app LABELS unit)
