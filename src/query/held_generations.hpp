#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "postgres/session.hpp"

namespace keel::query {

/// Keeps generations of one projection from being dropped while somebody reads them: a shared advisory lock each, of
/// whatever session it is given. Readers keep the hold for as long as they need the tables, on any thread; everything
/// else is one thread's.
class HeldGenerations {
 public:
  using Hold = std::shared_ptr<const void>;

  explicit HeldGenerations(std::string projection) : projection_(std::move(projection)) {}

  /// Null: it is being dropped, or the session is lost.
  Hold hold(postgres::Session& session, std::int64_t generation);
  /// Gives those back that no reader keeps any more.
  void let_go(postgres::Session& session);
  /// For a new session, which has no locks: takes those that readers still keep.
  void take_anew(postgres::Session& session);
  std::size_t size() const { return held_.size(); }

 private:
  bool lock(postgres::Session& session, std::int64_t generation) const;

  const std::string projection_;
  /// Those that the session has a lock of, one each; what nobody keeps any more is given back by `let_go`.
  std::map<std::int64_t, std::weak_ptr<const void>> held_;
};

/// Waits until nobody holds the generation, for the rest of the transaction; fails with 55P03 after the session's
/// `lock_timeout`.
/// $1 projection, $2 generation
std::string_view await_readers_sql();
/// The sessions that hold it: name and process id at the server.
/// $1 projection, $2 generation
std::string_view readers_sql();

}  // namespace keel::query
