#include "bench/svg.hpp"

#include <cstdio>

namespace keel::bench {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string attribute(std::string_view name, double value) {
  return " " + std::string(name) + "=\"" + number(value) + "\"";
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string escaped(std::string_view words) {
  std::string text;
  for (const char c : words) {
    switch (c) {
      case '&':
        text += "&amp;";
        break;
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '"':
        text += "&quot;";
        break;
      default:
        text += c;
    }
  }
  return text;
}

std::string text_element(double x, double y, std::string_view words, const std::string& attributes) {
  return "<text" + attribute("x", x) + attribute("y", y) + attributes + ">" + escaped(words) + "</text>\n";
}

}  // namespace

Svg::Svg(double width, double height) {
  body_ = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) + attribute("height", height) +
          " font-family=\"sans-serif\" font-size=\"13\">\n";
  rectangle(0, 0, width, height, "#fff");
}

void Svg::title(double x, double y, std::string_view words) {
  body_ += text_element(x, y, words, attribute("font-size", 18) + attribute("font-weight", "bold"));
}

void Svg::text(double x, double y, std::string_view words, std::string_view anchor) {
  body_ += text_element(x, y, words, attribute("text-anchor", anchor));
}

void Svg::rectangle(double x, double y, double width, double height, std::string_view color) {
  body_ += "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", width) + attribute("height", height) +
           attribute("fill", color) + "/>\n";
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view color, double thickness) {
  body_ += "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) +
           attribute("stroke", color) + attribute("stroke-width", thickness) + "/>\n";
}

void Svg::path(const std::vector<std::pair<double, double>>& points, std::string_view color) {
  std::string places;
  for (const auto& [x, y] : points) places += number(x) + "," + number(y) + " ";
  body_ += "<polyline" + attribute("points", places) + attribute("fill", "none") + attribute("stroke", color) +
           attribute("stroke-width", 2) + "/>\n";
}

}  // namespace keel::bench
