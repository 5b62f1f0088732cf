#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keel::bench {

/// Writes an SVG 1.1 image, shape by shape, in pixels from the upper left corner.
class Svg {
 public:
  Svg(double width, double height);

  void title(double x, double y, std::string_view words);
  /// `anchor`: start, middle or end. Any words: what XML would misread is escaped.
  void text(double x, double y, std::string_view words, std::string_view anchor = "start");
  void rectangle(double x, double y, double width, double height, std::string_view color);
  void line(double x1, double y1, double x2, double y2, std::string_view color, double thickness);
  void path(const std::vector<std::pair<double, double>>& points, std::string_view color);

  /// The whole document.
  std::string document() const { return body_ + "</svg>\n"; }

 private:
  std::string body_;
};

}  // namespace keel::bench
