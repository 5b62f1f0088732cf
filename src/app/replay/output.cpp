#include "app/replay/output.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

namespace keel::app {
namespace {

using OrderedJson = nlohmann::ordered_json;

/// Whatever bytes a field has, the output is UTF-8.
constexpr auto lossy = OrderedJson::error_handler_t::replace;

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

struct Text {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(bool value) const { return value ? "yes" : "no"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return number(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Json& value) const { return value.text; }
};

struct JsonValue {
  OrderedJson operator()(std::monostate) const { return nullptr; }
  OrderedJson operator()(const Json& value) const { return OrderedJson::parse(value.text); }
  template <class T>
  OrderedJson operator()(const T& value) const {
    return value;
  }
};

std::string text_of(const Field& field) { return std::visit(Text{}, field); }

bool is_number(const Field& field) {
  return std::holds_alternative<std::int64_t>(field) || std::holds_alternative<double>(field);
}

OrderedJson object(const std::vector<std::string>& columns, const std::vector<Field>& fields) {
  auto made = OrderedJson::object();
  for (std::size_t i = 0; i < columns.size(); ++i) made[columns[i]] = std::visit(JsonValue{}, fields[i]);
  return made;
}

std::string in_capitals(std::string name) {
  for (char& c : name) c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// Characters of UTF-8: continuation bytes take no room.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to, bool right) {
  const std::string space(to - std::min(to, width(text)), ' ');
  return right ? space + text : text + space;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

template <class Cells, class Cell>
std::string csv_line(const Cells& cells, Cell cell) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += (i > 0 ? "," : "") + csv_cell(cell(cells[i]));
  return line + "\n";
}

std::string csv_header(const std::vector<std::string>& columns) {
  return csv_line(columns, [](const std::string& name) { return name; });
}

std::string without_trailing_space(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::pair<std::vector<std::string>, std::vector<Field>> apart(const Record& record) {
  std::pair<std::vector<std::string>, std::vector<Field>> parts;
  for (const auto& [name, field] : record) {
    parts.first.push_back(name);
    parts.second.push_back(field);
  }
  return parts;
}

}  // namespace

std::optional<OutputFormat> parse_output_format(std::string_view word) {
  if (word == "table") return OutputFormat::table;
  if (word == "json") return OutputFormat::json;
  if (word == "jsonl") return OutputFormat::jsonl;
  if (word == "csv") return OutputFormat::csv;
  return {};
}

std::string as_table(const std::vector<std::string>& columns, const std::vector<std::vector<Field>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& column : columns) widths.push_back(width(column));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < columns.size(); ++i) widths[i] = std::max(widths[i], width(text_of(row[i])));
  }
  std::string line;
  const auto right = [&](std::size_t i) { return !rows.empty() && is_number(rows.front()[i]); };
  for (std::size_t i = 0; i < columns.size(); ++i) line += padded(in_capitals(columns[i]), widths[i], right(i)) + "  ";
  std::string table = without_trailing_space(line) + "\n";
  for (const auto& row : rows) {
    line.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) line += padded(text_of(row[i]), widths[i], right(i)) + "  ";
    table += without_trailing_space(line) + "\n";
  }
  return table;
}

std::string as_lines(const Record& fields) {
  std::size_t widest = 0;
  for (const auto& [name, field] : fields) widest = std::max(widest, width(name));
  std::string lines;
  for (const auto& [name, field] : fields) {
    lines += without_trailing_space(padded(name, widest, false) + "  " + text_of(field)) + "\n";
  }
  return lines;
}

std::string as_json(const Record& fields) {
  const auto [names, values] = apart(fields);
  return object(names, values).dump(-1, ' ', false, lossy);
}

void Output::begin(std::vector<std::string> columns) {
  end();
  columns_ = std::move(columns);
  open_ = true;
  if (format_ == OutputFormat::csv) to_ << csv_header(columns_);
}

void Output::row(std::vector<Field> fields) {
  if (format_ == OutputFormat::csv) {
    to_ << csv_line(fields, text_of);
  } else if (format_ == OutputFormat::jsonl) {
    to_ << object(columns_, fields).dump(-1, ' ', false, lossy) << std::endl;
  } else {
    rows_.push_back(std::move(fields));
  }
}

void Output::end() {
  if (!open_) return;
  open_ = false;
  if (format_ == OutputFormat::table) to_ << as_table(columns_, rows_);
  if (format_ == OutputFormat::json) {
    auto array = OrderedJson::array();
    for (const auto& fields : rows_) array.push_back(object(columns_, fields));
    to_ << array.dump(2, ' ', false, lossy) << '\n';
  }
  rows_.clear();
  to_.flush();
}

void Output::record(const Record& fields) {
  end();
  const auto [names, values] = apart(fields);
  if (format_ == OutputFormat::table) to_ << as_lines(fields);
  if (format_ == OutputFormat::json) to_ << object(names, values).dump(2, ' ', false, lossy) << '\n';
  if (format_ == OutputFormat::jsonl) to_ << as_json(fields) << '\n';
  if (format_ == OutputFormat::csv) to_ << csv_header(names) << csv_line(values, text_of);
  to_.flush();
}

}  // namespace keel::app
