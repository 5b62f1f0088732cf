#include "app/replay/several.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "app/replay/projection_words.hpp"

namespace keel::app {
namespace {

constexpr std::array from_good_to_bad{Exit::ok,        Exit::parked,     Exit::mismatch,    Exit::conflict,
                                      Exit::not_found, Exit::denied,     Exit::unavailable, Exit::failed,
                                      Exit::usage,     Exit::interrupted};

std::size_t badness(Exit code) {
  const auto found = std::ranges::find(from_good_to_bad, code);
  return static_cast<std::size_t>(found - from_good_to_bad.begin());
}

bool has(const std::vector<query::Projection>& some, const std::string& name) {
  return std::ranges::find(some, name, &query::Projection::name) != some.end();
}

}  // namespace

std::vector<Argument> several_projections() { return {{"NAME", "the projections", false, true}}; }

Option every_projection() { return {"all", "", "", "every projection of this binary"}; }

std::variant<std::vector<query::Projection>, Exit> chosen_projections(const CommandCall& call) {
  const bool all = call.switched_on("all");
  if (all != call.arguments().empty()) {
    return call.fail(Exit::usage, all ? "say --all or names, not both" : "name the projections, or say --all");
  }
  if (all) return declared_projections(call);
  std::vector<query::Projection> chosen;
  bool missing = false;
  for (const auto& name : call.arguments()) {
    auto found = declared_projection(call, name);
    if (!found) missing = true;
    if (found && !has(chosen, name)) chosen.push_back(*std::move(found));
  }
  if (missing) return Exit::not_found;
  return chosen;
}

std::string confirmation_of(const std::vector<query::Projection>& chosen) {
  std::string names;
  for (const auto& projection : chosen) names += (names.empty() ? "" : " ") + projection.name;
  return names;
}

Exit worse(Exit one, Exit other) { return badness(one) < badness(other) ? other : one; }

void Results::add(const Record& fields) {
  if (!several_) return output_.record(fields);
  std::vector<std::string> columns;
  std::vector<Field> values;
  for (const auto& [name, value] : fields) {
    columns.push_back(name);
    values.push_back(value);
  }
  if (!std::exchange(begun_, true)) output_.begin(std::move(columns));
  output_.row(std::move(values));
}

}  // namespace keel::app
