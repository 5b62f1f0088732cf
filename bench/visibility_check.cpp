#include "bench/visibility_check.hpp"

#include <algorithm>
#include <iterator>

namespace keel::bench {
void VisibilityCheck::stored(std::uint64_t cart, std::int64_t version, const std::string& token) {
  const auto decoded = decode_token(token);
  if (!decoded) return unreadable();
  const std::lock_guard lock(mutex_);
  writes_[cart].push_back({decoded->position, version});
}

void VisibilityCheck::answered(std::uint64_t cart, std::int64_t version, const std::string& as_of, Moment asked) {
  const auto token = decode_token(as_of);
  if (!token) return unreadable();
  const std::lock_guard lock(mutex_);
  look_back(*token, asked);
  const auto promised = promised_by(cart, token->position);
  if (promised == 0) return;
  ++found_.compared;
  if (version >= promised) return;
  ++found_.lacking;
  if (!found_.example.empty()) return;
  found_.example = "a cart was answered at version " + std::to_string(version) + " as of position " +
                   std::to_string(token->position.value) + " of lane " + std::to_string(token->lane.value) +
                   ", where it had version " + std::to_string(promised);
}

std::int64_t VisibilityCheck::promised_by(std::uint64_t cart, Position place) const {
  const auto writes = writes_.find(cart);
  if (writes == writes_.end()) return 0;
  std::int64_t promised = 0;
  for (const auto& write : writes->second) {
    if (write.position <= place) promised = std::max(promised, write.version);
  }
  return promised;
}

void VisibilityCheck::unreadable() {
  const std::lock_guard lock(mutex_);
  ++found_.unreadable;
}

void VisibilityCheck::look_back(const Token& as_of, Moment asked) {
  auto& told = told_[as_of.lane];
  const auto later = std::ranges::upper_bound(told, asked, {}, &Told::since);
  if (later != told.begin() && std::prev(later)->place > as_of.position) ++found_.went_back;
  if (told.empty() || told.back().place < as_of.position) {
    told.push_back({std::chrono::steady_clock::now(), as_of.position});
  }
}

VisibilityCheck::Found VisibilityCheck::found() const {
  const std::lock_guard lock(mutex_);
  return found_;
}

}  // namespace keel::bench
