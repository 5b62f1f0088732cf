#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

namespace keel::replay {

/// A message as people and programs read it: protobuf's JSON on one line, fields named as in the proto file, numbers
/// and texts shown even when they are zero or empty. 64-bit numbers are strings, as protobuf's JSON has them.
std::string json_of(const google::protobuf::Message& message);

/// One field that differs between two states.
struct FieldChange {
  enum class Kind { added, removed, changed };
  /// Names as in the proto file, with places in lists and keys of maps: `steps[2].done`, `lines["a"].quantity`.
  std::string path;
  Kind kind = Kind::changed;
  /// JSON; `before` is empty when added, `after` when removed.
  std::string before;
  std::string after;
  friend bool operator==(const FieldChange&, const FieldChange&) = default;
};
std::string_view name_of(FieldChange::Kind kind);

/// What it takes to get from one message to the other of the same type, in field order. A field that is not set equals
/// its default. Lists are compared by their longest common run and maps by their keys, so that an element taken out of
/// the middle is one difference.
std::vector<FieldChange> differences(const google::protobuf::Message& before, const google::protobuf::Message& after);

}  // namespace keel::replay
