#pragma once

#include <functional>
#include <optional>
#include <string>

#include "dashboard/exchange.hpp"
#include "dashboard/services.hpp"
#include "replay/operation.hpp"

namespace keel::dashboard {

/// A deed of this visitor, for the audit; the body's reason is looked at.
Outcome<replay::Deed> deed_of(const Request& request, const Body& body, std::string action,
                              std::string projection = {});

/// Does something that no transaction of the read store covers, with a line in the audit before it (`begun`) and after
/// it (`done`, or why not). What cannot be written down is not done: 503 from the store. The deed is logged, too.
Reply audited(Services& services, replay::Deed deed, const std::function<std::optional<Refusal>()>& act);

/// The answer of an action that went well: `{}`. The next look is made soon, so that everybody sees it.
Reply done(Services& services);

}  // namespace keel::dashboard
