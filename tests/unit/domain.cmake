keel_test(domain_test
  SOURCES
    domain_aggregate_test.cpp
    domain_cart_test.cpp
    domain_commands_test.cpp
    domain_given_when_then_test.cpp
    domain_purchase_reactor_test.cpp
    domain_purchase_test.cpp
    domain_shape_test.cpp
    domain_stock_test.cpp
  DEPENDS keel_domain keel_given_when_then keel_testing_context
  LABELS unit)
