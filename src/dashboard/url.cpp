#include "dashboard/url.hpp"

#include <algorithm>
#include <charconv>

#include "ops/utf8.hpp"

namespace keel::dashboard {
namespace {

bool well_formed(std::string_view text) {
  return text.find('\0') == std::string_view::npos && ops::mend_utf8(text) == text;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  auto plain = percent_decoded(text, plus_is_space);
  if (!plain || !well_formed(*plain)) return {};
  return plain;
}

/// Calls `take` for each piece between separators.
template <class Take>
bool each(std::string_view text, char separator, Take take) {
  while (true) {
    const auto end = text.find(separator);
    if (!take(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool take_path(Target& target, std::string_view path) {
  return each(path, '/', [&](std::string_view part) {
    auto plain = decoded(part, false);
    if (!plain) return false;
    target.path.push_back(*std::move(plain));
    return true;
  });
}

bool take_query(Target& target, std::string_view query) {
  return each(query, '&', [&](std::string_view pair) {
    if (pair.empty()) return true;
    const auto equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string() : decoded(pair.substr(equals + 1), true);
    if (!name || !value) return false;
    target.query.insert_or_assign(*std::move(name), *std::move(value));
    return true;
  });
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    unsigned byte = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return {};
    plain.push_back(static_cast<char>(byte));
    i += 2;
  }
  return plain;
}

std::optional<Target> parse_target(std::string_view target, std::string_view base) {
  if (!target.starts_with(base)) return {};
  target.remove_prefix(base.size());
  const auto question = target.find('?');
  const auto path = target.substr(0, question);
  if (!path.starts_with('/')) return {};
  Target parsed;
  if (path.size() > 1 && !take_path(parsed, path.substr(1))) return {};
  if (question != std::string_view::npos && !take_query(parsed, target.substr(question + 1))) return {};
  return parsed;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || host.starts_with("127.");
}

Hosts::Hosts(std::string_view listen_host, int port, std::vector<std::string> named) : known_(std::move(named)) {
  any_ = !is_loopback(listen_host) && known_.empty();
  for (const std::string host : {"localhost", "127.0.0.1", "[::1]"}) {
    known_.push_back(host + ":" + std::to_string(port));
    if (port == 80) known_.push_back(host);
  }
}

bool Hosts::takes(std::string_view host) const { return any_ || std::ranges::find(known_, host) != known_.end(); }

}  // namespace keel::dashboard
