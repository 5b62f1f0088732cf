#include "app/replay/parked_choice.hpp"

#include <algorithm>
#include <iterator>

#include "app/replay/projection_words.hpp"
#include "ops/log.hpp"

namespace keel::app {
namespace {

using query::ParkedStack;

bool fits(const CommandCall& call, const ParkedStack& stack) {
  const auto generation = call.option("generation");
  const auto type = call.option("type");
  return (generation.empty() || generation == std::to_string(stack.place.generation)) &&
         (type.empty() || type == stack.place.aggregate.type);
}

/// Stacks of the aggregates that were named, in the order in which they were; or the one that has none.
std::variant<std::vector<ParkedStack>, std::string> named(const CommandCall& call,
                                                          const std::vector<ParkedStack>& stacks) {
  std::vector<ParkedStack> chosen;
  for (std::size_t i = 1; i < call.arguments().size(); ++i) {
    const auto& id = call.arguments()[i];
    const auto before = chosen.size();
    std::ranges::copy_if(stacks, std::back_inserter(chosen),
                         [&](const auto& stack) { return stack.place.aggregate.id == id; });
    if (chosen.size() == before) return id;
  }
  return chosen;
}

}  // namespace

std::vector<Option> choosing_options(std::vector<Option> more) {
  more.push_back({"generation", "N", "", "only this generation of the projection"});
  more.push_back({"type", "TYPE", "", "only aggregates of this type"});
  return more;
}

std::variant<ParkedChoice, Exit> choose_parked(const CommandCall& call) {
  auto projection = declared_projection(call, call.argument());
  if (!projection) return Exit::not_found;
  auto parking = query::open_parking(call.configuration().text("read.dsn"), "keel replay parked");
  if (!parking) return call.fail(parking.fault());
  auto stacks = (*parking)->stacks(projection->name);
  if (!stacks) return call.fail(stacks.fault());
  std::erase_if(*stacks, [&](const auto& stack) { return !fits(call, stack); });
  if (call.arguments().size() == 1) {
    std::erase_if(*stacks, &ParkedStack::discarded);
    return ParkedChoice{*std::move(projection), *std::move(parking), *std::move(stacks)};
  }
  auto chosen = named(call, *stacks);
  if (const auto* missing = std::get_if<std::string>(&chosen)) {
    return call.fail(Exit::not_found, projection->name + " has nothing parked of '" + *missing + "'");
  }
  return ParkedChoice{*std::move(projection), *std::move(parking),
                      std::get<std::vector<ParkedStack>>(std::move(chosen))};
}

std::string name_of(const query::ParkedPlace& place) { return place.aggregate.type + "/" + place.aggregate.id; }

Result<Done> note_deed(const CommandCall& call, const std::string& action, const std::string& projection,
                       const query::ParkedPlace& place, const std::string& result) {
  auto deed = deed_of(call, action, projection, place.generation);
  deed.result = name_of(place) + ": " + result;
  log::info("replay", action,
            {{"who", deed.who},
             {"projection", projection},
             {"generation", place.generation},
             {"aggregate", name_of(place)},
             {"reason", deed.reason},
             {"result", result}});
  const auto store = replay::ReadStore::open(call.configuration().text("read.dsn"));
  if (!store) return store.fault();
  return (*store)->note(deed);
}

}  // namespace keel::app
