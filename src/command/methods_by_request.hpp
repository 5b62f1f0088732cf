#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "command/method.hpp"

namespace keel::command {

/// Finds the method that takes a request message. Immutable once it is filled; any thread.
class MethodsByRequest {
 public:
  /// Throws std::logic_error when two of them take the same message. The methods outlive it.
  void add(const std::vector<std::unique_ptr<const Method>>& methods);

  /// By a `google.protobuf.Any`'s type_url, of which only what follows the last slash counts; nullptr when there is
  /// none, as for internal commands.
  const Method* find(std::string_view type_url) const;

 private:
  std::map<std::string, const Method*, std::less<>> methods_;
};

}  // namespace keel::command
