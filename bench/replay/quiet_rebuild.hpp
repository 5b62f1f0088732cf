#pragma once

#include <cstddef>

#include "bench/journal_filler.hpp"
#include "query/cart/carts_projection.hpp"
#include "replay/rebuild.hpp"
#include "replay/verify.hpp"
#include "support/postgres_cluster.hpp"
#include "support/read_store.hpp"

namespace keel::bench {

/// A journal and a read store on a PostgreSQL of their own, with nobody else about, and what operators do with them.
/// Every step prints what it came to. They go in this order; each blocks, and throws std::runtime_error when it fails.
class QuietRebuild {
 public:
  /// Lanes that are worked at side by side, by every step.
  explicit QuietRebuild(std::size_t workers);

  void fill(const JournalSize& size);
  void read_raw() const;
  /// Into generation 2.
  void rebuild(const replay::RebuildOptions& options);
  void copy_raw() const;
  /// Generation 2 has no differences.
  void verify();
  /// One column of one row is changed by hand: verification names just that key and that column. It is put right again.
  void verify_finds_one_changed_column();
  void check_journal() const;

 private:
  replay::Verification compare(const char* what);

  const std::size_t workers_;
  const query::Projection projection_ = query::carts_projection();
  test::Cluster cluster_;
  test::Database journal_;
  test::Database read_;
};

}  // namespace keel::bench
