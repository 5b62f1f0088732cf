#pragma once

#include <memory>
#include <string>
#include <vector>

#include "query/cart/carts_projection.hpp"
#include "query/lane_projector.hpp"
#include "replay/rebuild.hpp"
#include "replay/verify.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"
#include "support/read_store.hpp"

namespace keel::test {

/// Journal and read store in PostgreSQL, carts that the test fills, and the replay's parts, each run by hand as the
/// role that it has in a deployment.
class ReplayWorld {
 public:
  static constexpr std::int32_t lane_count = 4;

  ReplayWorld();

  // -- what happens ------------------------------------------------------------------------------------------------
  void add_lines(int count, const std::string& cart);
  /// `carts` carts of `lines` lines each.
  void add_carts(int carts, int lines);
  void add_poison(const std::string& cart);
  /// Folds a generation up to the journal's head, as a projector does.
  void project(std::int64_t generation);

  // -- the replay ----------------------------------------------------------------------------------------------------
  std::unique_ptr<replay::ReadStore> open() const;
  replay::RebuildParts parts() const;
  /// Claims the projection, begins and runs a rebuild to its end.
  replay::RebuildEnd rebuild(const replay::RebuildOptions& options = {});
  replay::RebuildEnd run(replay::ReadStore& store, const replay::Operation& operation,
                         const replay::RebuildOptions& options = {}, const std::function<bool()>& ended = never) const;
  replay::Attempt<replay::Verification> verify(std::int64_t generation, replay::VerifyOptions options = {}) const;
  static replay::Deed deed(const std::string& action, std::int64_t generation = 1);
  static bool never() { return false; }

  // -- what can be seen
  // ------------------------------------------------------------------------------------------------
  /// All rows of a generation's table, in key order, as text.
  std::vector<std::vector<std::string>> rows(std::int64_t generation) const;
  std::vector<std::vector<std::string>> checkpoints(std::int64_t generation) const;
  const Database& read() const { return read_; }
  /// How a process with this role connects to the read store.
  std::string read_dsn(const std::string& role) const;
  const Database& journal() const { return journal_; }
  const query::Projection& projection() const { return projection_; }

 private:
  query::OpenProjectionStore projector_store() const;
  journal::OpenJournal open_journal() const;

  query::Projection projection_ = query::carts_projection();
  Database journal_;
  Database read_;
  std::unique_ptr<History> history_;
  int lines_ = 0;
};

}  // namespace keel::test
