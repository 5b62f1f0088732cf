function(keel_e2e_test name)
  keel_test(${name} SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp DEPENDS keel_test_system ${ARGN} LABELS e2e pg
    TIMEOUT 600)
  add_dependencies(${name} keel keel_of_counters keel_of_forgetful_counters keel_of_newer_counters)
  set_property(TEST ${name} PROPERTY RUN_SERIAL ON)
endfunction()

keel_e2e_test(bench_e2e_test nlohmann_json::nlohmann_json)
keel_e2e_test(crash_e2e_test)
keel_e2e_test(dashboard_e2e_test nlohmann_json::nlohmann_json)
keel_e2e_test(evolution_e2e_test keel_testing_context)
keel_e2e_test(independence_e2e_test)
keel_e2e_test(new_context_e2e_test keel_testing_context)
keel_e2e_test(outdated_e2e_test keel_testing_context)
keel_e2e_test(ownership_e2e_test)
keel_e2e_test(startup_e2e_test)
keel_e2e_test(stream_e2e_test keel_command_stream keel_ops)
keel_e2e_test(tampered_topic_e2e_test keel_kafka keel_test_kafka)
keel_e2e_test(replay_codes_e2e_test keel_test_history)
keel_e2e_test(replay_kills_e2e_test keel_test_history)
keel_e2e_test(replay_live_e2e_test)
keel_e2e_test(replay_silence_e2e_test)

# What `./dev setup browser` installs: Playwright (npm), Debian's Chromium.
keel_e2e_test(browser_e2e_test)
target_compile_definitions(browser_e2e_test PRIVATE
  KEEL_SOURCE_DIR="${PROJECT_SOURCE_DIR}" KEEL_BINARY_DIR="${CMAKE_BINARY_DIR}")
set_tests_properties(browser_e2e_test PROPERTIES TIMEOUT 1500 LABELS "e2e;pg;browser")
