#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "journal/records.hpp"
#include "query/value.hpp"
#include "query/working_set.hpp"

namespace keel::query {

/// Folds the events of one lane into rows, a batch at a time: `want` for every event, the rows are read, `fold` for
/// every event, `finish` once, the rows are written.
///
/// It lives as long as its lane's batches are committed: after any failure it is dropped and a fresh one is made, so it
/// may remember between batches what it wrote. One thread at a time.
class Folder {
 public:
  virtual ~Folder() = default;
  /// Names the rows that `fold` will ask for. It may leave out those that it remembers. Never throws for bad bytes.
  virtual void want(const journal::RecordedEvent& event, WorkingSet& rows) = 0;
  /// Takes one event in. Throws when its bytes do not decode or its memory fails: that event is poison.
  virtual void fold(const journal::RecordedEvent& event, WorkingSet& rows) = 0;
  /// Puts what was folded into the rows, if `fold` did not.
  virtual void finish(WorkingSet& rows) = 0;
  /// About how much memory it takes beside the rows. May look at all that it remembers.
  virtual std::size_t bytes() const { return 0; }
};

/// A fold of the journal that can be queried: tables, and how events change them. Knows nothing of Kafka, checkpoints
/// or SQL sessions; the same fold runs in the projector, in a rebuild and in tests.
struct Projection {
  /// snake_case, unlike any other projection; also in metrics.
  std::string name;
  /// Raise it when tables or fold change: a generation of another version is not touched.
  std::int32_t version = 1;
  /// Oldest version whose tables today's queries can read. Until a generation of `version` is promoted they are served
  /// from an older one, kept up by an older binary.
  std::int32_t readable_since = 1;
  /// The contexts whose lanes it reads.
  std::vector<std::string> contexts;
  /// Its tables, in the order in which rows are written.
  std::vector<Table> tables;
  /// Creates the tables and indices of one generation; `{g}` stands for its number. Each statement ends with a
  /// semicolon and holds no other; primary keys belong into CREATE TABLE, every other index is a CREATE INDEX, which a
  /// rebuild leaves for after the load.
  std::string tables_sql;
  std::function<std::unique_ptr<Folder>()> make_folder;
};

/// The statements of `tables_sql` for one generation, apart.
struct GenerationSql {
  std::vector<std::string> tables;
  /// CREATE INDEX …
  std::vector<std::string> indices;
};
GenerationSql generation_sql(const Projection& projection, std::int64_t generation);

/// The text with every `{g}` replaced by the generation's number.
std::string for_generation(std::string_view sql, std::int64_t generation);

}  // namespace keel::query
