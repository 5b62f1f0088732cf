#include "actors/loader_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <map>
#include <utility>

#include "actors/exceptions.hpp"
#include "ops/log.hpp"

namespace keel::actors {

LoaderActor::LoaderActor(caf::actor_config& config, const Setting& setting, caf::actor desk, std::size_t number)
    : caf::event_based_actor(config), setting_(setting), desk_(std::move(desk)), number_(number) {
  set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    return caf::make_error(caf::sec::runtime_error, text_of(thrown));
  });
}

caf::behavior LoaderActor::make_behavior() {
  auto& metrics = *setting_.metrics;
  loads_ = metrics.counter("keel_aggregate_loads_total", "Aggregates loaded into memory.");
  failed_loads_ = metrics.counter("keel_aggregate_load_faults_total", "Loads that the journal did not answer.");
  look_ups_ = metrics.counter("keel_receipt_look_ups_total", "Request ids looked up before their command was decided.");
  load_seconds_ = metrics.histogram("keel_aggregate_load_seconds", "Time of one query that loads aggregates.",
                                    ops::latency_buckets());
  return {[this](Parcel<std::shared_ptr<const LoadBatch>>& batch) {
            serve(**batch);
            caf::anon_send(desk_, msg::LoaderFree{number_});
          },
          [](const msg::Break& order) { break_down(order.cause); }};
}

void LoaderActor::on_exit() {
  session_.reset();
  desk_ = nullptr;
}

void LoaderActor::serve(const LoadBatch& batch) {
  if (!batch.look_ups.empty()) look_up(batch.context, batch.look_ups);
  if (!batch.loads.empty()) load(batch.context, batch.loads);
}

journal::Journal* LoaderActor::session(Fault& fault) {
  if (session_ != nullptr && session_->usable()) return session_.get();
  session_.reset();
  auto opened = setting_.open_loader();
  if (!opened) {
    fault = opened.fault();
    return nullptr;
  }
  session_ = *std::move(opened);
  return session_.get();
}

void LoaderActor::load(std::string_view context, std::span<const msg::WantedLoad> wanted) {
  const auto began = std::chrono::steady_clock::now();
  const Timestamp clock = setting_.clock();
  std::vector<std::pair<const msg::WantedLoad*, Restoration>> open;
  open.reserve(wanted.size());
  for (const auto& one : wanted) {
    open.emplace_back(&one, Restoration(*one.kind, one.aggregate, one.lane, one.request_ids, clock));
  }
  while (!open.empty()) {
    std::vector<journal::LoadRequest> requests;
    requests.reserve(open.size());
    for (const auto& [asked, restoration] : open) requests.push_back(restoration.request());
    Fault fault;
    journal::Journal* journal = session(fault);
    auto answers = journal == nullptr ? Result<std::vector<journal::Loaded>>(fault)
                                      : journal->load(context, requests, setting_.options.events_per_load);
    if (!answers) {
      failed_loads_.add(open.size());
      log::warn("loader", "the journal did not load aggregates",
                {{"context", context}, {"what", answers.fault().what}});
      for (const auto& [asked, restoration] : open) {
        caf::anon_send(asked->asker, msg::Loaded({asked->life, answers.fault(), {}}));
      }
      return;
    }
    std::vector<std::pair<const msg::WantedLoad*, Restoration>> unfinished;
    for (std::size_t i = 0; i < open.size(); ++i) {
      auto& [asked, restoration] = open[i];
      if (!restoration.take(std::move((*answers)[i]))) {
        unfinished.push_back(std::move(open[i]));
        continue;
      }
      loads_.add();
      caf::anon_send(asked->asker, msg::Loaded({asked->life, std::move(restoration).result(), asked->request_ids}));
    }
    open = std::move(unfinished);
  }
  load_seconds_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
}

void LoaderActor::look_up(std::string_view context, std::span<const msg::WantedLookUp> wanted) {
  const auto found = receipts(context, wanted);
  std::map<std::pair<Lane, Uuid>, const journal::Receipt*> by_id;
  if (found) {
    look_ups_.add(wanted.size());
    for (const auto& receipt : *found) by_id[{receipt.lane, receipt.request_id}] = &receipt;
  } else {
    log::warn("loader", "the journal did not look up request ids",
              {{"context", context}, {"what", found.fault().what}});
  }
  std::map<caf::actor, std::vector<LookedUp>> by_asker;
  for (const auto& asked : wanted) {
    const auto receipt = by_id.find({asked.lane, asked.request_id});
    by_asker[asked.asker].push_back(
        {asked.request_id, static_cast<bool>(found),
         receipt == by_id.end() ? nullptr : std::make_unique<journal::Receipt>(*receipt->second)});
  }
  for (auto& [asker, answers] : by_asker) caf::anon_send(asker, msg::Found(std::move(answers)));
}

Result<std::vector<journal::Receipt>> LoaderActor::receipts(std::string_view context,
                                                            std::span<const msg::WantedLookUp> wanted) {
  std::vector<journal::ReceiptKey> keys;
  keys.reserve(wanted.size());
  for (const auto& one : wanted) keys.push_back({one.lane, one.request_id});
  Fault fault;
  journal::Journal* journal = session(fault);
  if (journal == nullptr) return fault;
  auto answer = journal->diagnose(context, {}, keys, {});
  if (!answer) return answer.fault();
  return std::move(answer->receipts);
}

}  // namespace keel::actors
