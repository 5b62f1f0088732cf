#include "ops/log_line.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "ops/utf8.hpp"

namespace keel::log {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::array<std::string_view, 6> own_keys = {"ts", "level", "msg", "logger", "service", "node"};

void append_hex(std::string& out, unsigned value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out.push_back(hex_digits[value >> shift & 0x0F]);
}

/// C1 controls and the two Unicode line separators: harmless as UTF-8, not for every terminal and collector.
bool acts_on_terminals(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
  return character.size() == 3 && byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9);
}

unsigned code_point(std::string_view character) {
  unsigned value = static_cast<unsigned char>(character[0]) & (0xFFu >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i)
    value = value << 6 | (static_cast<unsigned char>(character[i]) & 0x3Fu);
  return value;
}

void append_character(std::string& out, std::string_view character) {
  const unsigned char first = static_cast<unsigned char>(character[0]);
  if (first == '"' || first == '\\') {
    out.push_back('\\');
    out.push_back(character[0]);
  } else if (first == '\n') {
    out += "\\n";
  } else if (first == '\t') {
    out += "\\t";
  } else if (first < 0x20 || first == 0x7F || acts_on_terminals(character)) {
    out += "\\u";
    append_hex(out, character.size() == 1 ? first : code_point(character), 4);
  } else {
    out += character;
  }
}

/// The inside of a JSON string. A byte that is no UTF-8 becomes the four characters `\xNN`.
void append_escaped(std::string& out, std::string_view text) {
  const std::string_view kept = ops::utf8_prefix(text, longest_text);
  for (std::string_view rest = kept; !rest.empty();) {
    const std::size_t length = ops::utf8_length(rest);
    if (length == 0) {
      out += "\\\\x";
      append_hex(out, static_cast<unsigned char>(rest[0]), 2);
    } else {
      append_character(out, rest.substr(0, length));
    }
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  if (kept.size() < text.size()) out += "…(+" + std::to_string(text.size() - kept.size()) + " bytes)";
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  append_escaped(out, text);
  out.push_back('"');
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

struct JsonValue {
  std::string& out;
  void operator()(std::string_view text) const { append_quoted(out, text); }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
  void operator()(std::int64_t number) const { append_number(out, number); }
  void operator()(std::uint64_t number) const { append_number(out, number); }
  void operator()(double number) const {
    if (std::isfinite(number)) return append_number(out, number);
    append_quoted(out, std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
  }
};

bool reads_as_one_word(std::string_view text) {
  if (text.empty() || text.size() > longest_text) return false;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (byte <= 0x20 || byte >= 0x7F || byte == '"' || byte == '\\' || byte == '=') return false;
  }
  return true;
}

struct TextValue {
  std::string& out;
  void operator()(std::string_view text) const {
    if (reads_as_one_word(text)) {
      out += text;
    } else {
      append_quoted(out, text);
    }
  }
  void operator()(auto plain) const { JsonValue{out}(plain); }
};

void append_pair(std::string& out, std::string_view key, std::string_view text) {
  append_quoted(out, key);
  out.push_back(':');
  append_quoted(out, text);
}

bool is_own(std::string_view key) {
  for (const std::string_view own : own_keys) {
    if (own == key) return true;
  }
  return false;
}

bool is_left_out(const Field& field) {
  const auto* const text = std::get_if<std::string_view>(&field.value);
  return field.key == "trace_id" && text != nullptr && text->empty();
}

}  // namespace

std::string rfc3339(Timestamp at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const std::time_t time = seconds.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text;
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                                   parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                                   parts.tm_sec, static_cast<int>((at - seconds).count()));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string json_line(const Event& event) {
  std::string out;
  out.reserve(192 + event.message.size());
  out.push_back('{');
  append_pair(out, "ts", rfc3339(event.at));
  for (const auto& [key, text] : {std::pair{"level", event.level},
                                  {"msg", event.message},
                                  {"logger", event.logger},
                                  {"service", event.service},
                                  {"node", event.node}}) {
    if (text.empty() && key == std::string_view("node")) continue;
    out.push_back(',');
    append_pair(out, key, text);
  }
  for (const Field& field : event.fields) {
    if (is_left_out(field)) continue;
    out += ",\"";
    append_escaped(out, field.key);
    if (is_own(field.key)) out.push_back('_');
    out += "\":";
    std::visit(JsonValue{out}, field.value);
  }
  out.push_back('}');
  return out;
}

std::string text_line(const Event& event) {
  std::string out = rfc3339(event.at);
  out.push_back(' ');
  for (const char letter : event.level) out.push_back(static_cast<char>(letter - 'a' + 'A'));
  out.append(event.level.size() < 6 ? 6 - event.level.size() : 1, ' ');
  append_escaped(out, event.logger);
  out += ": ";
  append_escaped(out, event.message);
  for (const Field& field : event.fields) {
    if (is_left_out(field)) continue;
    out.push_back(' ');
    TextValue{out}(field.key);
    out.push_back('=');
    std::visit(TextValue{out}, field.value);
  }
  return out;
}

}  // namespace keel::log
