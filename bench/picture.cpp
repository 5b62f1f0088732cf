#include "bench/picture.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "bench/report.hpp"
#include "bench/svg.hpp"

namespace keel::bench {
namespace {

constexpr double width = 960;
constexpr double margin = 24;
constexpr double label_width = 330;
constexpr double value_width = 130;
constexpr double bar_step = 30;
constexpr double plot_height = 300;
constexpr double plot_left = 80;
constexpr double legend_width = 300;

constexpr const char* palette[] = {"#1b6ca8", "#d1495b", "#2e933c", "#8e44ad", "#e08e0b", "#00808a"};
constexpr const char* greys[] = {"#555", "#888", "#aaa", "#c4c4c4"};

std::string color_of(Part part, std::size_t index) {
  return part == Part::reference ? greys[index % std::size(greys)] : palette[index % std::size(palette)];
}

std::vector<const Row*> rows_with_bars(const Finding& finding) {
  std::vector<const Row*> rows;
  for (const auto& row : finding.rows) {
    if (!row.figures.empty() && row.figures.front().unit == finding.rows.front().figures.front().unit) {
      rows.push_back(&row);
    }
  }
  return rows;
}

void draw_bar(Svg& svg, const Row& row, double y, double longest) {
  const Figure& figure = row.figures.front();
  const Spread spread = figure.spread();
  const double left = margin + label_width;
  const double scale = (width - margin - value_width - left) / longest;
  svg.text(left - 8, y + 15, row.name, "end");
  svg.rectangle(left, y, spread.median * scale, bar_step - 8, color_of(row.part, 0));
  svg.line(left + spread.least * scale, y + 11, left + spread.most * scale, y + 11, "#111", 2);
  svg.text(left + spread.most * scale + 8, y + 15, readable(spread.median) + " " + figure.unit);
}

/// The height that the bars took.
double draw_bars(Svg& svg, const Finding& finding, double top) {
  const auto rows = rows_with_bars(finding);
  double longest = 1e-9;
  for (const Row* row : rows) longest = std::max(longest, row->figures.front().spread().most);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    draw_bar(svg, *rows[i], top + static_cast<double>(i) * bar_step, longest);
  }
  return static_cast<double>(rows.size()) * bar_step;
}

/// From a chart's numbers to places in the picture.
class Plot {
 public:
  Plot(const Chart& chart, double top) : logarithmic_(chart.logarithmic), top_(top) {
    bool first = true;
    for (const auto& curve : chart.curves) {
      for (const auto& [x, y] : curve.points) {
        if (std::exchange(first, false)) x_least_ = x_most_ = x, y_least_ = y_most_ = scaled(y);
        x_least_ = std::min(x_least_, x), x_most_ = std::max(x_most_, x);
        y_least_ = std::min(y_least_, scaled(y)), y_most_ = std::max(y_most_, scaled(y));
      }
    }
    if (!logarithmic_) y_least_ = 0;
    if (logarithmic_) y_least_ = std::floor(y_least_), y_most_ = std::max(std::ceil(y_most_), y_least_ + 1);
    if (y_most_ <= y_least_) y_most_ = y_least_ + 1;
    if (x_most_ <= x_least_) x_most_ = x_least_ + 1;
  }

  double left() const { return plot_left; }
  double right() const { return width - margin - legend_width; }
  double bottom() const { return top_ + plot_height; }
  double x(double value) const { return left() + (value - x_least_) / (x_most_ - x_least_) * (right() - left()); }
  double y(double value) const { return bottom() - (scaled(value) - y_least_) / (y_most_ - y_least_) * plot_height; }
  /// Where the y axis is labelled.
  std::vector<double> marks() const {
    std::vector<double> marks;
    if (logarithmic_) {
      for (double power = y_least_; power <= y_most_; ++power) marks.push_back(std::pow(10, power));
    } else {
      for (int i = 0; i <= 4; ++i) marks.push_back(y_most_ * i / 4);
    }
    return marks;
  }

 private:
  double scaled(double y) const { return logarithmic_ ? std::log10(std::max(y, 0.001)) : y; }

  bool logarithmic_;
  double top_;
  double x_least_ = 0;
  double x_most_ = 1;
  double y_least_ = 0;
  double y_most_ = 1;
};

void draw_axes(Svg& svg, const Chart& chart, const Plot& plot) {
  for (const double mark : plot.marks()) {
    svg.line(plot.left(), plot.y(mark), plot.right(), plot.y(mark), "#ddd", 1);
    svg.text(plot.left() - 6, plot.y(mark) + 4, readable(mark), "end");
  }
  for (const auto& [x, label] : chart.ticks) {
    svg.line(plot.x(x), plot.bottom(), plot.x(x), plot.bottom() + 4, "#111", 1);
    svg.text(plot.x(x), plot.bottom() + 18, label, "middle");
  }
  svg.text(plot.left(), plot.bottom() - plot_height - 10, chart.title + ", " + chart.y_name);
  svg.text(plot.right(), plot.bottom() + 36, chart.x_name, "end");
}

void draw_chart(Svg& svg, const Chart& chart, double top) {
  const Plot plot(chart, top + 20);
  draw_axes(svg, chart, plot);
  std::size_t drawn[2] = {0, 0};
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const Curve& curve = chart.curves[i];
    const std::string color = color_of(curve.part, drawn[curve.part == Part::reference ? 1 : 0]++);
    std::vector<std::pair<double, double>> places;
    for (const auto& [x, y] : curve.points) places.emplace_back(plot.x(x), plot.y(y));
    svg.path(places, color);
    const double y = top + 28 + static_cast<double>(i) * 20;
    svg.line(plot.right() + 16, y, plot.right() + 40, y, color, 3);
    svg.text(plot.right() + 46, y + 4, curve.name);
  }
}

}  // namespace

std::string picture_of(const Finding& finding) {
  const bool has_chart = !finding.chart.curves.empty();
  const auto bars = finding.rows.empty() ? 0 : static_cast<double>(rows_with_bars(finding).size()) * bar_step;
  const double chart_top = margin + 40 + bars + 24;
  Svg svg(width, has_chart ? chart_top + plot_height + 80 : chart_top);
  svg.title(margin, margin + 12, "keel bench " + finding.scenario);
  if (!finding.rows.empty()) draw_bars(svg, finding, margin + 36);
  if (has_chart) draw_chart(svg, finding.chart, chart_top);
  return svg.document();
}

}  // namespace keel::bench
