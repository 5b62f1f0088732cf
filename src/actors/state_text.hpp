#pragma once

#include <string>

#include "domain/decision.hpp"

namespace keel::actors {

/// A state for people: JSON, or why there is none.
struct StateText {
  std::string json;
  std::string problem;
};

/// Protobuf JSON with the names of the proto, zeros shown. Beyond 1 MiB, of bytes or of JSON, it says so instead.
StateText text_of(const domain::Message& state);

}  // namespace keel::actors
