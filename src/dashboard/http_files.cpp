#include "dashboard/http_files.hpp"

#include <algorithm>

#include "dashboard/http_exchange.hpp"
#include "dashboard/refusal.hpp"

namespace keel::dashboard {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// The next of a list; `rest` is what follows it.
std::string_view next_of(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto item = trimmed(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return item;
}

/// `;q=0`, `; q=0.000`: not at all.
bool is_forbidden(std::string_view parameters) {
  const auto weight = trimmed(parameters);
  return (weight.starts_with("q=0") || weight.starts_with("Q=0")) &&
         weight.find_first_of("123456789") == std::string_view::npos;
}

std::string joined(const std::vector<std::string>& path) {
  std::string text;
  for (const auto& part : path) text += (text.empty() ? "" : "/") + part;
  return text.empty() ? "index.html" : text;
}

/// Weak, because both encodings share it.
std::string tag_of(const WebFile& file) { return "W/\"" + std::string(file.hash) + "\""; }

void write_headers(const WebFile& file, httplib::Response& response) {
  response.set_header("Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (!file.hash.empty()) response.set_header("ETag", tag_of(file));
  if (!file.gzip.empty()) response.set_header("Vary", "Accept-Encoding");
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  bool by_any = false;
  while (!accept_encoding.empty()) {
    auto item = next_of(accept_encoding, ',');
    const auto coding = next_of(item, ';');
    if (coding == "gzip" || coding == "x-gzip") return !is_forbidden(item);
    if (coding == "*") by_any = !is_forbidden(item);
  }
  return by_any;
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  while (!if_none_match.empty()) {
    auto named = next_of(if_none_match, ',');
    if (named == "*") return true;
    if (named.starts_with("W/")) named.remove_prefix(2);
    if (named == tag) return true;
  }
  return false;
}

void write_file(std::span<const WebFile> files, const std::vector<std::string>& path, const httplib::Request& http,
                httplib::Response& response) {
  const auto file = std::ranges::find(files, joined(path), &WebFile::path);
  if (file == files.end()) return write(not_found("FILE_NOT_FOUND", "there is no such page"), response);
  write_headers(*file, response);
  if (!file->hash.empty() && names_tag(http.get_header_value("If-None-Match"), tag_of(*file))) {
    response.status = 304;
    return;
  }
  response.status = 200;
  const bool small = !file->gzip.empty() && takes_gzip(http.get_header_value("Accept-Encoding"));
  if (small) response.set_header("Content-Encoding", "gzip");
  write_bytes(small ? file->gzip : file->bytes, std::string(file->content_type), nullptr, response);
}

}  // namespace keel::dashboard
