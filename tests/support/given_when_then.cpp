#include "support/given_when_then.hpp"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

namespace keel::tests {
namespace {

using domain::Decision;
using domain::Message;
using google::protobuf::util::MessageDifferencer;

std::string describe(const Message& message) {
  return message.GetTypeName() + " { " + message.ShortDebugString() + " }";
}

std::string describe(const Decision& decision) {
  if (!decision.accepted()) return "refused: " + decision.refusal().reason + " (" + decision.refusal().message + ")";
  std::string text = "accepted:";
  for (const auto& event : decision.acceptance().events) text += "\n  " + describe(*event);
  return text;
}

bool same(const Message& left, const Message& right) {
  return left.GetDescriptor() == right.GetDescriptor() && MessageDifferencer::Equals(left, right);
}

bool same_events(const Decision& decision, std::initializer_list<AnyMessage> events) {
  if (!decision.accepted() || decision.acceptance().events.size() != events.size()) return false;
  auto made = decision.acceptance().events.begin();
  for (const auto& event : events) {
    if (!same(**made++, *event)) return false;
  }
  return true;
}

}  // namespace

domain::Stamp a_stamp() {
  const Timestamp now(std::chrono::seconds(1'700'000'000));
  return {now, *parse_uuid("018bcfe5-6800-7000-8000-00000000000a")};
}

Decided& Decided::then(std::initializer_list<AnyMessage> events) {
  EXPECT_NE(events.size(), 0U) << "say nothing_happens() when no event is expected";
  if (same_events(decision_, events)) return *this;
  std::string expected;
  for (const auto& event : events) expected += "\n  " + describe(*event);
  ADD_FAILURE() << "expected:" << expected << "\n" << describe(decision_);
  return *this;
}

Decided& Decided::refuses(std::string_view reason, const std::map<std::string, std::string>& metadata) {
  if (decision_.accepted() || decision_.refusal().reason != reason) {
    ADD_FAILURE() << "expected refusal: " << reason << "\n" << describe(decision_);
    return *this;
  }
  EXPECT_FALSE(decision_.refusal().message.empty()) << "a refusal has a text for people";
  for (const auto& [key, value] : metadata) {
    const auto found = decision_.refusal().metadata.find(key);
    EXPECT_TRUE(found != decision_.refusal().metadata.end() && found->second == value)
        << "metadata " << key << " must be " << value;
  }
  return *this;
}

Decided& Decided::nothing_happens() {
  if (!decision_.accepted() || !decision_.acceptance().events.empty()) {
    ADD_FAILURE() << "expected that nothing happens\n" << describe(decision_);
  }
  return *this;
}

Decided& Decided::replying(AnyMessage response) {
  const std::unique_ptr<Message> reply((*response).New());
  if (!decision_.accepted() || !reply->ParseFromString(decision_.acceptance().reply) || !same(*reply, *response)) {
    ADD_FAILURE() << "expected reply: " << describe(*response) << "\nmade: " << describe(*reply) << "\n"
                  << describe(decision_);
  }
  return *this;
}

std::string Decided::in_short() const {
  if (!decision_.accepted()) return decision_.refusal().reason;
  std::string text;
  for (const auto& event : decision_.acceptance().events) {
    text += (text.empty() ? "" : "+") + event->GetDescriptor()->name();
  }
  return text.empty() ? "-" : text;
}

Given::Given(const domain::AggregateKind& kind, std::initializer_list<AnyMessage> history)
    : kind_(kind), state_(kind.empty_state->New()) {
  for (const auto& event : history) {
    const bool remembered = kind_.apply(*state_, (*event).GetTypeName(), (*event).SerializeAsString());
    if (!remembered) ADD_FAILURE() << kind_.type << " knows no event " << describe(*event);
  }
}

Decided Given::when(const AnyMessage& command, const domain::Stamp& stamp) const {
  const auto* rule = kind_.command((*command).GetDescriptor());
  if (rule == nullptr) {
    ADD_FAILURE() << kind_.type << " takes no command " << describe(*command);
    return Decided(domain::refuse("", "the rule was not asked"));
  }
  return Decided(rule->decide(*state_, *command, stamp));
}

}  // namespace keel::tests
