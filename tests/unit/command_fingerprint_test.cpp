#include "command/fingerprint.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "keel/edgeprobe/v1/probe.pb.h"

namespace keel::command {
namespace {

using edgeprobe::v1::NoteRequest;

NoteRequest note() {
  NoteRequest note;
  note.set_probe_id("p-1");
  note.set_request_id("01890a5d-ac96-774b-bcce-b302099a8057");
  note.set_text("hello");
  note.add_tags("a");
  note.mutable_inner()->set_label("in");
  note.set_amount(3);
  return note;
}

std::string canonical(NoteRequest note) {
  drop_unknown_fields(note);
  return canonical_bytes(note, NoteRequest::descriptor()->FindFieldByNumber(2));
}

journal::Fingerprint of(const NoteRequest& note) { return fingerprint_of("me", "Service/Note", canonical(note)); }

NoteRequest parsed(const std::string& bytes) {
  NoteRequest note;
  EXPECT_TRUE(note.ParseFromString(bytes));
  return note;
}

std::string hex(const journal::Fingerprint& fingerprint) {
  std::string text;
  for (const auto byte : fingerprint) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

/// Stored receipts rest on it for their whole retention. The value is Python's hashlib's over the same bytes.
TEST(Fingerprint, IsPinned) {
  EXPECT_EQ(hex(fingerprint_of("me", "S/M", "abc")),
            "6bca7ff7de78dd5e3fc9633a8ba3e4d9b203503897a9306cad43237a1554a48a");
}

TEST(Fingerprint, DoesNotDependOnTheRequestId) {
  NoteRequest other = note();
  other.set_request_id("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d");
  EXPECT_EQ(of(other), of(note()));
}

TEST(Fingerprint, DoesNotDependOnTheOrderOfFieldsOnTheWire) {
  NoteRequest first;
  first.set_text("hello");
  NoteRequest second;
  second.set_probe_id("p-1");
  const std::string forwards = first.SerializeAsString() + second.SerializeAsString();
  const std::string backwards = second.SerializeAsString() + first.SerializeAsString();
  ASSERT_NE(forwards, backwards);
  EXPECT_EQ(of(parsed(forwards)), of(parsed(backwards)));
}

TEST(Fingerprint, DoesNotDependOnUnknownFieldsAtAnyDepth) {
  const std::string unknown_field = "\xBA\x3E\x03xyz";  // number 999, length 3
  EXPECT_EQ(of(parsed(note().SerializeAsString() + unknown_field)), of(note()));
  NoteRequest deep = note();
  ASSERT_TRUE(deep.mutable_inner()->MergeFromString(unknown_field));
  EXPECT_EQ(of(deep), of(note()));
  NoteRequest deeper = note();
  deeper.mutable_inner()->add_inners();
  NoteRequest deeper_unknown = deeper;
  ASSERT_TRUE(deeper_unknown.mutable_inner()->mutable_inners(0)->MergeFromString(unknown_field));
  EXPECT_EQ(of(deeper_unknown), of(deeper));
}

TEST(Fingerprint, DependsOnEveryOtherFieldOfTheCommand) {
  std::set<journal::Fingerprint> seen = {of(note())};
  const auto changed = [&](auto change) {
    NoteRequest other = note();
    change(other);
    return seen.insert(of(other)).second;
  };
  EXPECT_TRUE(changed([](auto& n) { n.set_probe_id("p-2"); }));
  EXPECT_TRUE(changed([](auto& n) { n.set_expected_version(0); }));
  EXPECT_TRUE(changed([](auto& n) { n.set_expected_version(1); }));
  EXPECT_TRUE(changed([](auto& n) { n.set_validate_only(true); }));
  EXPECT_TRUE(changed([](auto& n) { n.set_text("hello "); }));
  EXPECT_TRUE(changed([](auto& n) { n.add_tags("a"); }));
  EXPECT_TRUE(changed([](auto& n) { n.clear_tags(); }));
  EXPECT_TRUE(changed([](auto& n) { n.mutable_inner()->set_label("out"); }));
  EXPECT_TRUE(changed([](auto& n) { n.clear_inner(); }));
  EXPECT_TRUE(changed([](auto& n) { n.set_amount(4); }));
}

TEST(Fingerprint, DependsOnCallerAndMethod) {
  const std::string bytes = canonical(note());
  EXPECT_NE(fingerprint_of("me", "S/A", bytes), fingerprint_of("you", "S/A", bytes));
  EXPECT_NE(fingerprint_of("me", "S/A", bytes), fingerprint_of("me", "S/B", bytes));
}

TEST(Fingerprint, NeverLetsItsPartsRunIntoOneAnother) {
  EXPECT_NE(fingerprint_of("ab", "c", "d"), fingerprint_of("a", "bc", "d"));
  EXPECT_NE(fingerprint_of("a", "bc", "d"), fingerprint_of("a", "b", "cd"));
  EXPECT_NE(fingerprint_of("", "", "x"), fingerprint_of("x", "", ""));
}

TEST(CanonicalBytes, LeaveTheCommandAsItWas) {
  NoteRequest command = note();
  canonical_bytes(command, NoteRequest::descriptor()->FindFieldByNumber(2));
  EXPECT_EQ(command.SerializeAsString(), note().SerializeAsString());
}

}  // namespace
}  // namespace keel::command
