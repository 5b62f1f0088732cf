#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "journal/writer.hpp"
#include "support/hooked_journal.hpp"

namespace keel::test {

/// A command that somebody wants carried out once, whoever owns the lanes.
struct Wish {
  Uuid request_id;
  unsigned aggregate = 0;
  std::int64_t events = 1;
};

/// Wishes whose outcome is open: any rival may repeat them.
class OpenWishes {
 public:
  void put(const Wish& wish);
  std::optional<Wish> take();

 private:
  std::mutex mutex_;
  std::vector<Wish> wishes_;
};

/// What a rival was told, to be compared with the journal when all is over.
struct Told {
  struct Stored {
    std::string payload;
    Lane lane;
    Position position;
    Version version;
    std::int64_t events = 0;
  };
  struct Stood {
    AggregateRef aggregate;
    /// What the answer rested on: the version, and the payload of its event.
    Version version;
    std::string payload;
  };
  std::vector<Stored> stored;
  std::vector<Stood> stood;
  /// Payloads that were told to be in nothing.
  std::vector<std::string> absent;
  std::size_t submitted = 0;
  std::size_t answered = 0;
  std::size_t take_overs = 0;
  std::size_t retakes = 0;
  std::size_t unknown = 0;
  std::size_t lost = 0;
  std::vector<std::string> bugs;
};

/// One process that takes the lanes by force again and again, writes as long as it can, pauses at the worst moments,
/// and believes itself the owner until it is told otherwise. Confined to its thread.
class RivalOwner : private journal::WriterHost, private journal::WriterObserver {
 public:
  static constexpr unsigned aggregates = 24;
  static constexpr int lanes = 4;

  RivalOwner(unsigned number, journal::OpenJournal open_owner, journal::OpenJournal open_writer, OpenWishes& wishes);
  ~RivalOwner() override;

  /// Until `stop`; then settles what is open. Returns what it was told.
  Told run(const std::atomic<bool>& stop);

 private:
  struct Actor;

  bool take_over();
  void write_for_a_while();
  void submit_something();
  void submit_command(const std::shared_ptr<Actor>& actor, const Wish& wish);
  void submit_answer(const std::shared_ptr<Actor>& actor);
  std::shared_ptr<Actor> actor_of(unsigned aggregate);
  void bury(unsigned aggregate);
  void work_until_quiet();
  void pause_sometimes();
  unsigned dice(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  Uuid fresh_id();

  void lost(std::string_view, std::string_view) override;
  void distrusted(std::string_view, std::string_view why) override { told_.bugs.emplace_back(why); }
  void retaken(std::string_view, std::span<const journal::HeldLane>) override { ++told_.retakes; }
  void committed(std::string_view, std::span<const journal::HeldLane>, std::span<const journal::StoredEvent>) override {
  }
  void bug(std::string_view, std::string_view what) override { told_.bugs.emplace_back(what); }

  unsigned number_;
  journal::Owner owner_;
  journal::OpenJournal open_owner_;
  std::unique_ptr<journal::Journal> session_;
  OpenWishes& wishes_;
  Told told_;
  std::mt19937_64 random_;
  std::map<unsigned, std::shared_ptr<Actor>> actors_;
  std::map<unsigned, std::uint64_t> closing_;
  std::uint64_t attempts_ = 0;
  std::shared_ptr<JournalHooks> hooks_ = std::make_shared<JournalHooks>();
  journal::Writer writer_;
};

}  // namespace keel::test
