keel_test(dashboard_unit_test
  SOURCES
    ${CMAKE_CURRENT_SOURCE_DIR}/dashboard_event_hub_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/dashboard_masking_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/dashboard_parts_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/dashboard_refused_actions_test.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/dashboard_sessions_test.cpp
  DEPENDS keel_dashboard
  LABELS unit)
