#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "journal/in_memory_journal.hpp"
#include "journal/writer.hpp"

namespace keel::test {

/// Several processes that fight for one journal, each with a writer and aggregates that submit to it, in a world where
/// time and every fault are moves of a game. Throws `Broken` as soon as a promise of the writer is.
///
/// One thread: a move runs to its end before the next one begins, so what a writer says can be compared with the store
/// at the very moment that it says it.
class WriterWorld {
 public:
  struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  static constexpr int processes = 3;
  static constexpr int aggregates = 5;
  static constexpr int lanes = 2;

  WriterWorld();
  ~WriterWorld();

  // -- moves: every argument is taken modulo what there is ----------------------------------------------------------
  void command(unsigned process, unsigned aggregate, unsigned events, bool fresh_id, unsigned body);
  void answer(unsigned process, unsigned aggregate, bool fresh_id);
  void snapshot(unsigned process, unsigned aggregate);
  /// An actor that should be dead speaks up once more.
  void zombie(unsigned process, unsigned choice);
  void close(unsigned process, unsigned aggregate);
  void work(unsigned process);
  void take_over(unsigned process);
  void abandon(unsigned process);
  void fail_append(unsigned outcome);
  void lose_answer(unsigned what);
  void fail_calls(unsigned times);
  void disconnect();
  void refuse_sessions(bool refused);
  void pass_time(unsigned milliseconds);

  /// Ends every fault, lets one process own the lanes, waits for every writer to be idle, and checks what must hold
  /// for the journal as a whole.
  void heal_and_check();

  /// How much happened, so that a test can see that the game is not empty.
  std::map<std::string, int> tally;

 private:
  struct Attempt;
  struct Actor;
  struct Process;

  Actor* speaker(Process& process, unsigned aggregate);
  std::shared_ptr<Actor> load(unsigned aggregate);
  Process& owning(unsigned process);
  void bury(Process& process, unsigned aggregate);
  journal::Item item_of(const std::shared_ptr<Actor>& actor, Attempt attempt);
  void submit_command(Process& process, const std::shared_ptr<Actor>& actor, unsigned events, std::uint32_t request,
                      unsigned body);
  void submit_answer(Process& process, const std::shared_ptr<Actor>& actor, std::uint32_t request);
  std::uint32_t request(bool fresh, Lane lane);
  void check_outcome(Actor& actor, Attempt& attempt, journal::Outcome& outcome);
  void check_memory(const Actor& actor, const Attempt& attempt) const;
  void check_not_overtaken(const Actor& actor, const Attempt& attempt) const;
  void check_absent(const Attempt& attempt, const std::string& told) const;
  std::vector<std::string> history(const AggregateRef& aggregate) const;
  const journal::Receipt* receipt_of(const Attempt& attempt) const;
  void check_lanes() const;
  void check_versions() const;
  void check_requests() const;
  void check_everyone_answered() const;

  Timestamp now_{std::chrono::seconds(1'000'000)};
  std::shared_ptr<journal::InMemoryStore> store_;
  mutable std::vector<journal::Receipt> receipts_;
  std::vector<std::unique_ptr<Process>> processes_;
  std::vector<std::pair<std::uint32_t, Lane>> requests_;
  std::uint32_t next_request_ = 0;
  std::uint64_t next_attempt_ = 0;
  std::vector<std::shared_ptr<Attempt>> attempts_;
};

}  // namespace keel::test
