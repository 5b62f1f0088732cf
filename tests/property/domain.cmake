keel_test(domain_property_test
  SOURCES
    domain_laws_test.cpp
    domain_market.cpp
    domain_random_messages.cpp
    domain_workflow_test.cpp
  DEPENDS keel_domain keel_given_when_then keel_testing_context rapidcheck
  TIMEOUT 300
  LABELS property)
