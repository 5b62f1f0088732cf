#pragma once

#include <string>

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace keel::tests {

/// A message written in protobuf's text format; text that does not parse fails the test.
///
///     const auto price = message<type::v1::Money>("currency_code: 'GBP' minor_units: 250");
template <class M>
M message(const std::string& text) {
  M parsed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &parsed)) << M::descriptor()->name() << ": " << text;
  return parsed;
}

}  // namespace keel::tests
