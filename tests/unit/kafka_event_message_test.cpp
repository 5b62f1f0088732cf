#include "kafka/event_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kafka/client.hpp"

namespace keel::kafka {
namespace {

using testing::HasSubstr;

const Uuid incarnation = *parse_uuid("0190a0b0-c0d0-7000-8000-000000000001");

EventMessage item_added() {
  EventMessage event;
  event.lane = Lane{3};
  event.position = Position{17};
  event.aggregate_type = "Cart";
  event.aggregate_id = "a/b c";
  event.version = Version{4};
  event.type = "keel.cart.v1.ItemAdded";
  event.payload = std::string_view("\x0a\x00z", 3);
  event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  event.recorded_at = Timestamp(std::chrono::microseconds(1'700'000'000'000'001));
  return event;
}

/// A message as the consumer hands it over, free to be spoiled.
struct Wire {
  explicit Wire(EventMessage event) : encoder("cart", incarnation) {
    const Outgoing out = encoder.encode(event);
    headers.assign(out.headers.begin(), out.headers.end());
    message = {"keel.cart.events.v1", event.lane.value, 99, out.key, out.value, headers};
  }
  Wire& set(std::string_view name, std::string_view value) {
    std::find_if(headers.begin(), headers.end(), [&](const Header& each) { return each.name == name; })->value = value;
    return *this;
  }
  Wire& drop(std::string_view name) {
    std::erase_if(headers, [&](const Header& each) { return each.name == name; });
    message.headers = headers;
    return *this;
  }
  EventEncoder encoder;
  std::vector<Header> headers;
  Message message;
};

std::string_view header(const Message& message, std::string_view name) {
  for (const auto& each : message.headers) {
    if (each.name == name) return each.value;
  }
  return "absent";
}

TEST(EventMessage, IsACloudEventInBinaryMode) {
  const Wire wire(item_added());
  EXPECT_EQ(wire.message.key, "Cart/a/b c");
  EXPECT_EQ(wire.message.value, std::string_view("\x0a\x00z", 3));
  EXPECT_EQ(header(wire.message, "content-type"), "application/protobuf");
  EXPECT_EQ(header(wire.message, "ce_specversion"), "1.0");
  EXPECT_EQ(header(wire.message, "ce_id"), "cart/3/17");
  EXPECT_EQ(header(wire.message, "ce_source"), "/keel/0190a0b0-c0d0-7000-8000-000000000001");
  EXPECT_EQ(header(wire.message, "ce_type"), "keel.cart.v1.ItemAdded");
  EXPECT_EQ(header(wire.message, "ce_subject"), "Cart/a/b c");
  EXPECT_EQ(header(wire.message, "ce_time"), "2023-11-14T22:13:20.000001Z");
  EXPECT_EQ(header(wire.message, "keel-position"), "17");
  EXPECT_EQ(header(wire.message, "keel-version"), "4");
  EXPECT_EQ(header(wire.message, "keel-incarnation"), "0190a0b0-c0d0-7000-8000-000000000001");
  EXPECT_EQ(header(wire.message, "traceparent"), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
}

TEST(EventMessage, ReadsBackWhatWasWritten) {
  const Wire wire(item_added());
  const auto read = decode_event(wire.message);
  ASSERT_TRUE(read) << read.fault().what;
  const EventMessage wrote = item_added();
  EXPECT_EQ(read->context, "cart");
  EXPECT_EQ(read->incarnation, incarnation);
  EXPECT_EQ(read->lane, wrote.lane);
  EXPECT_EQ(read->position, wrote.position);
  EXPECT_EQ(read->aggregate_type, wrote.aggregate_type);
  EXPECT_EQ(read->aggregate_id, wrote.aggregate_id);
  EXPECT_EQ(read->version, wrote.version);
  EXPECT_EQ(read->type, wrote.type);
  EXPECT_EQ(read->payload, wrote.payload);
  EXPECT_EQ(read->traceparent, wrote.traceparent);
  EXPECT_EQ(read->recorded_at, wrote.recorded_at);
}

TEST(EventMessage, HasNoTraceparentWhenTheCommandHadNone) {
  auto event = item_added();
  event.traceparent = {};
  const Wire wire(event);
  EXPECT_EQ(header(wire.message, "traceparent"), "absent");
  const auto read = decode_event(wire.message);
  ASSERT_TRUE(read) << read.fault().what;
  EXPECT_EQ(read->traceparent, "");
}

TEST(EventMessage, AnEventWithoutBytesIsAnEvent) {
  auto event = item_added();
  event.payload = {};
  EXPECT_TRUE(decode_event(Wire(event).message));
}

TEST(EventMessage, EncoderDoesNotLeakOneEventIntoTheNext) {
  EventEncoder encoder("cart", incarnation);
  encoder.encode(item_added());
  EventMessage second = item_added();
  second.position = Position{18};
  second.traceparent = {};
  second.aggregate_id = "x";
  const Outgoing out = encoder.encode(second);
  const Message message{"keel.cart.events.v1", 3, 1, out.key, out.value, out.headers};
  const auto read = decode_event(message);
  ASSERT_TRUE(read) << read.fault().what;
  EXPECT_EQ(read->position, Position{18});
  EXPECT_EQ(read->aggregate_id, "x");
  EXPECT_EQ(read->traceparent, "");
}

class MissingHeader : public testing::TestWithParam<const char*> {};

TEST_P(MissingHeader, IsRefusedByName) {
  Wire wire(item_added());
  const auto read = decode_event(wire.drop(GetParam()).message);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.fault().what, HasSubstr(GetParam()));
  EXPECT_THAT(read.fault().what, HasSubstr("keel.cart.events.v1/3@99"));
}

INSTANTIATE_TEST_SUITE_P(EventMessage, MissingHeader,
                         testing::Values("ce_specversion", "ce_id", "ce_type", "ce_subject", "ce_time", "keel-position",
                                         "keel-version", "keel-incarnation"));

struct Spoiled {
  const char* name;
  std::string_view value;
};

class SpoiledHeader : public testing::TestWithParam<Spoiled> {};

TEST_P(SpoiledHeader, IsRefusedByName) {
  Wire wire(item_added());
  const auto read = decode_event(wire.set(GetParam().name, GetParam().value).message);
  ASSERT_FALSE(read) << GetParam().value;
  EXPECT_THAT(read.fault().what, HasSubstr(GetParam().name));
}

INSTANTIATE_TEST_SUITE_P(
    EventMessage, SpoiledHeader,
    testing::Values(Spoiled{"keel-position", "0"}, Spoiled{"keel-position", "17x"}, Spoiled{"keel-position", ""},
                    Spoiled{"keel-position", "99999999999999999999"}, Spoiled{"keel-version", "-1"},
                    Spoiled{"keel-incarnation", "nonsense"}, Spoiled{"ce_specversion", "0.3"}, Spoiled{"ce_id", ""},
                    Spoiled{"ce_id", "cart"}, Spoiled{"ce_id", "cart/3"}, Spoiled{"ce_id", "/3/17"},
                    Spoiled{"ce_id", "cart/2/17"}, Spoiled{"ce_id", "cart/3/18"}, Spoiled{"ce_id", "cart/x/17"},
                    Spoiled{"ce_subject", "Cart"}, Spoiled{"ce_subject", "/a"}, Spoiled{"ce_subject", "Cart/"},
                    Spoiled{"ce_type", ""}, Spoiled{"ce_time", "yesterday"},
                    Spoiled{"ce_time", "2023-13-14T22:13:20.000001Z"},
                    Spoiled{"ce_time", "2023-11-14 22:13:20.000001Z"}));

TEST(EventMessage, WhoseKeyIsNotItsSubjectIsRefused) {
  Wire wire(item_added());
  wire.message.key = "Cart/other";
  const auto read = decode_event(wire.message);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.fault().what, HasSubstr("key"));
}

TEST(TopicName, IsMadeOfTheContext) { EXPECT_EQ(topic_of("cart"), "keel.cart.events.v1"); }

TEST(Brokers, WithoutTheFileSchemeAreTheAddresses) { EXPECT_EQ(*bootstrap_servers("a:1,b:2"), "a:1,b:2"); }

TEST(Brokers, TheEmbeddedOneIsNamedByItsFile) {
  EXPECT_TRUE(is_embedded("file:/run/keel/broker"));
  EXPECT_FALSE(is_embedded("a:1,b:2"));
}

}  // namespace
}  // namespace keel::kafka
