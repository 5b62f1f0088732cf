#pragma once

#include <google/protobuf/message.h>

#include <random>

namespace keel::tests {

/// Fills a message with whatever its types allow: any numbers, short strings from a small alphabet, parts missing.
void fill_at_random(google::protobuf::Message& message, std::mt19937_64& random);

}  // namespace keel::tests
