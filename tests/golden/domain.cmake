keel_test(domain_golden_test
  SOURCES domain_golden_test.cpp
  DEPENDS keel_domain keel_testing_context
  LABELS unit)
