#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <grpcpp/support/status.h>

#include "query/page_token.hpp"

namespace keel::query {

/// Nothing when the text can be an id: 1 to 128 bytes, no NUL. Else what to tell the client.
std::optional<grpc::Status> wrong_id(std::string_view field, std::string_view id);

/// Which page a request asks for.
struct Page {
  std::size_t size = 0;
  /// Absent: the first page.
  std::optional<PageToken> after;

  /// The key to go on after; empty text for the first page.
  std::string after_key(std::size_t part = 0) const { return after ? after->after[part] : std::string(); }
};

struct PageRules {
  std::size_t usual = 50;
  std::size_t most = 500;
  std::size_t key_parts = 1;
};

/// Reads size and token of a page; `query` names method and filters.
std::variant<Page, grpc::Status> read_page(std::int32_t size, std::string_view token, std::string_view query,
                                           const PageRules& rules);

/// Nothing unless the page was begun in another generation.
std::optional<grpc::Status> wrong_generation(const Page& page, std::int64_t live);

}  // namespace keel::query
