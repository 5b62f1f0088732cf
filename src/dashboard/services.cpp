#include "dashboard/services.hpp"

#include <utility>

namespace keel::dashboard {

Outcome<const query::Projection*> projection_named(const Services& services, const std::string& name) {
  const auto* found = find_projection(services.parts, name);
  if (found != nullptr) return found;
  return not_found("PROJECTION_NOT_FOUND", "this build has no projection of that name");
}

Outcome<FoundProcess> process_named(const Services& services, std::string_view id) {
  const auto parsed = parse_uuid(id);
  if (!parsed) return bad_field("process", "must be a process's id, a UUID");
  auto sample = services.gatherer.latest();
  if (!sample) return sample.refusal();
  const auto* found = (*sample)->process(*parsed);
  if (found != nullptr) return FoundProcess{*std::move(sample), found};
  return not_found("PROCESS_NOT_FOUND", "no such process is known");
}

Outcome<std::shared_ptr<const ProcessClient>> client_of(const Services& services, const ProcessSample& process) {
  const auto& address = process.seen.known.identity.grpc_address;
  if (process.seen.may_answer() && !address.empty()) return services.clients.at(address);
  return unavailable("PROCESS_GONE", "this process does not run any more, or serves no gRPC");
}

}  // namespace keel::dashboard
