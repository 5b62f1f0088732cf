function(keel_e2e_test name)
  keel_test(${name} SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp DEPENDS keel_test_system ${ARGN} LABELS e2e pg
    TIMEOUT 600)
  add_dependencies(${name} keel keel_of_counters keel_of_forgetful_counters)
  set_property(TEST ${name} PROPERTY RUN_SERIAL ON)
endfunction()

keel_e2e_test(crash_e2e_test)
keel_e2e_test(evolution_e2e_test keel_testing_context)
keel_e2e_test(independence_e2e_test)
keel_e2e_test(new_context_e2e_test keel_testing_context)
keel_e2e_test(ownership_e2e_test)
keel_e2e_test(startup_e2e_test)
keel_e2e_test(tampered_topic_e2e_test keel_kafka keel_test_kafka)
