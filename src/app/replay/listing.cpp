#include <algorithm>
#include <map>

#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/projection_words.hpp"

namespace keel::app {
namespace {

using replay::GenerationRow;

/// Events of the journal that a generation lacks; nothing when the journal cannot be asked.
std::optional<std::int64_t> lag_of(const std::vector<replay::LaneRow>& lanes, const query::Projection& projection,
                                   journal::Journal& journal) {
  std::int64_t head = 0;
  for (const auto& context : projection.contexts) {
    const auto heads = journal.heads(context);
    if (!heads) return {};
    for (const auto& position : *heads) head += position.value;
  }
  std::int64_t folded = 0;
  for (const auto& lane : lanes) folded += lane.position.value;
  return head - folded;
}

std::int64_t parked_in(const std::vector<replay::LaneRow>& lanes) {
  std::int64_t parked = 0;
  for (const auto& lane : lanes) parked += lane.parked_aggregates;
  return parked;
}

std::string state_of(const replay::ProjectionRow& row, const query::Projection& projection) {
  if (row.paused) return "paused";
  if (row.version < projection.version) return "outdated";
  return row.version > projection.version ? "newer" : "ok";
}

std::string role_of(const GenerationRow& row) {
  if (row.live) return "live";
  if (row.previous) return "previous";
  return row.state == "filling" ? "filling" : "candidate";
}

Field whole(const std::optional<std::int64_t>& number) { return number ? Field(*number) : Field(); }

Exit list(CommandCall& call) {
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const auto journal = journal_opener(call.configuration(), "replay list")();
  if (!journal) return call.fail(journal.fault());
  call.output.begin({"projection", "state", "code_version", "live", "live_version", "lag_events", "parked_aggregates"});
  for (const auto& projection : declared_projections(call)) {
    const auto row = store.projection(projection.name);
    if (!row) return call.fail(row.fault());
    if (!*row) {
      call.output.row({projection.name, "not migrated", std::int64_t{projection.version}, {}, {}, {}, {}});
      continue;
    }
    const auto lanes = store.lanes(projection.name, (*row)->live);
    if (!lanes) return call.fail(lanes.fault());
    call.output.row({projection.name, state_of(**row, projection), std::int64_t{projection.version}, (*row)->live,
                     std::int64_t{(*row)->version}, whole(lag_of(*lanes, projection, **journal)), parked_in(*lanes)});
  }
  return Exit::ok;
}

/// Said where versions differ, because it is easily overlooked among the columns.
void tell_of_other_version(const CommandCall& call, const query::Projection& projection,
                           const std::vector<GenerationRow>& generations) {
  const auto live = std::ranges::find(generations, true, &GenerationRow::live);
  if (live == generations.end() || live->version == projection.version) return;
  const std::string whose = live->version < projection.version ? "outdated" : "newer";
  call.terminal.say(whose + ": the live generation " + std::to_string(live->generation) + " was made by version " +
                    std::to_string(live->version) + " of the projection, this code is version " +
                    std::to_string(projection.version));
}

Exit show_lanes(CommandCall& call, replay::ReadStore& store, const query::Projection& projection,
                const std::vector<GenerationRow>& generations, journal::Journal& journal) {
  std::map<std::string, std::vector<Position>> heads;
  for (const auto& context : projection.contexts) {
    const auto found = journal.heads(context);
    if (!found) return call.fail(found.fault());
    heads[context] = *found;
  }
  call.output.begin({"generation", "context", "lane", "position", "head", "lag_events", "parked_aggregates"});
  for (const auto& generation : generations) {
    const auto lanes = store.lanes(projection.name, generation.generation);
    if (!lanes) return call.fail(lanes.fault());
    for (const auto& lane : *lanes) {
      const auto& ends = heads[lane.context];
      const auto index = static_cast<std::size_t>(lane.lane.value);
      const auto head = index < ends.size() ? ends[index].value : 0;
      call.output.row({generation.generation, lane.context, std::int64_t{lane.lane.value}, lane.position.value, head,
                       head - lane.position.value, lane.parked_aggregates});
    }
  }
  return Exit::ok;
}

Exit describe(CommandCall& call) {
  const auto projection = declared_projection(call, call.argument());
  if (!projection) return Exit::not_found;
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const auto journal = journal_opener(call.configuration(), "replay describe")();
  if (!journal) return call.fail(journal.fault());
  const auto generations = store.generations(projection->name);
  if (!generations) return call.fail(generations.fault());
  if (generations->empty())
    return call.fail(Exit::not_found, projection->name + " was never migrated: run `keel migrate`");
  tell_of_other_version(call, *projection, *generations);
  if (call.switched_on("lanes")) return show_lanes(call, store, *projection, *generations, **journal);
  call.output.begin({"generation", "role", "version", "made_at", "verified_at", "lag_events", "parked_aggregates"});
  for (const auto& row : *generations) {
    const auto lanes = store.lanes(projection->name, row.generation);
    if (!lanes) return call.fail(lanes.fault());
    call.output.row({row.generation, role_of(row), std::int64_t{row.version}, moment(row.made_at),
                     moment(row.verified_at), whole(lag_of(*lanes, *projection, **journal)), parked_in(*lanes)});
  }
  return Exit::ok;
}

}  // namespace

OperatorCommand list_command() {
  OperatorCommand command;
  command.words = {"list"};
  command.summary = "the projections, which generation of each is live, and how fresh it is";
  command.explanation =
      "One row a projection that this binary declares. State is `ok`; `paused`; `outdated` when the live generation was"
      " made by an older version of the projection's code (rebuild it); `newer` when by a newer one; `not migrated`.";
  command.run = &list;
  return command;
}

OperatorCommand describe_command() {
  OperatorCommand command;
  command.words = {"describe"};
  command.summary = "the generations of a projection, or its lanes";
  command.explanation =
      "One row a generation: the live one, the previous one that a roll-back goes to, a candidate that waits for its"
      " promotion, one that is being filled. Says so when the live one is of another version than this code.";
  command.arguments = {{"NAME", "the projection"}};
  command.options = {{"lanes", "", "", "one row a lane of each generation instead"}};
  command.run = &describe;
  return command;
}

}  // namespace keel::app
