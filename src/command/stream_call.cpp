#include "command/stream_call.hpp"

#include <google/protobuf/arena.h>
#include <grpcpp/server_context.h>

#include <utility>

#include "command/failure_line.hpp"
#include "command/status.hpp"
#include "command/stream_item.hpp"
#include "ops/call_trace.hpp"
#include "ops/log.hpp"

namespace keel::command {

using commands::v1::CommandItem;
using commands::v1::ExecuteRequest;

std::shared_ptr<StreamCall> StreamCall::make(const grpc::CallbackServerContext& context, StreamDesk& desk) {
  std::shared_ptr<StreamCall> call(new StreamCall(context, desk));
  call->self_ = call;
  desk.open.add(call);
  Lock lock(call->mutex_);
  call->advance(lock);
  return call;
}

StreamCall::StreamCall(const grpc::CallbackServerContext& context, StreamDesk& desk)
    : context_(context), desk_(desk), call_(context, desk.edge.authenticated_callers), window_(desk.options) {
  desk_.series.calls.started();
}

// -- events ---------------------------------------------------------------------------------------------------------

void StreamCall::OnReadDone(bool ok) {
  if (ok) take_message();
  Lock lock(mutex_);
  reading_ = false;
  if (!ok) end_with(context_.IsCancelled() ? grpc::Status::CANCELLED : grpc::Status::OK);
  advance(lock);
}

void StreamCall::OnWriteDone(bool ok) {
  Lock lock(mutex_);
  writing_ = false;
  if (!ok) give_up();
  if (!given_up_) window_.written(out_.results, out_.bytes);
  out_ = {};
  advance(lock);
}

void StreamCall::OnCancel() {
  Lock lock(mutex_);
  give_up();
  advance(lock);
}

void StreamCall::stop() {
  Lock lock(mutex_);
  end_with(status_of(actors::Trouble::stopping, {}));
  advance(lock);
}

void StreamCall::OnDone() {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start_;
  desk_.series.calls.ended(end_->error_code(), taken.count());
  desk_.open.remove(*this);
  const auto last = std::move(self_);
}

// -- reading --------------------------------------------------------------------------------------------------------

void StreamCall::take_message() {
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<ExecuteRequest>(&arena);
  if (const grpc::Status wrong = read_message(in_, message); !wrong.ok()) {
    const std::lock_guard lock(mutex_);
    return end_with(wrong);
  }
  in_.Clear();
  if (!let_in(message)) return;
  const Timestamp now = desk_.edge.clock();
  for (const CommandItem& item : message.items()) submit(item, now);
}

/// All at once, so that the stream cannot end between two of them.
bool StreamCall::let_in(const ExecuteRequest& message) {
  const std::lock_guard lock(mutex_);
  if (end_) return false;
  for (const CommandItem& item : message.items()) {
    window_.let_in(desk_.methods.find(item.command().type_url()), StreamItem::bytes_of(item));
  }
  desk_.series.commands_in_message.observe(message.items_size());
  return true;
}

void StreamCall::submit(const CommandItem& item, Timestamp now) {
  const auto place =
      std::make_shared<StreamItem>(shared_from_this(), item, desk_.methods.find(item.command().type_url()));
  try {
    submit(item, place, now);
  } catch (const std::exception& bug) {
    log::error(
        "command", "a command of a stream could not be handled",
        {{"type", item.command().type_url()}, {"err.reason", bug.what()}, {"trace_id", ops::trace_id_of(context_)}});
    place->refuse(our_fault(), "internal");
  }
}

void StreamCall::submit(const CommandItem& item, const std::shared_ptr<StreamItem>& place, Timestamp now) {
  const ItemTimes times{now, desk_.options.default_timeout, call_.view().deadline};
  auto read = read_item(place->method, item, envelope_, times, desk_.edge);
  if (const auto* const error = std::get_if<grpc::Status>(&read)) return place->refuse(*error, "invalid");
  auto& call = std::get<actors::Call>(read);
  call.reply = actors::Reply(place);
  desk_.engine.submit(std::move(call));
}

// -- answers --------------------------------------------------------------------------------------------------------

void StreamCall::answered(const StreamItem& item, const actors::Answer& answer) {
  Lock lock(mutex_);
  if (given_up_) return;
  const Method& method = *item.method;
  method.count(outcome_of(answer));
  const std::size_t before = results_.bytes();
  if (const auto* const accepted = std::get_if<actors::Accepted>(&answer)) {
    results_.add(item.index, *accepted, method.response_type_url, method.kind->context, desk_.edge.incarnation);
  } else {
    const grpc::Status status = status_of(answer, method.kind->context);
    tell_failure(method.name(), status, context_);
    results_.add(item.index, status);
  }
  settle(item, results_.bytes() - before, lock);
}

void StreamCall::refused(const StreamItem& item, const grpc::Status& error, std::string_view outcome) {
  Lock lock(mutex_);
  if (given_up_) return;
  if (item.method != nullptr) item.method->count(outcome);
  if (item.method == nullptr) desk_.series.unknown.add();
  tell_failure(item.method == nullptr ? std::string_view("unknown") : item.method->name(), error, context_);
  const std::size_t before = results_.bytes();
  results_.add(item.index, error);
  settle(item, results_.bytes() - before, lock);
}

void StreamCall::settle(const StreamItem& item, std::size_t result_bytes, Lock& lock) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - item.start;
  desk_.series.seconds.observe(taken.count());
  window_.answered(item.method, item.bytes, result_bytes);
  advance(lock);
}

// -- under the lock -------------------------------------------------------------------------------------------------

void StreamCall::end_with(const grpc::Status& status) {
  if (!end_) end_ = status;
}

/// The client is gone: nothing is owed to it any more.
void StreamCall::give_up() {
  if (finished_ || given_up_) return;
  given_up_ = true;
  end_ = grpc::Status::CANCELLED;
  results_.clear();
  window_.give_up();
}

/// The last thing an event does: afterwards the stream may be gone.
void StreamCall::advance(Lock& lock) {
  if (finished_) return;
  if (!end_ && !reading_ && window_.open()) read_next();
  if (writing_) return;
  if (!results_.empty()) return write_next(lock);
  if (end_ && window_.empty()) finish();
}

void StreamCall::read_next() {
  reading_ = true;
  StartRead(&in_);
}

void StreamCall::write_next(Lock& lock) {
  writing_ = true;
  out_ = results_.take();
  desk_.series.results_in_message.observe(static_cast<double>(out_.results));
  lock.unlock();
  StartWrite(&out_.message);
}

void StreamCall::finish() {
  finished_ = true;
  Finish(*end_);
}

}  // namespace keel::command
