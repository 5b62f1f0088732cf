#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <iostream>
#include <vector>

#include "property/writer_world.hpp"

namespace keel::test {
namespace {

struct Move {
  unsigned kind = 0;
  unsigned process = 0;
  unsigned which = 0;
  unsigned detail = 0;
};

std::ostream& operator<<(std::ostream& out, const Move& move) {
  return out << "{" << move.kind << "," << move.process << "," << move.which << "," << move.detail << "}";
}

/// Commands and rounds are frequent, faults rare enough that something is stored between them.
void play(WriterWorld& world, const Move& move) {
  const auto [kind, process, which, detail] = move;
  if (kind < 34) return world.command(process, which, detail, detail % 4 != 0, detail / 4);
  if (kind < 46) return world.answer(process, which, detail % 3 != 0);
  if (kind < 48) return world.snapshot(process, which);
  if (kind < 50) return world.zombie(process, detail);
  if (kind < 54) return world.close(process, which);
  if (kind < 82) return world.work(process);
  if (kind < 84) return world.take_over(process);
  if (kind < 85) return world.abandon(process);
  if (kind < 89) return world.fail_append(detail);
  if (kind < 92) return world.lose_answer(detail);
  if (kind < 94) return world.fail_calls(detail);
  if (kind < 95) return world.disconnect();
  if (kind < 97) return world.refuse_sessions(detail % 3 == 0);
  world.pass_time(detail);
}

rc::Gen<std::vector<Move>> moves(unsigned processes) {
  return rc::gen::scale(5, rc::gen::container<std::vector<Move>>(rc::gen::build<Move>(
                               rc::gen::set(&Move::kind, rc::gen::inRange(0U, 100U)),
                               rc::gen::set(&Move::process, rc::gen::inRange(0U, processes)),
                               rc::gen::set(&Move::which, rc::gen::inRange(0U, unsigned{WriterWorld::aggregates})),
                               rc::gen::set(&Move::detail, rc::gen::inRange(0U, 10'000U)))));
}

std::map<std::string, int>& total() {
  static std::map<std::string, int> tally;
  return tally;
}

void run(const std::vector<Move>& game) {
  WriterWorld world;
  world.take_over(0);
  for (const Move& move : game) play(world, move);
  world.heal_and_check();
  for (const auto& [what, times] : world.tally) total()[what] += times;
}

RC_GTEST_PROP(WritersOfOneJournal, KeepEveryPromiseWhateverFails, ()) { run(*moves(1)); }

RC_GTEST_PROP(WritersOfOneJournal, KeepEveryPromiseWhileTheyFightForTheLanes, ()) {
  run(*moves(WriterWorld::processes));
}

TEST(WritersOfOneJournal, HaveMetEveryOutcomeInTheseGames) {
  for (const std::string what : {"stored", "stands", "repeated", "reused", "dropped restarted", "dropped fenced",
                                 "dropped late", "dropped outcome_unknown", "dropped journal_unavailable", "lost",
                                 "distrusted", "retaken", "taken over", "closed", "zombie"}) {
    EXPECT_GT(total()[what], 0) << what;
    std::cout << what << ": " << total()[what] << "\n";
  }
}

}  // namespace
}  // namespace keel::test
