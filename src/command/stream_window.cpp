#include "command/stream_window.hpp"

#include "command/item_request.hpp"

namespace keel::command {

void StreamWindow::let_in(const Method* method, std::size_t bytes) {
  waiting_ += 1;
  bytes_ += bytes;
  unanswered_[method] += 1;
}

void StreamWindow::answered(const Method* method, std::size_t command_bytes, std::size_t result_bytes) {
  unanswered_[method] -= 1;
  bytes_ += result_bytes;
  bytes_ -= command_bytes;
}

void StreamWindow::written(std::size_t results, std::size_t bytes) {
  waiting_ -= results;
  bytes_ -= bytes;
}

bool StreamWindow::open() const {
  if (empty()) return true;
  return waiting_ + most_items <= options_.in_flight && bytes_ < options_.waiting_bytes;
}

void StreamWindow::give_up() {
  for (const auto& [method, count] : unanswered_) {
    if (method != nullptr) method->count("cancelled", count);
  }
  unanswered_.clear();
  waiting_ = 0;
  bytes_ = 0;
}

}  // namespace keel::command
