#include "bench/load.hpp"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <deque>
#include <thread>

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

std::vector<std::shared_ptr<grpc::Channel>> connect(const Pressure& pressure) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < pressure.channels; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // else all channels share one connection
    channels.push_back(grpc::CreateCustomChannel(pressure.address, grpc::InsecureChannelCredentials(), arguments));
    channels.back()->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10));
  }
  return channels;
}

struct InFlight {
  grpc::ClientContext context;
  grpc::ByteBuffer reply;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  std::uint64_t key = 0;
  steady_clock::time_point due;
};

/// One thread of load: sends what is due, takes what is answered.
class Driver {
 public:
  Driver(const Pressure& pressure, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
         std::unique_ptr<Workload> workload, int thread, steady_clock::time_point start)
      : pressure_(pressure),
        workload_(std::move(workload)),
        budget_(std::max(1, pressure.in_flight / pressure.threads)),
        begin_(start + pressure.warm_up),
        end_(begin_ + pressure.measured) {
    for (std::size_t i = 0; i < channels.size(); ++i) {
      if (static_cast<int>(i) % pressure.threads == thread % static_cast<int>(channels.size()) ||
          static_cast<int>(channels.size()) < pressure.threads) {
        stubs_.push_back(std::make_unique<grpc::GenericStub>(channels[i]));
      }
    }
    if (pressure.rate > 0) {
      interval_ = std::chrono::duration_cast<steady_clock::duration>(
          std::chrono::duration<double>(pressure.threads / pressure.rate));
      next_due_ = start + interval_ * thread / pressure.threads;
    }
  }

  Outcome run() {
    while (steady_clock::now() < end_) {
      send_what_is_due();
      receive(pressure_.rate > 0 ? std::min(next_due_, end_) : end_);
    }
    while (in_flight_ > 0) receive(steady_clock::time_point::max());
    outcome_.seconds = std::chrono::duration<double>(pressure_.measured).count();
    return std::move(outcome_);
  }

 private:
  void send_what_is_due() {
    while (in_flight_ < budget_) {
      const auto now = steady_clock::now();
      if (pressure_.rate <= 0) {
        send(now);
        continue;
      }
      if (next_due_ > now) return;
      send(next_due_);
      next_due_ += interval_;
    }
  }

  void send(steady_clock::time_point due) {
    auto* call = new InFlight;
    Request request = workload_->next();
    call->key = request.key;
    call->due = due;
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    auto& stub = *stubs_[turn_++ % stubs_.size()];
    call->reader = stub.PrepareUnaryCall(&call->context, request.method, request.body, &queue_);
    call->reader->StartCall();
    call->reader->Finish(&call->reply, &call->status, call);
    ++in_flight_;
  }

  void receive(steady_clock::time_point until) {
    // The queue's deadline is wall-clock time; a sleep of well under a millisecond is not worth its system call.
    const auto wait = std::min<steady_clock::duration>(until - steady_clock::now(), std::chrono::seconds(5));
    void* tag = nullptr;
    bool ok = false;
    auto deadline = std::chrono::system_clock::now() + std::max(wait, steady_clock::duration::zero());
    while (queue_.AsyncNext(&tag, &ok, deadline) == grpc::CompletionQueue::GOT_EVENT) {
      take(std::unique_ptr<InFlight>(static_cast<InFlight*>(tag)));
      if (pressure_.rate <= 0 || in_flight_ == 0) return;
      deadline = std::chrono::system_clock::now();
      if (next_due_ <= steady_clock::now()) return;
    }
  }

  void take(std::unique_ptr<InFlight> call) {
    --in_flight_;
    const auto now = steady_clock::now();
    workload_->completed(call->key, call->status.ok());
    if (now < begin_ || now >= end_) return;
    if (!call->status.ok()) {
      ++outcome_.failed[std::to_string(call->status.error_code()) + " " + call->status.error_message()];
      return;
    }
    ++outcome_.answered;
    outcome_.latency.record(std::chrono::duration_cast<std::chrono::microseconds>(now - call->due).count());
  }

  const Pressure& pressure_;
  std::unique_ptr<Workload> workload_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  int budget_;
  int in_flight_ = 0;
  std::size_t turn_ = 0;
  steady_clock::time_point begin_;
  steady_clock::time_point end_;
  steady_clock::time_point next_due_{};
  steady_clock::duration interval_{};
  Outcome outcome_;
};

}  // namespace

Outcome press(const Pressure& pressure, const std::function<std::unique_ptr<Workload>(int)>& make_workload) {
  const auto channels = connect(pressure);
  const auto start = steady_clock::now();
  std::vector<Outcome> outcomes(static_cast<std::size_t>(pressure.threads));
  std::vector<std::thread> threads;
  for (int i = 0; i < pressure.threads; ++i) {
    threads.emplace_back([&, i] {
      outcomes[static_cast<std::size_t>(i)] = Driver(pressure, channels, make_workload(i), i, start).run();
    });
  }
  std::this_thread::sleep_until(start + pressure.warm_up);
  pressure.on_begin();
  std::this_thread::sleep_until(start + pressure.warm_up + pressure.measured);
  pressure.on_end();
  for (auto& thread : threads) thread.join();
  Outcome whole;
  for (const auto& part : outcomes) {
    whole.seconds = part.seconds;
    whole.answered += part.answered;
    whole.latency.merge(part.latency);
    for (const auto& [status, count] : part.failed) whole.failed[status] += count;
  }
  return whole;
}

}  // namespace keel::bench
