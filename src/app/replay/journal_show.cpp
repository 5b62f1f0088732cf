#include <algorithm>
#include <optional>
#include <string>

#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/words.hpp"
#include "keel/type/v1/event_metadata.pb.h"
#include "replay/aggregate_history.hpp"

namespace keel::app {
namespace {

using replay::FieldChange;
using replay::ToldEvent;

Field json_or_nothing(const std::optional<ToldEvent::Message>& message) {
  return message ? Field(Json{message->json}) : Field();
}

Json today_of(const ToldEvent& told) {
  std::string list;
  for (const auto& message : told.today) {
    list += (list.empty() ? "" : ",") + as_json({{"type", message.type}, {"event", Json{message.json}}});
  }
  return {"[" + list + "]"};
}

Json changes_of(const ToldEvent& told) {
  std::string list;
  for (const auto& difference : told.differences) {
    Record record{{"path", difference.path}, {"kind", std::string(name_of(difference.kind))}};
    if (difference.kind != FieldChange::Kind::added) record.emplace_back("before", Json{difference.before});
    if (difference.kind != FieldChange::Kind::removed) record.emplace_back("after", Json{difference.after});
    list += (list.empty() ? "" : ",") + as_json(record);
  }
  return {"[" + list + "]"};
}

/// For a table's cell: `+lines[0] {…}; status "A" -> "B"; -note`.
std::string changes_in_short(const ToldEvent& told) {
  std::string text;
  for (const auto& difference : told.differences) {
    text += text.empty() ? "" : "; ";
    switch (difference.kind) {
      case FieldChange::Kind::added:
        text += "+" + difference.path + " " + difference.after;
        break;
      case FieldChange::Kind::removed:
        text += "-" + difference.path + " " + difference.before;
        break;
      case FieldChange::Kind::changed:
        text += difference.path + " " + difference.before + " -> " + difference.after;
        break;
    }
  }
  return text;
}

Json metadata_of(const ToldEvent& told) {
  type::v1::EventMetadata metadata;
  if (!metadata.ParseFromString(told.stored.metadata)) return {"null"};
  Uuid request_id;
  const bool has_id = metadata.request_id().size() == request_id.bytes.size();
  std::copy_n(metadata.request_id().begin(), has_id ? request_id.bytes.size() : 0, request_id.bytes.begin());
  return {as_json({{"request_id", has_id ? Field(request_id.text()) : Field()},
                   {"caller", metadata.caller()},
                   {"traceparent", metadata.traceparent()}})};
}

/// Shows events as they are told: whole ones for programs, one line each for people.
class Listing {
 public:
  explicit Listing(Output& output) : output_(output), whole_(output.for_programs()) {
    if (whole_) {
      output_.begin({"version", "lane", "position", "recorded_at", "type", "event", "today", "metadata", "changes",
                     "state", "problem"});
    } else {
      output_.begin({"version", "recorded_at", "lane", "position", "type", "event", "changes", "problem"});
    }
  }

  void show(const ToldEvent& told) {
    const auto& stored = told.stored;
    const std::int64_t lane = stored.lane.value;
    const auto problem = told.problem.empty() ? Field() : Field(told.problem);
    if (whole_) {
      return output_.row({stored.version.value, lane, stored.position.value, utc_text(stored.recorded_at), stored.type,
                          json_or_nothing(told.event), today_of(told), metadata_of(told), changes_of(told),
                          told.state ? Field(Json{*told.state}) : Field(), problem});
    }
    output_.row({stored.version.value, utc_text(stored.recorded_at), lane, stored.position.value, stored.type,
                 json_or_nothing(told.event), changes_in_short(told), problem});
  }

 private:
  Output& output_;
  const bool whole_;
};

const domain::AggregateKind* kind_of(const CommandCall& call, const std::string& type) {
  for (const auto& context : call.contexts()) {
    if (context.name != call.argument()) continue;
    for (const auto* kind : context.aggregates) {
      if (type.empty() || kind->type == type) return kind;
    }
  }
  return nullptr;
}

Exit no_such_kind(const CommandCall& call, const std::string& type) {
  std::string known;
  for (const auto& context : call.contexts()) known += " " + context.name;
  return call.fail(Exit::not_found, type.empty() ? "there is no context '" + call.argument() + "'; there are:" + known
                                                 : "context '" + call.argument() + "' has no aggregate '" + type + "'");
}

/// One moment is asked for, or a range: both at once say nothing.
bool contradictory(const CommandCall& call) {
  const bool range = call.given("from") || call.given("to");
  return static_cast<int>(call.given("version")) + static_cast<int>(call.given("time")) + static_cast<int>(range) > 1;
}

std::optional<replay::HistoryRange> range_of(const CommandCall& call) {
  replay::HistoryRange range;
  if (call.given("time")) {
    range.until = parse_utc(call.option("time"));
    if (!range.until) {
      call.fail(Exit::usage, "--time must be UTC such as 2026-11-20T22:51:31Z, not '" + call.option("time") + "'");
      return {};
    }
  }
  for (const auto& [name, sets] : {std::pair("version", 3), std::pair("from", 1), std::pair("to", 2)}) {
    if (!call.given(name)) continue;
    const auto version = call.whole_number(name, 1);
    if (!version) return {};
    if ((sets & 1) != 0) range.first = Version{*version};
    if ((sets & 2) != 0) range.last = Version{*version};
  }
  return range;
}

Exit run(CommandCall& call) {
  if (contradictory(call)) return call.fail(Exit::usage, "say only one of --version, --time, or --from and --to");
  const auto type = call.option("type");
  const auto* kind = kind_of(call, type);
  if (kind == nullptr) return no_such_kind(call, type);
  const auto range = range_of(call);
  if (!range) return Exit::usage;
  const auto journal = journal_opener(call.configuration(), "replay journal show")();
  if (!journal) return call.fail(journal.fault());

  const AggregateRef aggregate{std::string(kind->type), call.arguments().at(1)};
  Listing listing(call.output);
  std::optional<ToldEvent> latest;
  std::int64_t told_count = 0;
  const auto read = tell_history(**journal, *kind, aggregate, *range, [&](const ToldEvent& told) {
    ++told_count;
    if (range->until) {
      latest = told;
    } else {
      listing.show(told);
    }
  });
  if (!read) return call.fail(read.fault());
  if (latest) listing.show(*latest);
  if (told_count > 0) return Exit::ok;
  const auto name = aggregate.type + "/" + aggregate.id;
  if (*read == 0) return call.fail(Exit::not_found, "nothing ever happened to " + name);
  return call.fail(Exit::not_found, name + " has no such event");
}

}  // namespace

OperatorCommand journal_show_command() {
  return {.words = {"journal", "show"},
          .summary = "the events of one aggregate, the state after each, and the difference it made",
          .explanation =
              "Folds with this binary's code. An old event is shown as it was stored and, in `today`, as what its "
              "upcasters make of it. `json` and `jsonl` show the whole state after each event; a table shows the "
              "changes only. Without a flag all events are shown; --version and --time travel to one moment.",
          .arguments = {{"CONTEXT", "the aggregate's context, such as cart"}, {"AGGREGATE_ID", "the aggregate"}},
          .options = {{"type", "TYPE", "", "the aggregate's type, where a context has several"},
                      {"version", "N", "", "only event N: how it was at that version"},
                      {"time", "UTC", "", "only the last event until then, such as 2026-11-20T22:51:31Z"},
                      {"from", "N", "", "events from this version on"},
                      {"to", "N", "", "events up to this version"}},
          .run = &run};
}

}  // namespace keel::app
