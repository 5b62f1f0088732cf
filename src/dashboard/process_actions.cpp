#include <grpcpp/support/status.h>

#include "dashboard/actor_target.hpp"
#include "dashboard/deeds.hpp"
#include "dashboard/routes.hpp"

namespace keel::dashboard {
namespace {

namespace v1 = ops::v1;

constexpr std::size_t max_name_bytes = 256;

std::optional<Refusal> refused(const grpc::Status& status) {
  if (status.ok()) return {};
  return refusal_of(status);
}

Outcome<v1::ActorTarget> aggregate_of(const Body& body) {
  v1::ActorTarget target;
  const auto context = body.text("context", max_name_bytes);
  if (!context) return context.refusal();
  const auto type = body.text("type", max_name_bytes);
  if (!type) return type.refusal();
  const auto id = body.text("id", max_name_bytes);
  if (!id) return id.refusal();
  auto& aggregate = *target.mutable_aggregate();
  aggregate.set_context(*context);
  aggregate.set_aggregate_type(*type);
  aggregate.set_aggregate_id(*id);
  return target;
}

Outcome<v1::ActorTarget> target_of(const Body& body) {
  const auto node = body.number("node");
  if (!node) return node.refusal();
  if (!*node) return aggregate_of(body);
  if (**node <= 0) return bad_field("node", "must be a node's id");
  v1::ActorTarget target;
  target.set_node_id(static_cast<std::uint64_t>(**node));
  return target;
}

std::string name_of(const v1::ActorTarget& target, const ProcessSample& process) {
  const auto& identity = process.seen.known.identity;
  std::string name = identity.role + " " + identity.node + ": ";
  if (target.has_node_id()) return name + "node " + std::to_string(target.node_id());
  const auto& aggregate = target.aggregate();
  return name + aggregate.context() + " " + aggregate.aggregate_type() + "/" + aggregate.aggregate_id();
}

/// A process that is to be changed, and how it is asked.
struct Subject {
  FoundProcess found;
  std::shared_ptr<const ProcessClient> client;

  const ProcessSample& process() const { return *found.process; }
};

Outcome<Subject> subject_of(const Services& services, const std::string& id) {
  auto found = process_named(services, id);
  if (!found) return found.refusal();
  auto client = client_of(services, *found->process);
  if (!client) return client.refusal();
  // Else somebody else may listen where it did.
  if (!found->process->told) return unavailable("PROCESS_UNREACHABLE", "it did not answer: " + found->process->trouble);
  return Subject{*std::move(found), *std::move(client)};
}

std::string name_of(const Subject& subject) {
  const auto& identity = subject.process().seen.known.identity;
  return identity.role + " " + identity.node;
}

}  // namespace

Reply control_actor(Services& services, const Request& request) {
  const auto body = Body::of(request);
  if (!body) return body.refusal();
  const auto word = body->text("action", max_name_bytes);
  if (!word) return word.refusal();
  const auto action = parse_action(*word);
  if (!action) return bad_field("action", "must be restart, stop, crash or lift_quarantine");
  if (*action == v1::ACTOR_ACTION_CRASH && *request.visitor.role < Role::admin) {
    return denied("ROLE_TOO_LOW", "to crash needs the role admin");
  }
  auto deed = deed_of(request, *body, "actor " + *word);
  if (!deed) return deed.refusal();
  const auto target = target_of(*body);
  if (!target) return target.refusal();
  const auto process = body->text("process", max_name_bytes);
  if (!process) return process.refusal();
  const auto subject = subject_of(services, *process);
  if (!subject) return subject.refusal();
  deed->target = name_of(*target, subject->process());
  v1::ControlActorRequest control;
  *control.mutable_target() = *target;
  control.set_action(*action);
  control.set_reason(deed->reason);
  return audited(services, *deed, [&] { return refused(subject->client->control(control)); });
}

Reply set_log_level(Services& services, const Request& request) {
  const auto body = Body::of(request);
  if (!body) return body.refusal();
  const auto level = body->text("level", max_name_bytes);
  if (!level) return level.refusal();
  auto deed = deed_of(request, *body, "log level " + *level);
  if (!deed) return deed.refusal();
  const auto subject = subject_of(services, request.path.at(1));
  if (!subject) return subject.refusal();
  deed->target = name_of(*subject);
  v1::SetLogLevelRequest wanted;
  wanted.set_level(*level);
  wanted.set_reason(deed->reason);
  return audited(services, *deed, [&] { return refused(subject->client->set_log_level(wanted)); });
}

Reply drain_process(Services& services, const Request& request) {
  const auto body = Body::of(request);
  if (!body) return body.refusal();
  auto deed = deed_of(request, *body, "drain");
  if (!deed) return deed.refusal();
  const auto subject = subject_of(services, request.path.at(1));
  if (!subject) return subject.refusal();
  if (const auto refusal = body->confirmed(subject->process().seen.known.identity.node)) return *refusal;
  deed->target = name_of(*subject);
  v1::DrainProcessRequest wanted;
  wanted.set_reason(deed->reason);
  return audited(services, *deed, [&] { return refused(subject->client->drain(wanted)); });
}

}  // namespace keel::dashboard
