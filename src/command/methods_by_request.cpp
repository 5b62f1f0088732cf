#include "command/methods_by_request.hpp"

#include <stdexcept>

namespace keel::command {

void MethodsByRequest::add(const std::vector<std::unique_ptr<const Method>>& methods) {
  for (const auto& method : methods) {
    const std::string& request = method->rule->descriptor->full_name();
    if (methods_.emplace(request, method.get()).second) continue;
    throw std::logic_error(method->path + ": another rpc takes " + request + " already");
  }
}

const Method* MethodsByRequest::find(std::string_view type_url) const {
  const std::size_t slash = type_url.rfind('/');
  if (slash == std::string_view::npos) return nullptr;
  const auto found = methods_.find(type_url.substr(slash + 1));
  return found == methods_.end() ? nullptr : found->second;
}

}  // namespace keel::command
