#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

#include "dashboard/json.hpp"
#include "dashboard/parts.hpp"
#include "replay/state_difference.hpp"

namespace keel::dashboard {

/// What stands for a value that is not shown.
inline constexpr std::string_view masked = "***";

/// A message in protobuf's JSON, every value masked; names of fields stay. Keys of maps are values, too: they become
/// `***1`, `***2` …
Json mask(const Json& message, const google::protobuf::Descriptor& type);

/// The message as far as it may be shown; null when it may not at all.
Json shown(const std::string& json, const google::protobuf::Descriptor* type, Payloads payloads);

/// `lines["a"].quantity` as `lines[***].quantity`: what stands in brackets may be a key.
std::string mask_path(std::string_view path);
/// The difference as far as it may be shown; null when it may not at all.
Json shown(const replay::FieldChange& change, Payloads payloads);

}  // namespace keel::dashboard
