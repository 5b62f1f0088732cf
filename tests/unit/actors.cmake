keel_test(actors_live_aggregate_test
  SOURCES actors_live_aggregate_repeats_test.cpp actors_live_aggregate_test.cpp
  DEPENDS keel_actors keel_testing_context
  LABELS unit)
keel_test(actors_engine_test
  SOURCES
    actors_calls_test.cpp
    actors_life_test.cpp
    actors_operators_look_test.cpp
    actors_operators_test.cpp
    actors_operators_tree_test.cpp
    actors_ownership_test.cpp
    actors_supervision_test.cpp
  DEPENDS keel_actors keel_testing_context
  LABELS unit)
keel_test(actors_parts_test
  SOURCES actors_doorbell_test.cpp actors_parts_test.cpp actors_round_pace_test.cpp
  DEPENDS keel_actors keel_testing_context CAF::core
  LABELS unit)
