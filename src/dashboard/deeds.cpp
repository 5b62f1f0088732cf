#include "dashboard/deeds.hpp"

#include <utility>

#include "ops/log.hpp"

namespace keel::dashboard {
namespace {

void tell(const replay::Deed& deed) {
  log::info("dashboard", deed.action,
            {{"who", deed.who},
             {"projection", deed.projection},
             {"target", deed.target},
             {"reason", deed.reason},
             {"result", deed.result}});
}

}  // namespace

Outcome<replay::Deed> deed_of(const Request& request, const Body& body, std::string action, std::string projection) {
  auto reason = body.reason();
  if (!reason) return reason.refusal();
  replay::Deed deed;
  deed.who = request.visitor.who;
  deed.action = std::move(action);
  deed.projection = std::move(projection);
  deed.reason = *std::move(reason);
  return deed;
}

Reply audited(Services& services, replay::Deed deed, const std::function<std::optional<Refusal>()>& act) {
  auto store = services.stores.read();
  if (!store) return refusal_of(store.fault());
  deed.result = "begun";
  if (const auto noted = (*store)->note(deed); !noted) return refusal_of(noted.fault());
  auto refusal = act();
  deed.result = refusal ? refusal->reason + ": " + refusal->message : "done";
  tell(deed);
  if (const auto noted = (*store)->note(deed); !noted) {
    log::error("dashboard", "the end of a deed could not be written down",
               {{"action", deed.action}, {"result", deed.result}, {"why", noted.fault().what}});
  }
  if (!refusal) return done(services);
  refusal->noted = true;
  return *refusal;
}

Reply done(Services& services) {
  services.gatherer.look_soon();
  return {};
}

}  // namespace keel::dashboard
