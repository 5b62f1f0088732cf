#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/token.hpp"

namespace keel::bench {

/// Holds every answer about a cart against the writes that were acknowledged: an answer's `as_of` says "everything up
/// to here is in it", so the cart must be at least as new as its last write up to there. One that took its place from
/// one generation and its row from another would be caught. Any thread.
class VisibilityCheck {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  /// A write of the cart was acknowledged with this version and token.
  void stored(std::uint64_t cart, std::int64_t version, const std::string& token);
  /// A query that was asked then is answered now, with this version and its `as_of`.
  void answered(std::uint64_t cart, std::int64_t version, const std::string& as_of, Moment asked);

  void unreadable();

  struct Found {
    /// Answers of which a write was known.
    std::uint64_t compared = 0;
    /// Answers that lack what they say is in them.
    std::uint64_t lacking = 0;
    /// Answers that stand at an earlier place of a lane than an answer that had come before they were asked: time went
    /// back. Not promised without a token; told because a switch may do it.
    std::uint64_t went_back = 0;
    /// Answers that do not parse, or whose token does not.
    std::uint64_t unreadable = 0;
    /// The first that lacks something, for people.
    std::string example;
  };
  Found found() const;

 private:
  struct Write {
    Position position;
    std::int64_t version = 0;
  };
  /// The furthest place told, from that moment on; both grow.
  struct Told {
    Moment since;
    Position place;
  };
  /// The version that the cart had at that place at least; 0 when nothing is known.
  std::int64_t promised_by(std::uint64_t cart, Position place) const;
  void look_back(const Token& as_of, Moment asked);

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::vector<Write>> writes_;
  std::map<Lane, std::vector<Told>> told_;
  Found found_;
};

}  // namespace keel::bench
