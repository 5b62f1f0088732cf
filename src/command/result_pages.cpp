#include "command/result_pages.hpp"

#include <grpcpp/support/slice.h>

#include <memory>
#include <utility>

#include "command/response.hpp"

namespace keel::command {
namespace {

constexpr std::size_t page_bytes = 64 << 10;
constexpr std::size_t first_bytes = 1 << 10;

/// Without a copy: the slice owns the string.
grpc::ByteBuffer message_of(std::string bytes) {
  auto owned = std::make_unique<std::string>(std::move(bytes));
  std::string* const kept = owned.release();
  const grpc::Slice slice(
      kept->data(), kept->size(), [](void* own) { delete static_cast<std::string*>(own); }, kept);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace

void ResultPages::add(std::int64_t index, const actors::Accepted& accepted, std::string_view type_url,
                      std::string_view context, const Uuid& incarnation) {
  auto& response = *result_.mutable_response();
  response.mutable_type_url()->assign(type_url);
  write_response(accepted, context, incarnation, *response.mutable_value());
  result_.set_index(index);
  result_.set_deduplicated(accepted.deduplicated);
  append();
}

void ResultPages::add(std::int64_t index, const grpc::Status& error) {
  // The details are the whole google.rpc.Status, and ours has its wire form.
  result_.mutable_error()->ParseFromString(error.error_details());
  result_.set_index(index);
  result_.set_deduplicated(false);
  append();
}

void ResultPages::append() {
  if (pages_.empty() || pages_.back().bytes.size() >= page_bytes) pages_.emplace_back().bytes.reserve(first_bytes);
  Writing& page = pages_.back();
  const std::size_t before = page.bytes.size();
  scratch_.AppendToString(&page.bytes);
  page.results += 1;
  bytes_ += page.bytes.size() - before;
}

ResultPages::Page ResultPages::take() {
  Writing oldest = std::move(pages_.front());
  pages_.pop_front();
  const std::size_t size = oldest.bytes.size();
  bytes_ -= size;
  return {message_of(std::move(oldest.bytes)), oldest.results, size};
}

void ResultPages::clear() {
  pages_.clear();
  bytes_ = 0;
}

}  // namespace keel::command
