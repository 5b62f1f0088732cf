#include "replay/lane_comparison.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <tuple>

namespace keel::replay {
namespace {

constexpr std::size_t longest_shown = 64;

std::string cut(std::string text) {
  if (text.size() <= longest_shown) return text;
  return text.substr(0, longest_shown) + "… (" + std::to_string(text.size()) + ")";
}

std::string hex(const std::string& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "\\x";
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string moment(Timestamp at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>((at - seconds).count()));
  return text.data();
}

struct Shown {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return cut(value); }
  std::string operator()(const query::Bytes& value) const { return cut(hex(value.value)); }
  std::string operator()(Timestamp value) const { return moment(value); }
};

Difference difference(Difference::Kind kind, const query::Table& table, Lane lane, const query::Key& key) {
  Difference made;
  made.kind = kind;
  made.table = table.name;
  made.lane = lane;
  for (std::size_t i = 0; i < key.size(); ++i) {
    made.key += (i > 0 ? " " : "") + std::string(table.columns[i].name) + "=" + shown(key[i]);
  }
  return made;
}

void compare_row(const query::Table& table, Lane lane, const query::Key& key, const query::Row& found,
                 const query::Row& expected, std::vector<Difference>& differences) {
  const auto changed = [&](std::string_view column, std::string was, std::string should_be) {
    auto one = difference(Difference::Kind::changed, table, lane, key);
    one.column = column;
    one.found = std::move(was);
    one.expected = std::move(should_be);
    differences.push_back(std::move(one));
  };
  for (std::size_t i = table.key_columns; i < table.columns.size(); ++i) {
    if (found.values[i] == expected.values[i]) continue;
    changed(table.columns[i].name, shown(found.values[i]), shown(expected.values[i]));
  }
  if (found.position != expected.position) {
    changed("position", std::to_string(found.position.value), std::to_string(expected.position.value));
  }
}

}  // namespace

std::string shown(const query::Value& value) { return std::visit(Shown{}, value); }

void keep_first(std::vector<Difference>& differences, std::size_t most) {
  std::ranges::stable_sort(differences, {},
                           [](const Difference& one) { return std::tie(one.lane, one.table, one.key); });
  if (differences.size() > most) differences.resize(most);
}

std::vector<Difference> compare(const query::Table& table, Lane lane, const RowsByKey& found,
                                const RowsByKey& expected) {
  std::vector<Difference> differences;
  auto is = found.begin();
  auto should = expected.begin();
  while (is != found.end() || should != expected.end()) {
    if (should == expected.end() || (is != found.end() && is->first < should->first)) {
      differences.push_back(difference(Difference::Kind::added, table, lane, is->first));
      ++is;
    } else if (is == found.end() || should->first < is->first) {
      differences.push_back(difference(Difference::Kind::removed, table, lane, should->first));
      ++should;
    } else {
      compare_row(table, lane, is->first, is->second, should->second, differences);
      ++is;
      ++should;
    }
  }
  return differences;
}

}  // namespace keel::replay
