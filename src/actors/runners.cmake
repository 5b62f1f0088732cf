# The loops that live beside a context's lanes: publisher, reactor, timers. They know no CAF.
keel_library(runners
  SOURCES
    command_courier.cpp
    derived_id.cpp
    held_lanes.cpp
    internal_command.cpp
    publishing.cpp
    publishing_lag.cpp
    publishing_lane.cpp
    reacting.cpp
    reacting_lane.cpp
    timing.cpp
    upkeep.cpp
  DEPENDS keel_domain keel_journal keel_kafka keel_ops keel_proto_shared
  PRIVATE OpenSSL::Crypto)
