#include "query/request_checks.hpp"

#include <algorithm>
#include <utility>

#include "core/aggregate_ref.hpp"
#include "ops/utf8.hpp"
#include "query/query_errors.hpp"

namespace keel::query {
namespace {

/// Requests are UTF-8 once they are parsed; what a page token carries is looked at here.
bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = ops::utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool can_be_id(std::string_view text) {
  return is_utf8(text) && !text.empty() && text.size() <= max_id_bytes && text.find('\0') == std::string_view::npos;
}

}  // namespace

std::optional<grpc::Status> wrong_id(std::string_view field, std::string_view id) {
  if (can_be_id(id)) return {};
  return request_invalid({{std::string(field), "must be 1 to 128 bytes without NUL"}});
}

std::variant<Page, grpc::Status> read_page(std::int32_t size, std::string_view token, std::string_view query,
                                           const PageRules& rules) {
  if (size < 0) return page_size_negative(size);
  Page page;
  page.size = size == 0 ? rules.usual : std::min(static_cast<std::size_t>(size), rules.most);
  if (token.empty()) return page;
  auto after = decode_page_token(token, query);
  const bool fits = after && after->after.size() == rules.key_parts && std::ranges::all_of(after->after, can_be_id);
  if (!fits) return page_token_invalid();
  page.after = *std::move(after);
  return page;
}

std::optional<grpc::Status> wrong_generation(const Page& page, std::int64_t live) {
  if (!page.after || page.after->generation == live) return {};
  return page_token_invalid();
}

}  // namespace keel::query
