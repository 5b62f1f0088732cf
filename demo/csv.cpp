#include "demo/csv.hpp"

namespace keel::demo {

std::optional<std::vector<std::string>> CsvReader::next() {
  if (rest_.empty()) return std::nullopt;
  std::vector<std::string> record{next_field()};
  while (!rest_.empty() && rest_.front() == ',') {
    rest_.remove_prefix(1);
    record.push_back(next_field());
  }
  if (!rest_.empty()) rest_.remove_prefix(rest_.front() == '\r' ? 2 : 1);
  return record;
}

std::string CsvReader::next_field() {
  std::string field;
  if (!rest_.empty() && rest_.front() == '"') field = quoted_part();
  while (!at_line_end() && rest_.front() != ',') {
    field += rest_.front();
    rest_.remove_prefix(1);
  }
  return field;
}

std::string CsvReader::quoted_part() {
  std::string part;
  rest_.remove_prefix(1);
  while (!rest_.empty()) {
    const char letter = rest_.front();
    rest_.remove_prefix(1);
    if (letter == '"') {
      if (rest_.empty() || rest_.front() != '"') break;
      rest_.remove_prefix(1);
    }
    part += letter;
  }
  return part;
}

}  // namespace keel::demo
