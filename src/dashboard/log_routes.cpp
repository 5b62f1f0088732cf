#include <algorithm>
#include <array>

#include "dashboard/log_stream.hpp"
#include "dashboard/routes.hpp"

namespace keel::dashboard {
namespace {

constexpr std::int64_t max_backlog = 1'000;
constexpr std::array<std::string_view, 5> levels{"", "debug", "info", "warn", "error"};

}  // namespace

Reply follow_logs(Services& services, const Request& request) {
  const auto& level = request.parameter("level");
  if (std::ranges::find(levels, level) == levels.end()) {
    return bad_field("level", "must be debug, info, warn or error");
  }
  const auto backlog = number_of(request, "backlog", 100, 0, max_backlog);
  if (!backlog) return backlog.refusal();
  const auto found = process_named(services, request.path.at(1));
  if (!found) return found.refusal();
  const auto client = client_of(services, *found->process);
  if (!client) return client.refusal();
  auto place = services.hub.place();
  if (!place) return place.refusal();
  ops::v1::TailLogsRequest wanted;
  wanted.set_level(level);
  wanted.set_backlog(static_cast<std::int32_t>(*backlog));
  return Reply(std::shared_ptr<Stream>(std::make_shared<LogStream>(*client, wanted, services.hub, *std::move(place))));
}

}  // namespace keel::dashboard
