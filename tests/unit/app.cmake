keel_test(configuration_test SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/configuration_test.cpp
  DEPENDS keel_configuration LABELS unit)
keel_test(replay_command_test SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/replay_command_test.cpp DEPENDS keel_app LABELS unit)
keel_test(projection_tree_test SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/projection_tree_test.cpp DEPENDS keel_app LABELS unit)
