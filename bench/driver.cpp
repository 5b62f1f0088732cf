#include "bench/driver.hpp"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/async_unary_call.h>
#include <sys/prctl.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "bench/schedule.hpp"

namespace keel::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::chrono::seconds call_deadline{20};

/// gRPC's queue rounds waits up to whole milliseconds; shorter ones are slept.
constexpr milliseconds coarse{2};

/// An open loop looks at most so often: what falls due meanwhile goes out together, late by that much, which counts.
/// So the load generator does not take the cores of what it measures for a wake-up at every call.
constexpr std::chrono::microseconds look_every{250};

std::string failure_of(const grpc::Status& status) {
  return status.ok() ? std::string() : std::to_string(status.error_code()) + " " + status.error_message();
}

struct Slot {
  std::optional<grpc::ClientContext> context;
  grpc::ByteBuffer reply;
  grpc::Status status;
  std::uint64_t key = 0;
  steady_clock::time_point due;
};

}  // namespace

class Driver::Inside {
 public:
  Inside(const Pressure& pressure, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
         std::unique_ptr<Workload> workload, int thread, steady_clock::time_point start)
      : workload_(std::move(workload)),
        slots_(static_cast<std::size_t>(std::max(1, pressure.in_flight / pressure.threads))),
        begin_(start + pressure.warm_up),
        end_(begin_ + pressure.measured) {
    for (const auto& channel : channels) add_routes(channel);
    for (auto& slot : slots_) free_.push_back(&slot);
    if (pressure.rate > 0) schedule_.emplace(start, pressure.rate, pressure.threads, thread);
    outcome_.seconds = std::chrono::duration<double>(pressure.measured).count();
  }

  Outcome run() {
    if (schedule_) {
      keep_to_the_schedule();
    } else {
      keep_in_flight();
    }
    while (in_flight() > 0) take_next();
    return std::move(outcome_);
  }

 private:
  /// A method on a channel, known to it by number.
  struct Route {
    std::shared_ptr<grpc::Channel> channel;
    std::vector<grpc::internal::RpcMethod> methods;
  };

  void add_routes(const std::shared_ptr<grpc::Channel>& channel) {
    Route route{channel, {}};
    for (const char* name : workload_->methods()) {
      route.methods.emplace_back(name, grpc::internal::RpcMethod::NORMAL_RPC, channel);
    }
    routes_.push_back(std::move(route));
  }

  std::size_t in_flight() const { return slots_.size() - free_.size(); }

  void keep_in_flight() {
    for (auto now = steady_clock::now(); now < end_ && !workload_->finished(); now = steady_clock::now()) {
      while (!free_.empty() && workload_->ready()) send(steady_clock::now());
      if (in_flight() == 0) {
        std::this_thread::sleep_for(milliseconds(1));
      } else if (free_.empty()) {
        take_next();
      } else {
        take_all_until(now + coarse);
      }
    }
  }

  void keep_to_the_schedule() {
    prctl(PR_SET_TIMERSLACK, 1'000);  // nanoseconds; the usual 50,000 would stand in every latency
    for (auto now = steady_clock::now(); now < end_ && !workload_->finished(); now = steady_clock::now()) {
      while (!free_.empty() && schedule_->next() <= now) {
        send(schedule_->next());
        schedule_->advance();
      }
      if (free_.empty()) {
        take_next();
        continue;
      }
      take_all_until(schedule_->next() - coarse);
      std::this_thread::sleep_until(
          std::clamp<steady_clock::time_point>(schedule_->next(), now + look_every, now + coarse));
    }
  }

  void send(steady_clock::time_point due) {
    Slot* slot = free_.back();
    free_.pop_back();
    Request request = workload_->next();
    slot->key = request.key;
    slot->due = due;
    slot->context.emplace();
    slot->context->set_deadline(system_clock::now() + call_deadline);
    const Route& route = routes_[turn_++ % routes_.size()];
    auto* call = grpc::internal::ClientAsyncResponseReaderHelper::Create<grpc::ByteBuffer>(
        route.channel.get(), &queue_, route.methods[request.method], &*slot->context, request.body);
    call->StartCall();
    call->Finish(&slot->reply, &slot->status, slot);
  }

  void take_next() {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.Next(&tag, &ok)) take(static_cast<Slot*>(tag));
  }

  /// Everything that is answered, and what comes until that moment.
  void take_all_until(steady_clock::time_point until) {
    void* tag = nullptr;
    bool ok = false;
    const auto wait = std::max<steady_clock::duration>(until - steady_clock::now(), steady_clock::duration::zero());
    auto deadline = system_clock::now() + std::chrono::duration_cast<system_clock::duration>(wait);
    while (queue_.AsyncNext(&tag, &ok, deadline) == grpc::CompletionQueue::GOT_EVENT) {
      take(static_cast<Slot*>(tag));
      if (!schedule_) deadline = system_clock::time_point{};
    }
  }

  void take(Slot* slot) {
    const auto now = steady_clock::now();
    const Answer answer{slot->key, slot->status.ok(), slot->reply,
                        std::chrono::duration_cast<std::chrono::microseconds>(now - slot->due),
                        failure_of(slot->status)};
    if (now >= begin_ && now < end_) outcome_.count(answer);
    workload_->completed(answer);
    slot->context.reset();
    slot->reply.Clear();
    free_.push_back(slot);
  }

  std::unique_ptr<Workload> workload_;
  std::vector<Slot> slots_;
  std::vector<Slot*> free_;
  std::vector<Route> routes_;
  grpc::CompletionQueue queue_;
  std::size_t turn_ = 0;
  steady_clock::time_point begin_;
  steady_clock::time_point end_;
  std::optional<Schedule> schedule_;
  Outcome outcome_;
};

Driver::Driver(const Pressure& pressure, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
               std::unique_ptr<Workload> workload, int thread, steady_clock::time_point start)
    : inside_(std::make_unique<Inside>(pressure, channels, std::move(workload), thread, start)) {}

Driver::~Driver() = default;

Outcome Driver::run() { return inside_->run(); }

}  // namespace keel::bench
