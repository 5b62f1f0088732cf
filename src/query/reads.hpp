#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "query/value.hpp"
#include "query/working_set.hpp"

namespace keel::query {

/// A read of many rows. SQL with numbered placeholders and their casts, made for an index of its table.
struct Listing {
  std::string sql;
  std::vector<std::pair<ColumnType, Value>> parameters;
  /// Types of the selected columns.
  std::vector<ColumnType> columns;
};

/// Why a read has no answer.
enum class ReadFault { unavailable, too_many };

/// Reads of the read store that nobody waits for on a gRPC thread. Any thread may ask; the answer comes on a thread of
/// the reads' own, or at once when it is a refusal. Exactly one answer each.
class Reads {
 public:
  using Found = std::function<void(std::variant<std::optional<Row>, ReadFault> answer)>;
  using Listed = std::function<void(std::variant<std::vector<std::vector<Value>>, ReadFault> answer)>;

  virtual ~Reads() = default;
  /// One row by its key. Reads that come together share one statement. `table` outlives the answer.
  virtual void find(const Table& table, std::int64_t generation, Key key, Found then) = 0;
  virtual void list(Listing listing, Listed then) = 0;
  /// Why the store could not be asked the last time it was; nothing when it could.
  virtual std::optional<std::string> trouble() const = 0;
};

}  // namespace keel::query
