#include "command/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "keel/type/v1/event_metadata.pb.h"
#include "ops/error_status.hpp"
#include "support/edge_probe/probe.hpp"

namespace keel::command {
namespace {

using edgeprobe::Probe;
using edgeprobe::v1::NoteRequest;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr Timestamp now = Timestamp(seconds(1'769'860'800));
const std::string good_traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const Method& note_method() {
  static ops::Metrics metrics;
  static const auto found = find_methods({&domain::kind_of<Probe>()}, metrics);
  return *found.begin()->second.front();
}

/// A request that is right; tests spoil it.
struct Asked {
  NoteRequest note;
  std::string extra_bytes;
  Envelope envelope{now + seconds(5), {}, {}, {}};
  EdgeOptions options;

  Asked() {
    note.set_probe_id("p-1");
    note.set_request_id(make_uuid_v7(now).text());
    note.set_text("hello");
  }

  std::variant<actors::Call, grpc::Status> read() const {
    return read_request(note_method(), note.SerializeAsString() + extra_bytes, envelope, options, now);
  }
};

actors::Call accepted(const Asked& asked) {
  auto read = asked.read();
  if (const auto* const status = std::get_if<grpc::Status>(&read)) ADD_FAILURE() << status->error_message();
  return std::get<actors::Call>(std::move(read));
}

ops::ErrorDetail refused(const Asked& asked) {
  const auto read = asked.read();
  const auto* const status = std::get_if<grpc::Status>(&read);
  if (status == nullptr) {
    ADD_FAILURE() << "was taken";
    return {};
  }
  EXPECT_EQ(status->error_code(), grpc::INVALID_ARGUMENT);
  const auto detail = ops::detail_of(*status);
  EXPECT_TRUE(detail);
  EXPECT_EQ(detail->domain, "keel");
  return *detail;
}

std::string id_made_at(Timestamp at) { return make_uuid_v7(at).text(); }

struct Bad {
  std::string name;
  std::function<void(Asked&)> spoil;
  std::string reason;
  /// The only field that is blamed; empty: none.
  std::string field;
};

const std::string zero = std::string("a\0b", 3);

std::vector<Bad> everything_bad() {
  return {
      {"garbage", [](Asked& a) { a.extra_bytes = "\xFF\xFF\xFF"; }, "REQUEST_MALFORMED", ""},
      {"field number 0", [](Asked& a) { a.extra_bytes = std::string("\x02\x01x", 3); }, "REQUEST_MALFORMED", ""},
      {"cut short", [](Asked& a) { a.extra_bytes = "\x2A\x05xy"; }, "REQUEST_MALFORMED", ""},
      {"wrong wire type", [](Asked& a) { a.extra_bytes = "\x0F"; }, "REQUEST_MALFORMED", ""},
      {"text that is no UTF-8", [](Asked& a) { a.extra_bytes = "\x2A\x02\xC3("; }, "REQUEST_MALFORMED", ""},
      {"overlong UTF-8", [](Asked& a) { a.extra_bytes = "\x2A\x02\xC0\x80"; }, "REQUEST_MALFORMED", ""},
      {"surrogate in UTF-8", [](Asked& a) { a.extra_bytes = "\x2A\x03\xED\xA0\x80"; }, "REQUEST_MALFORMED", ""},
      {"id that is no UTF-8", [](Asked& a) { a.extra_bytes = "\x0A\x01\xFF"; }, "REQUEST_MALFORMED", ""},
      {"tag that is no UTF-8", [](Asked& a) { a.extra_bytes = "\x32\x01\xFF"; }, "REQUEST_MALFORMED", ""},
      {"deep text that is no UTF-8", [](Asked& a) { a.extra_bytes = "\x3A\x03\x0A\x01\xFF"; }, "REQUEST_MALFORMED", ""},

      {"no deadline", [](Asked& a) { a.envelope.deadline.reset(); }, "DEADLINE_REQUIRED", ""},

      {"no id", [](Asked& a) { a.note.clear_probe_id(); }, "FIELD_INVALID", "probe_id"},
      {"id of 129 bytes", [](Asked& a) { a.note.set_probe_id(std::string(129, 'x')); }, "FIELD_INVALID", "probe_id"},
      {"id of 129 bytes in 65 characters",
       [](Asked& a) {
         std::string id = "x";
         for (int i = 0; i < 64; ++i) id += "é";
         a.note.set_probe_id(id);
       },
       "FIELD_INVALID", "probe_id"},
      {"id with zero byte", [](Asked& a) { a.note.set_probe_id(zero); }, "FIELD_INVALID", "probe_id"},
      {"id that is one zero byte", [](Asked& a) { a.note.set_probe_id(std::string(1, '\0')); }, "FIELD_INVALID",
       "probe_id"},

      {"no request id", [](Asked& a) { a.note.clear_request_id(); }, "FIELD_INVALID", "request_id"},
      {"request id that is none", [](Asked& a) { a.note.set_request_id("1"); }, "FIELD_INVALID", "request_id"},
      {"request id without dashes", [](Asked& a) { a.note.set_request_id("9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"); },
       "FIELD_INVALID", "request_id"},
      {"request id in braces", [](Asked& a) { a.note.set_request_id("{9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d}"); },
       "FIELD_INVALID", "request_id"},
      {"request id with a blank", [](Asked& a) { a.note.set_request_id("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d "); },
       "FIELD_INVALID", "request_id"},
      {"request id with a letter too far",
       [](Asked& a) { a.note.set_request_id("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6g"); }, "FIELD_INVALID", "request_id"},
      {"nil request id", [](Asked& a) { a.note.set_request_id("00000000-0000-0000-0000-000000000000"); },
       "FIELD_INVALID", "request_id"},
      {"request id of version 1", [](Asked& a) { a.note.set_request_id("9b1deb4d-3b7d-1bad-9bdd-2b0d7b3dcb6d"); },
       "FIELD_INVALID", "request_id"},
      {"request id of version 3", [](Asked& a) { a.note.set_request_id("9b1deb4d-3b7d-3bad-9bdd-2b0d7b3dcb6d"); },
       "FIELD_INVALID", "request_id"},
      {"request id of version 5, which is ours",
       [](Asked& a) { a.note.set_request_id("9b1deb4d-3b7d-5bad-9bdd-2b0d7b3dcb6d"); }, "FIELD_INVALID", "request_id"},
      {"request id of version 6", [](Asked& a) { a.note.set_request_id("9b1deb4d-3b7d-6bad-9bdd-2b0d7b3dcb6d"); },
       "FIELD_INVALID", "request_id"},
      {"request id of version 8", [](Asked& a) { a.note.set_request_id("9b1deb4d-3b7d-8bad-9bdd-2b0d7b3dcb6d"); },
       "FIELD_INVALID", "request_id"},
      {"request id of another variant", [](Asked& a) { a.note.set_request_id("9b1deb4d-3b7d-4bad-1bdd-2b0d7b3dcb6d"); },
       "FIELD_INVALID", "request_id"},
      {"request id from more than 5 min ahead",
       [](Asked& a) { a.note.set_request_id(id_made_at(now + minutes(5) + milliseconds(1))); }, "REQUEST_ID_IN_FUTURE",
       "request_id"},
      {"request id from the far future",
       [](Asked& a) { a.note.set_request_id("ffffffff-ffff-7fff-bfff-ffffffffffff"); }, "REQUEST_ID_IN_FUTURE",
       "request_id"},
      {"request id older than R - 5 min",
       [](Asked& a) { a.note.set_request_id(id_made_at(now - hours(24 * 7) + minutes(5) - milliseconds(1))); },
       "REQUEST_ID_EXPIRED", "request_id"},
      {"request id from 1970", [](Asked& a) { a.note.set_request_id("00000000-0000-7000-8000-000000000000"); },
       "REQUEST_ID_EXPIRED", "request_id"},
      {"request id older than a shorter retention",
       [](Asked& a) {
         a.options.retention = hours(1);
         a.note.set_request_id(id_made_at(now - minutes(56)));
       },
       "REQUEST_ID_EXPIRED", "request_id"},

      {"expected version -1", [](Asked& a) { a.note.set_expected_version(-1); }, "FIELD_INVALID", "expected_version"},
      {"least expected version",
       [](Asked& a) { a.note.set_expected_version(std::numeric_limits<std::int64_t>::min()); }, "FIELD_INVALID",
       "expected_version"},

      {"zero byte in a text", [](Asked& a) { a.note.set_text(zero); }, "FIELD_INVALID", "text"},
      {"zero byte in a repeated text", [](Asked& a) { a.note.add_tags("ok"), a.note.add_tags(zero); }, "FIELD_INVALID",
       "tags[1]"},
      {"zero byte further down", [](Asked& a) { a.note.mutable_inner()->set_label(zero); }, "FIELD_INVALID",
       "inner.label"},
      {"zero byte far down",
       [](Asked& a) {
         a.note.mutable_inner()->add_inners();
         a.note.mutable_inner()->add_inners()->set_label(zero);
       },
       "FIELD_INVALID", "inner.inners[1].label"},

      {"what the command's own shape forbids", [](Asked& a) { a.note.set_text("bad"); }, "FIELD_INVALID", "text"},
      {"negative amount", [](Asked& a) { a.note.set_amount(-1); }, "FIELD_INVALID", "amount"},

      {"empty caller", [](Asked& a) { a.envelope.callers = {""}; }, "FIELD_INVALID", "keel-caller"},
      {"caller of 129 bytes",
       [](Asked& a) {
         static const std::string name(129, 'x');
         a.envelope.callers = {name};
       },
       "FIELD_INVALID", "keel-caller"},
      {"caller with a control character", [](Asked& a) { a.envelope.callers = {"a\nb"}; }, "FIELD_INVALID",
       "keel-caller"},
      {"caller that is no ASCII", [](Asked& a) { a.envelope.callers = {"caf\xC3\xA9"}; }, "FIELD_INVALID",
       "keel-caller"},
      {"two callers",
       [](Asked& a) {
         a.envelope.callers = {"a", "b"};
       },
       "FIELD_INVALID", "keel-caller"},
      {"our own name as caller", [](Asked& a) { a.envelope.callers = {"keel"}; }, "FIELD_INVALID", "keel-caller"},
      {"no authenticated name where one is needed",
       [](Asked& a) {
         a.options.authenticated_callers = true;
         a.envelope.callers = {"me"};
       },
       "FIELD_INVALID", "certificate"},
  };
}

TEST(ReadRequest, RefusesEveryBadInputByItsReasonAndField) {
  ASSERT_GE(everything_bad().size(), 45u);
  for (const Bad& bad : everything_bad()) {
    SCOPED_TRACE(bad.name);
    Asked asked;
    bad.spoil(asked);
    const auto detail = refused(asked);
    EXPECT_EQ(detail.reason, bad.reason);
    ASSERT_EQ(detail.violations.size(), bad.field.empty() ? 0u : 1u);
    if (!bad.field.empty()) {
      EXPECT_EQ(detail.violations[0].field, bad.field);
    }
  }
}

TEST(ReadRequest, NamesAllThatIsWrongAtOnce) {
  Asked asked;
  asked.note.clear_probe_id();
  asked.note.set_request_id(id_made_at(now + hours(1)));
  asked.note.set_expected_version(-1);
  asked.note.set_text(zero);
  asked.note.set_amount(-1);
  asked.envelope.callers = {""};
  const auto detail = refused(asked);
  EXPECT_EQ(detail.reason, "FIELD_INVALID");
  std::vector<std::string> fields;
  for (const auto& violation : detail.violations) fields.push_back(violation.field);
  EXPECT_THAT(fields, testing::UnorderedElementsAre("probe_id", "request_id", "expected_version", "text", "amount",
                                                    "keel-caller"));
}

TEST(ReadRequest, NamesBadFieldsBesideAMissingDeadline) {
  Asked asked;
  asked.envelope.deadline.reset();
  asked.note.clear_probe_id();
  const auto detail = refused(asked);
  EXPECT_EQ(detail.reason, "DEADLINE_REQUIRED");
  EXPECT_EQ(detail.violations.at(0).field, "probe_id");
}

TEST(ReadRequest, MakesACallOfAGoodRequest) {
  Asked asked;
  asked.note.set_expected_version(0);
  asked.note.set_validate_only(true);
  const auto call = accepted(asked);
  EXPECT_EQ(call.kind, &domain::kind_of<Probe>());
  EXPECT_EQ(call.rule->descriptor, NoteRequest::descriptor());
  EXPECT_EQ(call.aggregate_id, "p-1");
  EXPECT_EQ(call.request_id.text(), asked.note.request_id());
  EXPECT_EQ(call.expected_version, Version{0});
  EXPECT_TRUE(call.validate_only);
  EXPECT_EQ(call.caller, "anonymous");
  EXPECT_EQ(call.deadline, now + seconds(5));
  EXPECT_EQ(call.stamp.now, now);
  EXPECT_EQ(call.stamp.fresh_id.version(), 7);
  EXPECT_EQ(call.command->SerializeAsString(), asked.note.SerializeAsString());
  EXPECT_FALSE(call.reply.pending());
}

TEST(ReadRequest, LeavesAnAbsentExpectedVersionAbsent) { EXPECT_FALSE(accepted(Asked()).expected_version); }

TEST(ReadRequest, TakesWhatIsJustInside) {
  Asked asked;
  asked.note.set_probe_id(std::string(128, 'x'));
  asked.note.set_request_id(id_made_at(now + minutes(5)));
  asked.note.set_expected_version(std::numeric_limits<std::int64_t>::max());
  accepted(asked);
  asked.note.set_request_id(id_made_at(now - hours(24 * 7) + minutes(5)));
  accepted(asked);
  asked.note.set_request_id("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d");
  accepted(asked);
}

TEST(ReadRequest, ReadsARequestIdInEitherCase) {
  Asked upper;
  upper.note.set_request_id("9B1DEB4D-3B7D-4BAD-9BDD-2B0D7B3DCB6D");
  Asked lower;
  lower.note.set_request_id("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d");
  EXPECT_EQ(accepted(upper).request_id, accepted(lower).request_id);
  EXPECT_EQ(accepted(upper).fingerprint, accepted(lower).fingerprint);
}

TEST(ReadRequest, TakesZeroBytesInBytes) {
  Asked asked;
  asked.note.mutable_inner()->set_raw(zero);
  accepted(asked);
}

TEST(ReadRequest, ForgetsFieldsThatItDoesNotKnow) {
  Asked plain;
  Asked extended = plain;
  extended.extra_bytes = "\xBA\x3E\x03xyz";
  EXPECT_EQ(accepted(extended).fingerprint, accepted(plain).fingerprint);
  EXPECT_EQ(accepted(extended).command->SerializeAsString(), plain.note.SerializeAsString());
}

TEST(ReadRequest, CapsADeadlineThatIsTooFarAway) {
  Asked asked;
  asked.envelope.deadline = now + hours(1);
  EXPECT_EQ(accepted(asked).deadline, now + seconds(30));
  asked.options.longest_deadline = seconds(2);
  EXPECT_EQ(accepted(asked).deadline, now + seconds(2));
}

TEST(ReadRequest, BelievesTheMetadataOnlyWithoutAuthentication) {
  Asked asked;
  asked.envelope.callers = {"shop"};
  EXPECT_EQ(accepted(asked).caller, "shop");
  asked.options.authenticated_callers = true;
  asked.envelope.authenticated = "CN=till";
  EXPECT_EQ(accepted(asked).caller, "CN=till");
}

TEST(ReadRequest, PutsTheCallerIntoTheFingerprint) {
  Asked asked;
  const auto anonymous = accepted(asked).fingerprint;
  asked.envelope.callers = {"shop"};
  EXPECT_NE(accepted(asked).fingerprint, anonymous);
}

TEST(ReadRequest, LaysMetadataBesideTheEvents) {
  Asked asked;
  asked.envelope.callers = {"shop"};
  asked.envelope.traceparents = {good_traceparent};
  type::v1::EventMetadata metadata;
  const auto call = accepted(asked);
  ASSERT_TRUE(metadata.ParseFromString(call.metadata));
  EXPECT_EQ(metadata.caller(), "shop");
  EXPECT_EQ(metadata.traceparent(), good_traceparent);
  EXPECT_EQ(metadata.request_id(), std::string(call.request_id.bytes.begin(), call.request_id.bytes.end()));
}

TEST(ReadRequest, DropsATraceparentThatIsNoneOrNotAlone) {
  for (const std::vector<std::string_view>& traceparents :
       {std::vector<std::string_view>{"nonsense"}, {good_traceparent, good_traceparent}}) {
    Asked asked;
    asked.envelope.traceparents = traceparents;
    type::v1::EventMetadata metadata;
    ASSERT_TRUE(metadata.ParseFromString(accepted(asked).metadata));
    EXPECT_EQ(metadata.traceparent(), "");
  }
}

TEST(ReadRequest, KeepsATraceparentOfALaterVersionAsVersionZero) {
  Asked asked;
  asked.envelope.traceparents = {"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings"};
  type::v1::EventMetadata metadata;
  ASSERT_TRUE(metadata.ParseFromString(accepted(asked).metadata));
  EXPECT_EQ(metadata.traceparent(), good_traceparent);
}

}  // namespace
}  // namespace keel::command
