#include "dashboard/exchange.hpp"

#include <algorithm>
#include <charconv>

#include "core/utc.hpp"

namespace keel::dashboard {
namespace {

constexpr std::size_t max_depth = 16;
constexpr std::size_t max_reason_characters = 500;

std::optional<std::int64_t> parse_number(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return {};
  return number;
}

/// Brackets outside of texts; a parser that recurses must not be led down further.
std::size_t depth_of(std::string_view json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char letter = json[i];
    if (quoted && letter == '\\') ++i;
    if (letter == '"') quoted = !quoted;
    if (quoted) continue;
    if (letter == '{' || letter == '[') deepest = std::max(deepest, ++depth);
    if ((letter == '}' || letter == ']') && depth > 0) --depth;
  }
  return deepest;
}

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

const std::string& Request::parameter(std::string_view name) const {
  static const std::string none;
  const auto found = query.find(name);
  return found == query.end() ? none : found->second;
}

Reply::Reply(const Refusal& refusal) : status(refusal.status), document(document_of(refusal)), refused(refusal) {}

std::string session_cookie(const std::string& cookie, const Request& request) {
  return "keel_session=" + cookie + "; Path=" + request.base + "; HttpOnly; SameSite=Strict" +
         (cookie.empty() ? "; Max-Age=0" : "") + (request.secure ? "; Secure" : "");
}

Outcome<std::int64_t> number_of(std::string_view field, std::string_view text, std::int64_t least, std::int64_t most) {
  const auto number = parse_number(text);
  if (number && *number >= least && *number <= most) return *number;
  return bad_field(std::string(field),
                   "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

Outcome<std::int64_t> number_of(const Request& request, std::string_view name, std::int64_t fallback,
                                std::int64_t least, std::int64_t most) {
  const auto& given = request.parameter(name);
  return given.empty() ? Outcome<std::int64_t>(fallback) : number_of(name, given, least, most);
}

Outcome<std::optional<Timestamp>> moment_of(const Request& request, std::string_view name) {
  const auto& given = request.parameter(name);
  if (given.empty()) return std::optional<Timestamp>{};
  const auto at = parse_utc(given);
  if (!at) return bad_field(std::string(name), "must be a time in UTC such as 2026-11-20T22:51:31.123456Z");
  return at;
}

Outcome<Body> Body::of(const Request& request) {
  if (!request.content_type.starts_with("application/json")) {
    return Refusal{415, "INVALID_ARGUMENT", "CONTENT_TYPE", "the body must be application/json"};
  }
  const Refusal invalid{400, "INVALID_ARGUMENT", "BODY_INVALID", "the body must be one JSON object, not nested deeply"};
  if (depth_of(request.body) > max_depth) return invalid;
  auto document = Json::parse(request.body, nullptr, false);
  if (!document.is_object()) return invalid;
  return Body(std::move(document));
}

Outcome<std::string> Body::text(std::string_view name, std::size_t most, bool required) const {
  const auto found = document_.find(name);
  if (found == document_.end() || found->is_null()) {
    if (!required) return std::string();
    return bad_field(std::string(name), "is missing");
  }
  if (!found->is_string()) return bad_field(std::string(name), "must be a text");
  auto value = found->get<std::string>();
  if (value.empty() && required) return bad_field(std::string(name), "is empty");
  if (value.size() > most) return bad_field(std::string(name), "is longer than " + std::to_string(most) + " bytes");
  if (value.find('\0') != std::string::npos) return bad_field(std::string(name), "has a NUL character");
  return value;
}

Outcome<std::string> Body::reason() const {
  const auto required = [](std::string message) {
    return Refusal{400, "INVALID_ARGUMENT", "REASON_REQUIRED", std::move(message), "reason"};
  };
  if (!has("reason")) return required("say why, in 1 to 500 characters");
  auto given = text("reason", 4 * max_reason_characters, false);
  if (!given) return given;
  if (blank(*given)) return required("say why, in 1 to 500 characters");
  if (characters_of(*given) > max_reason_characters) return bad_field("reason", "is longer than 500 characters");
  return given;
}

std::optional<Refusal> Body::confirmed(std::string_view expected) const {
  const auto given = text("confirm", 1'024, false);
  if (given && *given == expected) return {};
  return Refusal{400, "INVALID_ARGUMENT", "CONFIRMATION_WRONG", "confirm must repeat the name of what is to be changed",
                 "confirm"};
}

Outcome<std::optional<std::int64_t>> Body::number(std::string_view name) const {
  const auto found = document_.find(name);
  if (found == document_.end() || found->is_null()) return std::optional<std::int64_t>{};
  if (found->is_number_integer()) return std::optional(found->get<std::int64_t>());
  const auto digits = found->is_string() ? parse_number(found->get<std::string>()) : std::nullopt;
  if (!digits) return bad_field(std::string(name), "must be a whole number");
  return digits;
}

bool Body::yes(std::string_view name) const {
  const auto found = document_.find(name);
  return found != document_.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace keel::dashboard
