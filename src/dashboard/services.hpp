#pragma once

#include "dashboard/directory.hpp"
#include "dashboard/event_hub.hpp"
#include "dashboard/gatherer.hpp"
#include "dashboard/parts.hpp"
#include "dashboard/process_client.hpp"
#include "dashboard/refused_actions.hpp"
#include "dashboard/series.hpp"
#include "dashboard/sessions.hpp"
#include "dashboard/stores.hpp"
#include "dashboard/works.hpp"

namespace keel::dashboard {

/// What the routes work with; everything of one dashboard. Any thread.
struct Services {
  const DashboardParts& parts;
  const bool actions;
  const Payloads payloads;
  Sessions& sessions;
  Directory& directory;
  ProcessClients& clients;
  Stores& stores;
  Works& works;
  RefusedActions& refused_actions;
  EventHub& hub;
  Series& series;
  Gatherer& gatherer;
};

/// The projection that the path names; NOT_FOUND/PROJECTION_NOT_FOUND.
Outcome<const query::Projection*> projection_named(const Services& services, const std::string& name);

/// A process of the latest look.
struct FoundProcess {
  std::shared_ptr<const Sample> sample;
  const ProcessSample* process = nullptr;
};
/// INVALID_ARGUMENT when it is no UUID; NOT_FOUND/PROCESS_NOT_FOUND.
Outcome<FoundProcess> process_named(const Services& services, std::string_view id);
/// Whom to ask; UNAVAILABLE/PROCESS_GONE for one that is not there any more or has no gRPC address.
Outcome<std::shared_ptr<const ProcessClient>> client_of(const Services& services, const ProcessSample& process);

}  // namespace keel::dashboard
