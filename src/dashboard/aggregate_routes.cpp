#include <google/protobuf/message.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "core/aggregate_ref.hpp"
#include "dashboard/masking.hpp"
#include "dashboard/routes.hpp"
#include "keel/type/v1/event_metadata.pb.h"
#include "replay/aggregate_history.hpp"

namespace keel::dashboard {
namespace {

using replay::ToldEvent;
using SteadyClock = std::chrono::steady_clock;

constexpr std::int64_t max_events = 500;
constexpr std::size_t events_a_read = 500;
/// An aggregate has to be folded from its first event on; one that takes longer is for `keel replay journal show`.
constexpr std::chrono::milliseconds patience{2'000};
/// So that no page grows beyond what a browser shows.
constexpr std::size_t max_page_bytes = 4UL << 20U;

struct Page {
  std::int64_t from = 1;
  std::int64_t limit = 100;

  Version last() const { return Version{from + limit - 1}; }
};

Outcome<Page> page_of(const Request& request) {
  const auto from = number_of(request, "from", 1, 1, std::numeric_limits<std::int64_t>::max() - max_events);
  if (!from) return from.refusal();
  const auto limit = number_of(request, "limit", 100, 1, max_events);
  if (!limit) return limit.refusal();
  return Page{*from, *limit};
}

const google::protobuf::Descriptor* descriptor_of(const domain::AggregateKind& kind, std::string_view type) {
  if (const auto* event = kind.event(type)) return event->descriptor;
  const auto* old = kind.old_event(type);
  return old == nullptr ? nullptr : old->descriptor;
}

std::string traceparent_of(const journal::RecordedEvent& event) {
  type::v1::EventMetadata metadata;
  return metadata.ParseFromString(event.metadata) ? metadata.traceparent() : std::string();
}

Json today_of(const domain::AggregateKind& kind, const ToldEvent& told, Payloads payloads) {
  Json list = Json::array();
  for (const auto& message : told.today) {
    Json one{{"type", text(message.type)}};
    auto payload = shown(message.json, descriptor_of(kind, message.type), payloads);
    if (!payload.is_null()) one["payload"] = std::move(payload);
    list.push_back(std::move(one));
  }
  return list;
}

void add_content(Json& document, const domain::AggregateKind& kind, const ToldEvent& told, Payloads payloads) {
  if (told.event) document["payload"] = shown(told.event->json, descriptor_of(kind, told.stored.type), payloads);
  if (!told.state) return;
  document["state"] = shown(*told.state, kind.empty_state->GetDescriptor(), payloads);
  Json changes = Json::array();
  for (const auto& change : told.differences) changes.push_back(shown(change, payloads));
  document["changes"] = std::move(changes);
}

Json document_of(const domain::AggregateKind& kind, const ToldEvent& told, Payloads payloads) {
  const auto& stored = told.stored;
  Json document{{"version", whole(stored.version.value)},
                {"position", whole(stored.position.value)},
                {"type", text(stored.type)},
                {"recorded_at", moment(stored.recorded_at)},
                {"epoch", whole(stored.epoch.value)},
                {"size_bytes", stored.payload.size()}};
  if (payloads != Payloads::none) add_content(document, kind, told, payloads);
  if (!told.today.empty()) document["today"] = today_of(kind, told, payloads);
  if (!told.problem.empty()) document["problem"] = text(told.problem);
  if (const auto traceparent = traceparent_of(stored); !traceparent.empty())
    document["traceparent"] = text(traceparent);
  return document;
}

struct Told {
  Json events = Json::array();
  std::size_t bytes = 0;
  /// Of the last event that was read.
  Version read;
  /// Time or room ran out before the page was full.
  bool truncated = false;
};

class Telling {
 public:
  Telling(const domain::AggregateKind& kind, const Page& page, Payloads payloads)
      : kind_(kind), history_(kind, {Version{page.from}, page.last(), {}}), payloads_(payloads) {}

  Result<Told> tell(journal::Journal& journal, const AggregateRef& aggregate) {
    const auto until = SteadyClock::now() + patience;
    while (!history_.over() && !told_.truncated) {
      auto events = journal.read_aggregate(kind_.context, aggregate, told_.read, events_a_read);
      if (!events) return events.fault();
      for (auto& event : *events) take(std::move(event));
      if (events->size() < events_a_read) break;
      told_.truncated = told_.truncated || (SteadyClock::now() >= until && !history_.over());
    }
    return std::move(told_);
  }

 private:
  void take(journal::RecordedEvent event) {
    if (history_.over() || told_.truncated) return;
    const auto version = event.version;
    const auto told = history_.take(std::move(event));
    if (told) add(document_of(kind_, *told, payloads_));
    if (!told_.truncated) told_.read = version;
  }

  void add(Json document) {
    told_.bytes += dump(document).size();
    told_.truncated = told_.bytes > max_page_bytes && !told_.events.empty();
    if (!told_.truncated) told_.events.push_back(std::move(document));
  }

  const domain::AggregateKind& kind_;
  replay::AggregateHistory history_;
  const Payloads payloads_;
  Told told_;
};

/// Its last version; 0 when nothing ever happened to it.
Result<Version> last_version(journal::Journal& journal, std::string_view context, const AggregateRef& aggregate) {
  const auto found = journal.diagnose(context, {}, {}, {&aggregate, 1});
  if (!found) return found.fault();
  return found->versions.empty() ? Version{} : found->versions.front();
}

Refusal nothing_happened(const AggregateRef& aggregate) {
  return not_found("AGGREGATE_NOT_FOUND", "nothing ever happened to " + aggregate.type + "/" + aggregate.id);
}

}  // namespace

Reply show_aggregate(Services& services, const Request& request) {
  const auto* kind = find_kind(services.parts, request.path.at(1), request.path.at(2));
  if (kind == nullptr) return not_found("AGGREGATE_TYPE_NOT_FOUND", "this build has no such context or aggregate");
  const auto page = page_of(request);
  if (!page) return page.refusal();
  const AggregateRef aggregate{std::string(kind->type), request.path.at(3)};
  if (aggregate.id.size() > max_id_bytes) return bad_field("id", "is longer than 128 bytes");
  auto journal = services.stores.journal();
  if (!journal) return refusal_of(journal.fault());
  const auto identity = (*journal)->identity();
  if (!identity) return refusal_of(identity.fault());
  const auto total = last_version(**journal, kind->context, aggregate);
  if (!total) return refusal_of(total.fault());
  if (total->value == 0) return nothing_happened(aggregate);
  auto told = Telling(*kind, *page, services.payloads).tell(**journal, aggregate);
  if (!told) return refusal_of(told.fault());
  const auto lane = lane_of(aggregate.type, aggregate.id, identity->lane_count);
  Json document{{"aggregate",
                 {{"context", text(kind->context)},
                  {"type", text(aggregate.type)},
                  {"id", text(aggregate.id)},
                  {"lane", lane.value}}},
                {"events", std::move(told->events)},
                {"total", whole(total->value)}};
  const auto next = told->read.next();
  if (next <= *total && next.value > page->from) document["next_version"] = whole(next.value);
  if (told->truncated) document["truncated"] = true;
  return document;
}

}  // namespace keel::dashboard
