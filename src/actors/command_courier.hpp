#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "actors/call.hpp"
#include "actors/doorbell.hpp"
#include "actors/internal_command.hpp"
#include "core/clock.hpp"
#include "ops/metrics.hpp"

namespace keel::actors {

struct CourierOptions {
  /// How long one try may take before it is answered `Trouble::late`.
  std::chrono::milliseconds deadline{10'000};
  /// Commands on their way at once; the others wait here.
  std::size_t in_flight = 1024;
  /// Between one try and the next.
  Pauses pauses{std::chrono::milliseconds(20), std::chrono::milliseconds(5000)};
};

/// Brings commands to their aggregates until each has a *certain* answer: accepted, refused, a conflict, or a misused
/// request id. Every trouble means the same command again, with the same request id, after a growing pause.
///
/// One thread, the runner's: `send` never answers at once; answers come on `deliver`. Other threads only ring the bell.
class CommandCourier {
 public:
  using Instant = Doorbell::Instant;
  /// Gets the certain answer (never `Trouble`).
  using Answered = std::function<void(const Answer&)>;

  /// `repeats` counts the tries that ended in trouble.
  CommandCourier(CommandPort& port, const MessageDirectory& directory, std::shared_ptr<Doorbell> bell, Clock clock,
                 CourierOptions options, ops::Counter repeats);
  ~CommandCourier();
  CommandCourier(const CommandCourier&) = delete;
  CommandCourier& operator=(const CommandCourier&) = delete;

  /// Fault: the command is none that an aggregate takes; `answered` is then never called.
  Result<Done> send(std::unique_ptr<domain::Message> command, const Uuid& request_id, std::string_view traceparent,
                    Answered answered);

  /// Tells what was answered since the last time, in the order of arrival, and sends what is due.
  void deliver();

  /// When something is due that no bell will tell of.
  std::optional<Instant> next_try() const;
  /// Commands without a certain answer.
  std::size_t open() const { return errands_.size(); }

 private:
  struct Inbox;
  class Slip;
  struct Errand {
    std::unique_ptr<domain::Message> command;
    Uuid request_id;
    std::string traceparent;
    Answered answered;
    int troubles = 0;
  };
  using Ticket = std::uint64_t;

  void try_now(Ticket ticket, Errand& errand);
  void send_waiting(Instant now);

  CommandPort& port_;
  const MessageDirectory& directory_;
  Clock clock_;
  CourierOptions options_;
  ops::Counter repeats_;
  std::shared_ptr<Inbox> inbox_;
  Ticket last_ticket_ = 0;
  std::size_t on_their_way_ = 0;
  std::unordered_map<Ticket, Errand> errands_;
  std::deque<Ticket> waiting_;
  std::multimap<Instant, Ticket> repeats_due_;
};

}  // namespace keel::actors
