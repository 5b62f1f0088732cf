#include "app/replay/projection_words.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "app/connections.hpp"

namespace keel::app {

std::vector<query::Projection> declared_projections(const CommandCall& call) {
  std::vector<query::Projection> all;
  for (const auto& model : read_models_of(call.contexts())) {
    all.insert(all.end(), model.projections.begin(), model.projections.end());
  }
  return all;
}

std::optional<query::Projection> declared_projection(const CommandCall& call, const std::string& name) {
  const auto all = declared_projections(call);
  const auto found = std::ranges::find(all, name, &query::Projection::name);
  if (found != all.end()) return *found;
  std::string known;
  for (const auto& projection : all) known += (known.empty() ? "" : ", ") + projection.name;
  call.fail(Exit::not_found, "there is no projection '" + name + "'; there are " + known);
  return {};
}

std::string operator_name() {
  const passwd* user = getpwuid(getuid());
  std::array<char, 256> host{"localhost"};
  gethostname(host.data(), host.size() - 1);
  return (user != nullptr ? std::string(user->pw_name) : std::to_string(getuid())) + "@" + host.data();
}

replay::Deed deed_of(const CommandCall& call, std::string action, const std::string& projection,
                     std::optional<std::int64_t> generation) {
  replay::Deed deed;
  deed.who = operator_name();
  deed.action = std::move(action);
  deed.projection = projection;
  deed.generation = generation;
  deed.reason = call.reason();
  return deed;
}

Exit refused(const CommandCall& call, const std::variant<replay::Refused, Fault>& why) {
  if (const auto* fault = std::get_if<Fault>(&why)) return call.fail(*fault);
  const auto& refusal = std::get<replay::Refused>(why);
  switch (refusal.kind) {
    case replay::Refused::Kind::not_found:
      return call.fail(Exit::not_found, refusal.why);
    case replay::Refused::Kind::conflict:
      return call.fail(Exit::conflict, refusal.why);
  }
  return Exit::failed;
}

std::variant<std::unique_ptr<replay::ReadStore>, Exit> open_read_store(const CommandCall& call) {
  auto opened = replay::ReadStore::open(call.configuration().text("read.dsn"));
  if (!opened) return call.fail(opened.fault());
  return *std::move(opened);
}

Field moment(const std::optional<Timestamp>& at) {
  if (!at) return {};
  const std::time_t whole = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(*at));
  std::tm parts{};
  gmtime_r(&whole, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return std::string(text.data());
}

}  // namespace keel::app
