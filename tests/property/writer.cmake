keel_test(writer_property_test
  SOURCES writer_rivals_test.cpp writer_world.cpp
  DEPENDS keel_journal rapidcheck
  LABELS property)
# A game takes a fraction of a millisecond: play many.
set_property(TEST writer_property_test APPEND PROPERTY ENVIRONMENT "RC_PARAMS=max_success=5000 max_size=60")
