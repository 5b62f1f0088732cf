#include "bench/load.hpp"

#include <grpcpp/alarm.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "bench/beside.hpp"

namespace keel::bench {
namespace {

using std::chrono::milliseconds;

/// Answers every call with its own bytes; the first of all only after a while.
class Echo final : public grpc::CallbackGenericService {
 public:
  explicit Echo(milliseconds first_takes = milliseconds(0), grpc::Status status = grpc::Status::OK)
      : first_takes_(first_takes), status_(std::move(status)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~Echo() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int calls() const { return calls_; }

 private:
  class Call final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Call(Echo& echo) : echo_(echo) { StartRead(&bytes_); }
    void OnReadDone(bool ok) override {
      if (!ok) return;
      if (echo_.calls_++ > 0 || echo_.first_takes_ == milliseconds(0)) return answer();
      alarm_.Set(std::chrono::system_clock::now() + echo_.first_takes_, [this](bool) { answer(); });
    }
    void OnDone() override { delete this; }

   private:
    void answer() {
      if (echo_.status_.ok()) return StartWriteAndFinish(&bytes_, {}, grpc::Status::OK);
      Finish(echo_.status_);
    }
    Echo& echo_;
    grpc::ByteBuffer bytes_;
    grpc::Alarm alarm_;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Call(*this);
  }

