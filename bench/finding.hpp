#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/spread.hpp"

namespace keel::bench {

/// One number of a row, once a repetition.
struct Figure {
  std::string name;
  std::string unit;
  std::vector<double> values;
  Spread spread() const { return spread_of(values); }
};

/// Whether a row is what is measured, or what it is held against.
enum class Part { subject, reference };

/// One measured line: a load and what came of it. Its first figure is the one that its bar shows.
struct Row {
  std::string name;
  Part part = Part::subject;
  std::vector<Figure> figures;
  /// Status → how often; OK is not among them.
  std::map<std::string, std::uint64_t> failed;
};

struct Curve {
  std::string name;
  Part part = Part::subject;
  std::vector<std::pair<double, double>> points;
};

/// Curves over one axis; y on a logarithmic scale, or from zero.
struct Chart {
  std::string title;
  std::string x_name;
  std::string y_name;
  bool logarithmic = false;
  /// Where the x axis is labelled.
  std::vector<std::pair<double, std::string>> ticks;
  std::vector<Curve> curves;
};

/// What a scenario came to: its rows beside its references, ratios between them, and a chart.
struct Finding {
  std::string scenario;
  std::vector<Row> rows;
  std::map<std::string, double> ratios;
  /// What a reader must know to judge the numbers, a sentence each.
  std::vector<std::string> notes;
  /// Promises of Keel that were not kept, a sentence each. The bench fails with them, after it has told everything.
  std::vector<std::string> broken;
  Chart chart;
};

/// Median of a row's figure, 0 when there is none of that name.
double median_figure(const Row& row, const std::string& name);

}  // namespace keel::bench
