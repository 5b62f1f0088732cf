keel_test(query_property_test
  SOURCES query_fold_test.cpp
  DEPENDS keel_query keel_test_history rapidcheck
  LABELS property)
