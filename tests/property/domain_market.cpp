#include "property/domain_market.hpp"

#include <algorithm>
#include <stdexcept>

namespace keel::tests {
namespace {

using domain::AggregateKind;
using domain::Decision;
using domain::Message;

constexpr std::int32_t lanes = 2;

const AggregateKind& kind_for(const Message& command) {
  for (const auto* kind :
       {&domain::kind_of<cart::Cart>(), &domain::kind_of<inventory::Stock>(), &domain::kind_of<purchase::Purchase>()}) {
    if (kind->command(command.GetDescriptor()) != nullptr) return *kind;
  }
  throw std::logic_error("nobody takes " + command.GetTypeName());
}

std::string id_of(const Message& command) {
  return command.GetReflection()->GetString(command, command.GetDescriptor()->FindFieldByNumber(1));
}

}  // namespace

Decision Market::execute(const Message& command, const std::string& request_id) {
  const auto& kind = kind_for(command);
  const AggregateRef ref{std::string(kind.type), id_of(command)};
  const std::string place = ref.type + std::to_string(lane_of(ref.type, ref.id, lanes).value);
  if (receipts_.contains({place, request_id})) return Decision::events();

  const auto known = aggregates_.find(ref);
  const Message& state = known == aggregates_.end() ? *kind.empty_state : *known->second.state;
  domain::Stamp stamp{now_, Uuid{}};
  const auto hash = std::hash<std::string>{}(request_id);
  std::memcpy(stamp.fresh_id.bytes.data(), &hash, sizeof hash);
  auto decision = kind.command(command.GetDescriptor())->decide(state, command, stamp);
  if (!decision.accepted()) return decision;
  receipts_.insert({place, request_id});
  for (const auto& event : decision.acceptance().events) store(kind, ref, *event);
  return decision;
}

void Market::store(const AggregateKind& kind, const AggregateRef& ref, const Message& event) {
  auto& instance = aggregates_[ref];
  if (!instance.state) instance.state.reset(kind.empty_state->New());
  kind.apply(*instance.state, event.GetTypeName(), event.SerializeAsString());
  instance.version = instance.version.next();

  const Lane lane = lane_of(ref.type, ref.id, lanes);
  auto& stream = streams_[{std::string(kind.context), lane}];
  std::unique_ptr<Message> copy(event.New());
  copy->CopyFrom(event);
  const Position position{static_cast<std::int64_t>(stream.size()) + 1};
  stream.push_back({std::string(kind.context), lane, position, ref, instance.version, std::move(copy)});
  ++counts_[event.GetDescriptor()->name()];
}

std::vector<Market::StreamName> Market::streams_of(const std::vector<std::string_view>& contexts) const {
  std::vector<StreamName> names;
  for (const auto& context : contexts) {
    for (std::int32_t lane = 0; lane < lanes; ++lane) names.emplace_back(context, Lane{lane});
  }
  return names;
}

Workflow::Workflow(Market& market, const domain::Reactor& reactor) : market_(market), reactor_(reactor) {
  for (auto& name : market.streams_of(reactor.reads)) readers_.push_back({std::move(name), 0, {}});
}

void Workflow::follow(Reacting& reacting, domain::Reaction reaction) {
  for (auto& send : reaction.sends) reacting.pending.push_back(std::move(send));
  for (auto& timer : reaction.timers) reacting.timers.push_back(std::move(timer));
  for (auto& key : reaction.cancelled_timers) reacting.cancelled.push_back(std::move(key));
}

void Workflow::read_on(Reader& reader) {
  const auto& stream = market_.stream(reader.name);
  while (reader.window.size() < widest && reader.checkpoint + reader.window.size() < stream.size()) {
    const auto& record = stream[reader.checkpoint + reader.window.size()];
    Reacting reacting;
    reacting.id =
        record.context + "/" + std::to_string(record.lane.value) + "/" + std::to_string(record.position.value);
    follow(reacting, reactor_.react({record.context, record.lane, record.position, record.aggregate, record.version,
                                     Timestamp{}, *record.event}));
    reader.window.push_back(std::move(reacting));
  }
}

/// Moves the checkpoint over what is done, with its timers.
void Workflow::settle(Reader& reader) {
  while (!reader.window.empty() && reader.window.front().pending.empty()) {
    for (auto& timer : reader.window.front().timers) timers_[timer.key] = {timer.due_at, std::move(timer.command)};
    for (const auto& key : reader.window.front().cancelled) timers_.erase(key);
    reader.window.erase(reader.window.begin());
    ++reader.checkpoint;
  }
}

bool Workflow::step(std::uint64_t choice) {
  std::vector<std::pair<Reader*, Reacting*>> busy;
  for (auto& reader : readers_) {
    do {
      read_on(reader);
      settle(reader);
    } while (reader.window.empty() && reader.checkpoint < market_.stream(reader.name).size());
    for (auto& reacting : reader.window) {
      if (!reacting.pending.empty()) busy.emplace_back(&reader, &reacting);
    }
  }
  if (busy.empty()) return false;
  auto& [reader, reacting] = busy[choice % busy.size()];
  const std::size_t which = choice / 64 % reacting->pending.size();
  const auto& send = reacting->pending[which];
  const auto decision = market_.execute(*send.command, reacting->id + "/" + send.step);
  const bool answer_is_lost = choice / 4096 % 8 == 0;
  if (answer_is_lost) return true;

  domain::Answered answer{decision.accepted(), "", ""};
  if (!decision.accepted()) answer.reason = decision.refusal().reason;
  domain::Reaction next = send.then ? send.then(answer) : domain::Reaction{};
  reacting->pending.erase(reacting->pending.begin() + static_cast<std::ptrdiff_t>(which));
  follow(*reacting, std::move(next));
  settle(*reader);
  return true;
}

void Workflow::fire_timer(std::uint64_t choice, bool forget) {
  if (timers_.empty()) return;
  const auto timer = std::next(timers_.begin(), static_cast<std::ptrdiff_t>(choice % timers_.size()));
  const std::string id = timer->first + "@" + std::to_string(timer->second.due_at.time_since_epoch().count());
  const auto decision = market_.execute(*timer->second.command, id);
  if (forget) return;
  if (decision.accepted() || decision.refusal().reason != "NOT_YET_DUE") {
    timers_.erase(timer);
    return;
  }
  timer->second.due_at = Timestamp(std::chrono::microseconds(std::stoll(decision.refusal().metadata.at("due_at"))));
}

Timestamp Workflow::first_timer() const {
  const auto first = std::min_element(timers_.begin(), timers_.end(), [](const auto& left, const auto& right) {
    return left.second.due_at < right.second.due_at;
  });
  return first == timers_.end() ? Timestamp::max() : first->second.due_at;
}

void Workflow::crash() {
  for (auto& reader : readers_) reader.window.clear();
}

}  // namespace keel::tests
