#include <exception>

#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/parked_choice.hpp"
#include "app/replay/words.hpp"
#include "query/projection_store.hpp"
#include "replay/parked_retry.hpp"
#include "replay/state_difference.hpp"

namespace keel::app {
namespace {

using journal::RecordedEvent;

const domain::AggregateKind* kind_of(const CommandCall& call, const query::ParkedPlace& place) {
  for (const auto* kind : kinds_of(call.contexts())) {
    if (kind->context == place.context && kind->type == place.aggregate.type) return kind;
  }
  return nullptr;
}

/// What the event says, and why it cannot be read by this binary.
struct Reading {
  Field event;
  Field problem;
};

Reading reading_of(const domain::AggregateKind* kind, const RecordedEvent& event) {
  if (kind == nullptr) return {{}, "this binary has no such aggregate"};
  const auto message = kind->decode(event.type, event.payload);
  if (message == nullptr) return {{}, "no known event, or broken bytes"};
  Reading reading{Json{replay::json_of(*message)}, {}};
  try {
    kind->upcast(event.type, event.payload);
  } catch (const std::exception& thrown) {
    reading.problem = std::string("its upcaster failed: ") + thrown.what();
  }
  return reading;
}

Result<Done> show(CommandCall& call, const ParkedChoice& choice, const query::ParkedStack& stack,
                  journal::Journal& journal, std::size_t limit) {
  auto positions = choice.parking->positions(choice.projection.name, stack.place);
  if (!positions) return positions.fault();
  if (positions->size() > limit) positions->resize(limit);
  const auto* kind = kind_of(call, stack.place);
  replay::ParkedRetry events(choice.projection, journal, *choice.parking, stack.place);
  return events.each_event(*positions, [&](const RecordedEvent& event) {
    auto [said, problem] = reading_of(kind, event);
    const std::string reason(event.position == stack.first ? stack.reason : query::follows_a_parked_event);
    call.output.row({stack.place.generation, name_of(stack.place), event.position.value, event.version.value,
                     utc_text(event.recorded_at), event.type, std::move(said), std::move(problem), reason});
  });
}

Exit run(CommandCall& call) {
  const auto limit = call.whole_number("limit", 1);
  if (!limit) return Exit::usage;
  const auto chosen = choose_parked(call);
  if (const auto* code = std::get_if<Exit>(&chosen)) return *code;
  const auto& choice = std::get<ParkedChoice>(chosen);
  const auto journal = journal_opener(call.configuration(), "replay parked show")();
  if (!journal) return call.fail(journal.fault());
  call.output.begin(
      {"generation", "aggregate", "position", "version", "recorded_at", "type", "event", "problem", "reason"});
  for (const auto& stack : choice.stacks) {
    const auto shown = show(call, choice, stack, **journal, static_cast<std::size_t>(*limit));
    if (!shown) return call.fail(shown.fault());
  }
  return Exit::ok;
}

}  // namespace

OperatorCommand parked_show_command() {
  return {.words = {"parked", "show"},
          .summary = "the events of a parked aggregate, decoded as far as they can be",
          .explanation =
              "The first row is the event that could not be folded; `problem` says whether this binary can "
              "read it, `reason` what happened when it was folded.",
          .arguments = {{"PROJECTION", "whose"}, {"AGGREGATE_ID", "which aggregate"}},
          .options = choosing_options({{"limit", "N", "100", "most events to show"}}),
          .run = &run};
}

}  // namespace keel::app
