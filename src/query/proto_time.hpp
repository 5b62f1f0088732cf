#pragma once

#include <google/protobuf/timestamp.pb.h>

#include "core/clock.hpp"

namespace keel::query {

/// Writes a moment as protobuf does: whole seconds, and nanoseconds that are never negative.
inline void set_time(Timestamp time, google::protobuf::Timestamp& out) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  out.set_seconds(seconds.time_since_epoch().count());
  out.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds(time - seconds).count()));
}

}  // namespace keel::query
