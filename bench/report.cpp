#include "bench/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace keel::bench {
namespace {

/// Characters, not bytes: µ is one.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width > width_of(text) ? width - width_of(text) : 0, ' ');
  return right ? space + text : text + space;
}

const Figure* figure_of(const Row& row, const std::string& name) {
  const auto found = std::ranges::find(row.figures, name, &Figure::name);
  return found == row.figures.end() ? nullptr : &*found;
}

std::string median_text(const Figure& figure) { return readable(figure.spread().median); }

std::string spread_text(const Figure& figure) {
  const Spread spread = figure.spread();
  if (figure.values.size() < 2) return {};
  return readable(spread.least) + ".." + readable(spread.most);
}

/// Figures by name, in the order in which the rows first name them.
std::vector<Figure> columns_of(const std::vector<Row>& rows) {
  std::vector<Figure> columns;
  for (const auto& row : rows) {
    for (const auto& figure : row.figures) {
      if (std::ranges::find(columns, figure.name, &Figure::name) == columns.end()) columns.push_back(figure);
    }
  }
  return columns;
}

std::vector<std::vector<std::string>> cells_of(const Finding& finding) {
  const auto columns = columns_of(finding.rows);
  std::vector<std::string> head{finding.scenario};
  for (const auto& column : columns) {
    head.push_back(column.unit == "/s" ? column.name : column.name + " " + column.unit);
    if (head.size() == 2) head.emplace_back("least..most");
  }
  std::vector<std::vector<std::string>> cells{head};
  for (const auto& row : finding.rows) {
    std::vector<std::string> line{row.name};
    for (const auto& column : columns) {
      const Figure* figure = figure_of(row, column.name);
      line.push_back(figure == nullptr ? "" : median_text(*figure));
      if (line.size() == 2) line.push_back(figure == nullptr ? "" : spread_text(*figure));
    }
    cells.push_back(std::move(line));
  }
  return cells;
}

}  // namespace

double median_figure(const Row& row, const std::string& name) {
  const Figure* figure = figure_of(row, name);
  return figure == nullptr ? 0 : figure->spread().median;
}

std::string with_thousands_apart(std::string number) {
  const auto point = std::min(number.find('.'), number.size());
  const std::ptrdiff_t first = number.starts_with('-') ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(point) - 3; at > first; at -= 3) {
    number.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return number;
}

std::string readable(double number) {
  char text[32];
  const int decimals = std::abs(number) >= 100 || number == 0 ? 0 : std::abs(number) >= 10 ? 1 : 2;
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  return with_thousands_apart(text);
}

std::string line_of(const Row& row) {
  std::string line = padded(row.name, 34, false);
  for (const auto& figure : row.figures) {
    line += " " + figure.name + " " + median_text(figure) + (figure.unit == "/s" ? "" : " " + figure.unit);
  }
  for (const auto& [status, count] : row.failed) line += " [failed " + std::to_string(count) + ": " + status + "]";
  return line;
}

std::string table_of(const Finding& finding) {
  const auto cells = cells_of(finding);
  std::vector<std::size_t> widths(cells.front().size());
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string table;
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      table += padded(line[i], widths[i], i > 0) + (i + 1 < line.size() ? "  " : "\n");
    }
  }
  for (const auto& row : finding.rows) {
    for (const auto& [status, count] : row.failed) {
      table += row.name + ": failed " + std::to_string(count) + " times with " + status + '\n';
    }
  }
  for (const auto& [name, ratio] : finding.ratios) table += "ratio " + name + " = " + readable(ratio) + '\n';
  for (const auto& note : finding.notes) table += note + '\n';
  for (const auto& promise : finding.broken) table += "BROKEN: " + promise + '\n';
  return table;
}

nlohmann::json json_of(const Finding& finding) {
  auto rows = nlohmann::json::array();
  for (const auto& row : finding.rows) {
    auto figures = nlohmann::json::object();
    for (const auto& figure : row.figures) {
      const Spread spread = figure.spread();
      figures[figure.name] = {{"unit", figure.unit},
                              {"median", spread.median},
                              {"least", spread.least},
                              {"most", spread.most},
                              {"values", figure.values}};
    }
    rows.push_back(
        {{"name", row.name}, {"reference", row.part == Part::reference}, {"figures", figures}, {"failed", row.failed}});
  }
  auto curves = nlohmann::json::array();
  for (const auto& curve : finding.chart.curves) curves.push_back({{"name", curve.name}, {"points", curve.points}});
  return {
      {"scenario", finding.scenario},
      {"rows", rows},
      {"ratios", finding.ratios},
      {"notes", finding.notes},
      {"broken", finding.broken},
      {"chart",
       {{"title", finding.chart.title}, {"x", finding.chart.x_name}, {"y", finding.chart.y_name}, {"curves", curves}}}};
}

}  // namespace keel::bench
