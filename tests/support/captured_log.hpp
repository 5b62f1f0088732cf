#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ops/log.hpp"

namespace keel::test {

/// Takes every log line of the process, as JSON, from level debug on; gives the process its standard error back at the
/// end. Any thread may log meanwhile.
class CapturedLog {
 public:
  CapturedLog() {
    log::Options options;
    options.level = log::Level::debug;
    options.format = log::Format::json;
    options.sink = [kept = kept_](log::Level, std::string_view line) {
      const std::lock_guard lock(kept->mutex);
      kept->lines.emplace_back(line);
    };
    log::configure(std::move(options));
  }
  ~CapturedLog() { log::configure({}); }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  /// The lines that have all of these texts in them.
  std::vector<std::string> with(const std::vector<std::string>& texts) const {
    const std::lock_guard lock(kept_->mutex);
    std::vector<std::string> found;
    for (const auto& line : kept_->lines) {
      const bool all =
          std::ranges::all_of(texts, [&](const std::string& text) { return line.find(text) != std::string::npos; });
      if (all) found.push_back(line);
    }
    return found;
  }

 private:
  /// Outlives this while somebody is in the middle of a line.
  struct Kept {
    std::mutex mutex;
    std::vector<std::string> lines;
  };
  const std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

}  // namespace keel::test
