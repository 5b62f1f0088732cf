#include "actors/command_courier.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace keel::actors {

/// Where answers of other threads wait for the runner. Outlives the courier while answers are under way.
struct CommandCourier::Inbox {
  explicit Inbox(std::shared_ptr<Doorbell> doorbell) : bell(std::move(doorbell)) {}

  void put(Ticket ticket, Answer answer) {
    {
      const std::lock_guard lock(mutex);
      answers.emplace_back(ticket, std::move(answer));
    }
    bell->ring_at_once();
  }

  std::vector<std::pair<Ticket, Answer>> take() {
    const std::lock_guard lock(mutex);
    return std::exchange(answers, {});
  }

  std::shared_ptr<Doorbell> bell;
  std::mutex mutex;
  std::vector<std::pair<Ticket, Answer>> answers;
};

/// Takes the answer of one try.
class CommandCourier::Slip final : public AnswerPort {
 public:
  Slip(std::shared_ptr<Inbox> inbox, Ticket ticket) : inbox_(std::move(inbox)), ticket_(ticket) {}
  void answer(Answer answer) override { inbox_->put(ticket_, std::move(answer)); }

 private:
  std::shared_ptr<Inbox> inbox_;
  Ticket ticket_;
};

CommandCourier::CommandCourier(CommandPort& port, const MessageDirectory& directory, std::shared_ptr<Doorbell> bell,
                               Clock clock, CourierOptions options, ops::Counter repeats)
    : port_(port),
      directory_(directory),
      clock_(std::move(clock)),
      options_(options),
      repeats_(repeats),
      inbox_(std::make_shared<Inbox>(std::move(bell))) {}

CommandCourier::~CommandCourier() = default;

Result<Done> CommandCourier::send(std::unique_ptr<domain::Message> command, const Uuid& request_id,
                                  std::string_view traceparent, Answered answered) {
  if (auto fits = directory_.check(*command); !fits) return fits.fault();
  const Ticket ticket = ++last_ticket_;
  errands_.emplace(ticket, Errand{std::move(command), request_id, std::string(traceparent), std::move(answered)});
  waiting_.push_back(ticket);
  send_waiting(std::chrono::steady_clock::now());
  return Done{};
}

void CommandCourier::deliver() {
  for (auto& [ticket, answer] : inbox_->take()) {
    --on_their_way_;
    const auto errand = errands_.find(ticket);
    if (std::holds_alternative<Trouble>(answer)) {
      repeats_.add();
      const auto pause = options_.pauses.after(++errand->second.troubles);
      repeats_due_.emplace(std::chrono::steady_clock::now() + pause, ticket);
      continue;
    }
    const Answered answered = std::move(errand->second.answered);
    errands_.erase(errand);
    answered(answer);
  }
  send_waiting(std::chrono::steady_clock::now());
}

std::optional<CommandCourier::Instant> CommandCourier::next_try() const {
  if (repeats_due_.empty()) return std::nullopt;
  return repeats_due_.begin()->first;
}

void CommandCourier::send_waiting(Instant now) {
  while (!repeats_due_.empty() && repeats_due_.begin()->first <= now) {
    waiting_.push_back(repeats_due_.begin()->second);
    repeats_due_.erase(repeats_due_.begin());
  }
  while (!waiting_.empty() && on_their_way_ < options_.in_flight) {
    const Ticket ticket = waiting_.front();
    waiting_.pop_front();
    try_now(ticket, errands_.at(ticket));
  }
}

void CommandCourier::try_now(Ticket ticket, Errand& errand) {
  std::unique_ptr<domain::Message> copy(errand.command->New());
  copy->CopyFrom(*errand.command);
  Call call = *directory_.call(std::move(copy), errand.request_id, errand.traceparent);
  const Timestamp now = clock_();
  call.stamp = {now, make_uuid_v7(now)};
  call.deadline = now + options_.deadline;
  call.reply = Reply(std::make_shared<Slip>(inbox_, ticket));
  ++on_their_way_;
  port_.submit(std::move(call));
}

}  // namespace keel::actors
