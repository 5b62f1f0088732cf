keel_test(writer_test
  SOURCES writer_round_test.cpp writer_diagnosis_test.cpp writer_doubt_test.cpp writer_answer_test.cpp
          writer_patience_test.cpp writer_fence_test.cpp writer_crash_test.cpp
  DEPENDS keel_journal
  LABELS unit)
keel_test(ownership_test SOURCES ownership_test.cpp DEPENDS keel_journal LABELS unit)
