#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/quantities.hpp"
#include "query/value.hpp"

namespace keel::query {

/// The rows of one table as they change, told to whoever follows a row; on demand the whole table in memory, for views
/// that are read more often than they change. Tables whose rows are never deleted, and whose key is one text column.
///
/// One watcher writes; any thread reads, follows and unfollows. Callbacks run on the watcher's thread and must not
/// block.
class RowFeed {
 public:
  using Told = std::function<void(const std::shared_ptr<const Row>& row)>;
  /// Where the feed stands in each lane.
  using Seen = std::vector<Position>;

  /// `kept`: all rows stay in memory, and `find` knows them.
  explicit RowFeed(bool kept) : kept_(kept) {}

  // -- for services ------------------------------------------------------------------------------------------------
  /// The row as it is visible now; null when there is none. Kept feeds only.
  std::shared_ptr<const Row> find(const std::string& key) const;
  /// From now on every change of the row is told, until the returned handle is dropped. Read the present row after
  /// this, not before: then none is missed. The handle may outlive the feed's watcher, not the feed.
  [[nodiscard]] std::shared_ptr<void> follow(const std::string& key, Told told);

  // -- for the watcher ----------------------------------------------------------------------------------------------
  /// Whether the next look must read this table's changes.
  bool needed() const;
  Seen seen(std::size_t lane_count) const;
  /// Takes in rows that changed.
  void take(std::vector<Row> rows);
  /// The look is over. A feed that was left out of it stays where it was if somebody follows by now.
  void advance(const Seen& seen, bool included);
  /// Reads this lane from its start again.
  void rewind(Lane lane);
  /// Another generation: the next `take` brings all rows anew and replaces those kept. Until then these are shown.
  void begin_anew();

 private:
  struct Follower {
    std::uint64_t id;
    Told told;
  };
  using Rows = std::unordered_map<std::string, std::shared_ptr<const Row>>;
  void keep(const std::vector<std::shared_ptr<const Row>>& rows);
  void tell(const std::vector<std::shared_ptr<const Row>>& rows);
  void unfollow(const std::string& key, std::uint64_t id);

  const bool kept_;
  mutable std::shared_mutex rows_mutex_;
  Rows rows_;
  bool anew_ = false;
  mutable std::mutex followers_mutex_;
  std::unordered_map<std::string, std::vector<Follower>> followers_;
  Seen seen_;
  std::uint64_t next_id_ = 1;
};

}  // namespace keel::query
