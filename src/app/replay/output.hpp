#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace keel::app {

/// How results are written: for people, or for programs.
enum class OutputFormat { table, json, jsonl, csv };
std::optional<OutputFormat> parse_output_format(std::string_view word);

/// A value that is JSON already (an event, a state, a difference). Shown as its text in tables and CSV.
struct Json {
  std::string text;
};

/// One value of a result; the first alternative is "nothing": empty in tables and CSV, null in JSON.
using Field = std::variant<std::monostate, bool, std::int64_t, double, std::string, Json>;
/// Names in the order in which they are shown: lower_snake_case; the table shows them in capitals.
using Record = std::vector<std::pair<std::string, Field>>;

/// Writes the results of one command to standard output. Progress, questions and complaints never come here.
///
/// A listing is any number of rows of the same columns: an aligned table, one JSON array, one JSON object a line, or
/// CSV (RFC 4180) with a header. `jsonl` and `csv` flow at once; `table` and `json` keep their rows until `end`.
/// Several listings may follow one another; `json` then prints one document each.
class Output {
 public:
  Output(OutputFormat format, std::ostream& to) : format_(format), to_(to) {}

  OutputFormat format() const { return format_; }
  /// Whether a program reads it: then nothing is asked, and nothing but results is written.
  bool for_programs() const { return format_ == OutputFormat::json || format_ == OutputFormat::jsonl; }

  /// Begins a listing, and ends the one before.
  void begin(std::vector<std::string> columns);
  /// As many fields as columns.
  void row(std::vector<Field> fields);
  /// Ends the listing. An empty one shows its header, `[]` or nothing.
  void end();
  /// One thing: `name  value` lines, one JSON object, or CSV of one row.
  void record(const Record& fields);

 private:
  OutputFormat format_;
  std::ostream& to_;
  std::vector<std::string> columns_;
  std::vector<std::vector<Field>> rows_;
  bool open_ = false;
};

/// Rows aligned under their names, as `Output` writes tables. For plans shown before an action, too.
std::string as_table(const std::vector<std::string>& columns, const std::vector<std::vector<Field>>& rows);
/// `name  value` lines.
std::string as_lines(const Record& fields);
/// One JSON object on one line.
std::string as_json(const Record& fields);

}  // namespace keel::app
