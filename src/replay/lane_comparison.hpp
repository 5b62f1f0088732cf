#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "query/row_checksum.hpp"
#include "query/working_set.hpp"
#include "replay/verify.hpp"

namespace keel::replay {

/// The rows of one table and lane by their keys.
using RowsByKey = std::map<query::Key, query::Row>;

/// What differs between the rows that were found and those that were expected, in key order.
std::vector<Difference> compare(const query::Table& table, Lane lane, const RowsByKey& found,
                                const RowsByKey& expected);

/// Leaves the first `most` differences, by lane, table and key.
void keep_first(std::vector<Difference>& differences, std::size_t most);

/// A value for people: bytes in hexadecimal, long ones cut, moments in ISO 8601, NULL as `null`.
std::string shown(const query::Value& value);

}  // namespace keel::replay