  const milliseconds first_takes_;
  const grpc::Status status_;
  int port_ = 0;
  std::atomic<int> calls_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

/// Numbered requests; says what came back and how many were under way at once.
class Numbers final : public Workload {
 public:
  struct Seen {
    std::atomic<int> answered = 0;
    std::atomic<int> wrong = 0;
    std::atomic<int> most_under_way = 0;
  };
  explicit Numbers(Seen& seen, std::uint64_t most = 1'000'000'000) : seen_(seen), most_(most) {}

  std::vector<const char*> methods() const override { return {"/a.Service/One", "/a.Service/Two"}; }
  bool ready() override { return made_ < most_; }
  bool finished() override { return made_ == most_; }
  Request next() override {
    seen_.most_under_way = std::max(seen_.most_under_way.load(), ++under_way_);
    const grpc::Slice slice(std::to_string(++made_));
    return {made_ % 2, grpc::ByteBuffer(&slice, 1), made_};
  }
  void completed(const Answer& answer) override {
    --under_way_;
    ++seen_.answered;
    grpc::Slice slice;
    if (!answer.ok || !answer.reply.DumpToSingleSlice(&slice).ok()) return;
    const std::string text(reinterpret_cast<const char*>(slice.begin()), slice.size());
    if (text != std::to_string(answer.key)) ++seen_.wrong;
  }

 private:
  Seen& seen_;
  std::uint64_t most_;
  std::uint64_t made_ = 0;
  int under_way_ = 0;
};

Pressure on(const Echo& echo, int milliseconds_long) {
  Pressure pressure;
  pressure.address = echo.address();
  pressure.in_flight = 8;
  pressure.channels = 2;
  pressure.warm_up = milliseconds(0);
  pressure.measured = milliseconds(milliseconds_long);
  return pressure;
}

MakeWorkload numbers(Numbers::Seen& seen) {
  return [&seen](int) { return std::make_unique<Numbers>(seen); };
}

TEST(Load, KeepsAsManyInFlightAsAskedAndGivesEachItsOwnAnswer) {
  Echo echo;
  Numbers::Seen seen;
  const Outcome outcome = press(on(echo, 200), numbers(seen));
  EXPECT_EQ(seen.most_under_way, 8);
  EXPECT_EQ(seen.wrong, 0);
  EXPECT_EQ(seen.answered, echo.calls()) << "what is in flight at the end is waited for";
  EXPECT_GT(outcome.answered, 8U);
  EXPECT_LE(outcome.answered, static_cast<std::uint64_t>(echo.calls()));
  EXPECT_EQ(outcome.latency.total(), outcome.answered);
}

TEST(Load, CountsAStallInEveryCallThatWasDueDuringIt) {
  Echo echo(milliseconds(200));
  Numbers::Seen seen;
  Pressure pressure = on(echo, 1'000);
  pressure.rate = 500;
  pressure.in_flight = 1;  // so that the stall holds up all that follow
  const Outcome outcome = press(pressure, numbers(seen));
  EXPECT_GT(outcome.answered, 300U) << "the open loop catches up";
  EXPECT_GE(outcome.latency.largest(), 200'000) << "the first call itself";
  EXPECT_GE(outcome.latency.quantile(0.9), 50'000) << "a hundred calls were due meanwhile, and waited";
}

TEST(Load, KeepsToItsRateWhenAnswersAreQuick) {
  Echo echo;
  Numbers::Seen seen;
  Pressure pressure = on(echo, 500);
  pressure.rate = 400;
  press(pressure, numbers(seen));
  EXPECT_GE(echo.calls(), 190);
  EXPECT_LE(echo.calls(), 201);
}

TEST(Load, CountsFailuresByStatusApartFromAnswers) {
  Echo echo(milliseconds(0), {grpc::StatusCode::UNAVAILABLE, "gone"});
  Numbers::Seen seen;
  const Outcome outcome = press(on(echo, 100), numbers(seen));
  EXPECT_EQ(outcome.answered, 0U);
  EXPECT_EQ(outcome.failed.size(), 1U);
  EXPECT_GT(outcome.failed.at("14 gone"), 0U);
}

TEST(Load, DoesNotCountTheWarmUp) {
  Echo echo(milliseconds(150));
  Numbers::Seen seen;
  Pressure pressure = on(echo, 200);
  pressure.warm_up = milliseconds(300);
  const Outcome outcome = press(pressure, numbers(seen));
  EXPECT_LT(outcome.latency.largest(), 150'000) << "the slow first call fell into the warm-up";
  EXPECT_LT(outcome.answered, static_cast<std::uint64_t>(echo.calls()));
}

TEST(Load, SharesCallsOutToSeveralThreads) {
  Echo echo;
  Numbers::Seen seen;
  Pressure pressure = on(echo, 100);
  pressure.threads = 4;
  press(pressure, numbers(seen));
  EXPECT_EQ(seen.most_under_way, 2) << "of one thread";
  EXPECT_EQ(seen.answered, echo.calls());
}

TEST(Load, SaysWhoDoesNotAnswer) {
  Numbers::Seen seen;
  Pressure pressure;
  pressure.address = "127.0.0.1:1";
  pressure.patience = milliseconds(50);
  EXPECT_THROW(press(pressure, numbers(seen)), std::runtime_error);
}

TEST(Beside, CountsAnswersInThePartInWhichTheyCame) {
  Echo echo;
  Numbers::Seen seen;
  Parts parts;
  parts.begin("one");
  Pressure pressure = on(echo, 0);
  pressure.rate = 500;
  Beside load(pressure, std::make_unique<Numbers>(seen), parts);
  while (seen.answered < 10) std::this_thread::yield();
  parts.begin("two");
  const int before = seen.answered;
  while (seen.answered < before + 10) std::this_thread::yield();
  parts.end();
  const auto outcomes = load.outcomes();
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_GE(outcomes[0].answered, 10U);
  EXPECT_GE(outcomes[1].answered, 10U);
  EXPECT_EQ(outcomes[0].answered + outcomes[1].answered, static_cast<std::uint64_t>(seen.answered));
  EXPECT_GT(outcomes[0].seconds, 0);
}

TEST(Beside, EndsWithItsObjectWhenThePartsDoNot) {
  Echo echo;
  Numbers::Seen seen;
  Parts parts;
  parts.begin("one");
  Pressure pressure = on(echo, 0);
  pressure.rate = 500;
  { const Beside load(pressure, std::make_unique<Numbers>(seen), parts); }
  EXPECT_EQ(seen.answered, echo.calls());
}

}  // namespace
}  // namespace keel::bench
