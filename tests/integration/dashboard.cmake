keel_test(dashboard_http_test SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/dashboard_http_test.cpp
  DEPENDS keel_dashboard PkgConfig::httplib LABELS integration)
keel_test(dashboard_pg_test SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/dashboard_pg_test.cpp
  DEPENDS keel_dashboard keel_test_replay_world PkgConfig::httplib LABELS integration pg)
