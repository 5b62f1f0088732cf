#include "dashboard/refused_actions.hpp"

#include <limits>
#include <utility>

#include "dashboard/actor_target.hpp"
#include "ops/log.hpp"
#include "ops/utf8.hpp"

namespace keel::dashboard {
namespace {

constexpr std::size_t max_name_bytes = 256;

std::string name_in(const Body& body, std::string_view field) {
  const auto name = body.text(field, max_name_bytes, false);
  return name ? *name : std::string();
}

void append(std::string& names, const std::string& name) {
  if (!name.empty()) names += (names.empty() ? "" : " ") + name;
}

/// The words that the deeds themselves have: `actor crash`, `parked retry`, `log level`, `rebuild`.
std::string action_of(const Request& request, const Body* body) {
  const auto& last = request.path.back();
  if (last == "log-level") return "log level";
  if (request.path.front() == "parked") return "parked " + last;
  if (request.path.front() != "actors") return last;
  const std::string word = body == nullptr ? std::string() : name_in(*body, "action");
  return parse_action(word) ? "actor " + word : "actor control";
}

/// Where the path says which: the projection, the operation or the process.
void write_path(const Request& request, replay::Deed& deed) {
  if (request.path.size() != 3) return;
  const std::string which(ops::utf8_prefix(request.path[1], max_name_bytes));
  if (request.path.front() == "projections") deed.projection = which;
  if (request.path.front() == "processes") deed.target = which;
  if (request.path.front() != "operations") return;
  if (const auto id = number_of("operation", which, 1, std::numeric_limits<std::int64_t>::max())) deed.operation = *id;
}

replay::Deed asked_by_path(const Request& request, const Body* body) {
  replay::Deed deed;
  deed.who = request.visitor.who;
  deed.action = action_of(request, body);
  write_path(request, deed);
  return deed;
}

void write_body(const Body& body, replay::Deed& deed) {
  if (const auto reason = body.reason()) deed.reason = *reason;
  if (const auto generation = body.number("generation")) deed.generation = *generation;
  append(deed.projection, name_in(body, "projection"));
  for (const auto* field : {"process", "node", "context", "type", "aggregate_type", "id", "aggregate_id"}) {
    append(deed.target, name_in(body, field));
  }
}

}  // namespace

replay::Deed asked_for(const Request& request) {
  const auto body = Body::of(request);
  auto deed = asked_by_path(request, body ? &*body : nullptr);
  if (body) write_body(*body, deed);
  return deed;
}

RefusedActions::RefusedActions(WriteDown write_down, ops::Metrics& metrics, Options options)
    : write_down_(std::move(write_down)), metrics_(metrics), clock_(std::move(options.clock)), ration_(options.lines) {}

void RefusedActions::note(const Request& request, const Refusal& refusal, bool known) {
  // A stranger's body is not worth a look.
  auto deed = known ? asked_for(request) : asked_by_path(request, nullptr);
  log::warn("dashboard", "an action was refused",
            {{"who", deed.who},
             {"action", deed.action},
             {"projection", deed.projection},
             {"target", deed.target},
             {"err.reason", refusal.reason}});
  if (!known || refusal.status >= 500) return;
  const auto left_out = lines_left_out(deed.who);
  if (!left_out) return;
  deed.result = "refused: " + refusal.reason + ": " + refusal.message;
  if (*left_out > 0) deed.result += " (" + std::to_string(*left_out) + " refusals before it are not written down here)";
  if (const auto written = write_down_(deed); !written) {
    log::error("dashboard", "a refusal could not be written down", {{"why", written.fault().what}});
  }
}

void RefusedActions::count(const Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  auto [counter, is_new] = by_code_.try_emplace(refusal.code);
  if (is_new) {
    counter->second =
        metrics_.counter("keel_dashboard_refused_actions_total",
                         "Requests for an action that were refused, by gRPC's word.", {{"code", refusal.code}});
  }
  counter->second.add();
}

std::optional<std::uint64_t> RefusedActions::lines_left_out(const std::string& who) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_();
  if (ration_.spent(who, now)) {
    ++left_out_;
    return {};
  }
  ration_.take(who, now);
  return std::exchange(left_out_, 0);
}

}  // namespace keel::dashboard
