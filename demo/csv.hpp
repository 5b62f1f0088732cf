#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keel::demo {

/// Reads CSV (RFC 4180) from memory, record by record: quoted fields may hold commas, line ends and doubled quotes;
/// lines end in LF or CRLF. Lenient where files of people are: a quote inside an unquoted field is a letter like any
/// other.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(text) {}

  /// The next record, or nothing at the end.
  std::optional<std::vector<std::string>> next();

 private:
  std::string next_field();
  std::string quoted_part();
  bool at_line_end() const { return rest_.empty() || rest_.front() == '\n' || rest_.starts_with("\r\n"); }

  std::string_view rest_;
};

}  // namespace keel::demo
