#include "dashboard/log_stream.hpp"

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <utility>

namespace keel::dashboard {
namespace {

/// Lines that wait for a slow client.
constexpr std::size_t max_waiting = 2'000;
constexpr std::chrono::milliseconds breath{500};

/// A line is one JSON object; one that is none (it never should be) is told as a text.
std::string event_of(const std::string& line) {
  const auto parsed = Json::parse(line, nullptr, false);
  return "event: line\ndata: " + dump(parsed.is_object() ? parsed : Json{{"msg", text(line)}}) + "\n\n";
}

std::string missed_event(std::int64_t missed) {
  return "event: missed\ndata: {\"missed\":" + std::to_string(missed) + "}\n\n";
}

}  // namespace

struct LogStream::Call {
  grpc::ClientContext context;
};

LogStream::LogStream(std::shared_ptr<const ProcessClient> process, const ops::v1::TailLogsRequest& request,
                     const EventHub& hub, std::shared_ptr<void> place)
    : process_(std::move(process)), hub_(hub), place_(std::move(place)), call_(std::make_unique<Call>()) {
  thread_ = std::thread([this, request] { read(request); });
}

LogStream::~LogStream() {
  call_->context.TryCancel();
  thread_.join();
}

void LogStream::read(const ops::v1::TailLogsRequest& request) {
  const auto reader = process_->tail_logs(call_->context, request);
  ops::v1::TailLogsResponse answer;
  while (reader->Read(&answer)) take(answer);
  const auto status = reader->Finish();
  const std::lock_guard lock(mutex_);
  over_ = true;
  trouble_ = status.error_message();
  changed_.notify_all();
}

void LogStream::take(const ops::v1::TailLogsResponse& answer) {
  const std::lock_guard lock(mutex_);
  missed_ += answer.missed();
  for (const auto& line : answer.lines()) lines_.push_back(line);
  for (; lines_.size() > max_waiting; ++missed_) lines_.pop_front();
  changed_.notify_all();
}

bool LogStream::next(std::string& piece) {
  piece.clear();
  if (hub_.stopped()) return false;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, breath, [&] { return over_ || !lines_.empty() || missed_ > 0; });
  if (missed_ > 0) piece += missed_event(std::exchange(missed_, 0));
  for (const auto& line : lines_) piece += event_of(line);
  lines_.clear();
  if (!piece.empty() || !over_) return true;
  if (trouble_.empty()) trouble_ = "the process has ended";
  piece = "event: ended\ndata: " + dump({{"why", text(std::exchange(trouble_, {}))}}) + "\n\n";
  return !std::exchange(told_end_, true);
}

}  // namespace keel::dashboard
