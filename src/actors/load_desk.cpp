#include "actors/load_desk.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

#include "actors/exceptions.hpp"
#include "actors/loader_actor.hpp"
#include "actors/spawning.hpp"

namespace keel::actors {
namespace {

constexpr std::size_t look_ups_per_query = 1024;

template <class Wish>
std::vector<Wish> first_of(std::deque<Wish>& wishes, std::size_t limit) {
  const auto end = wishes.begin() + static_cast<std::ptrdiff_t>(std::min(limit, wishes.size()));
  std::vector<Wish> taken(std::make_move_iterator(wishes.begin()), std::make_move_iterator(end));
  wishes.erase(wishes.begin(), end);
  return taken;
}

}  // namespace

LoadDesk::LoadDesk(caf::actor_config& config, const Setting& setting, ops::NodeId journal_node)
    : caf::event_based_actor(config), setting_(setting), journal_node_(journal_node) {
  set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    return caf::make_error(caf::sec::runtime_error, text_of(thrown));
  });
  set_down_handler([this](const caf::down_msg& down) { loader_died(down); });
}

caf::behavior LoadDesk::make_behavior() {
  loaders_.resize(setting_.options.loaders);
  for (std::size_t i = 0; i < loaders_.size(); ++i) {
    loaders_[i].node = setting_.registry->started({.parent = journal_node_, .name = "loader " + std::to_string(i)});
    hire(i);
  }
  return {
      [this](msg::Load& load) {
        wishes_[load->kind->context].loads.push_back(std::move(*load));
        hand_out();
      },
      [this](msg::LookUp& look_up) {
        wishes_[look_up->context].look_ups.push_back(std::move(*look_up));
        hand_out();
      },
      [this](const msg::LoaderFree& free) {
        loaders_[free.loader].busy_with = nullptr;
        hand_out();
      },
      [this](msg::LookUpsDue) {
        look_up_alarm_set_ = false;
        hand_out();
      },
      [this](const msg::Restart& restart) {
        hire(restart.child);
        setting_.registry->restarted(loaders_[restart.child].node);
        hand_out();
      },
      [this](msg::Operator& call) { asked(std::move(*call)); },
  };
}

void LoadDesk::on_exit() {
  for (const auto& loader : loaders_) {
    if (loader.actor) send_exit(loader.actor, caf::exit_reason::user_shutdown);
    setting_.registry->stopped(loader.node, "");
    setting_.registry->removed(loader.node);
  }
  loaders_.clear();
  wishes_.clear();
}

void LoadDesk::hire(std::size_t loader) {
  loaders_[loader].actor = spawn_blocking<LoaderActor>(*this, setting_, caf::actor_cast<caf::actor>(this), loader);
  monitor(loaders_[loader].actor);
}

void LoadDesk::hand_out() {
  for (auto& loader : loaders_) {
    if (!loader.actor || loader.busy_with != nullptr) continue;
    loader.busy_with = next_batch();
    if (loader.busy_with == nullptr) return;
    caf::anon_send(loader.actor, Parcel(loader.busy_with));
  }
}

/// Contexts take turns, so that one with many wishes does not shut out another.
std::shared_ptr<const LoadBatch> LoadDesk::next_batch() {
  auto turn = wishes_.upper_bound(served_last_);
  for (std::size_t i = 0; i < wishes_.size(); ++i, ++turn) {
    if (turn == wishes_.end()) turn = wishes_.begin();
    auto& [context, wishes] = *turn;
    const bool look_up = !wishes.look_ups.empty() && look_ups_due();
    if (wishes.loads.empty() && !look_up) continue;
    served_last_ = context;
    LoadBatch batch{context, first_of(wishes.loads, setting_.options.loads_per_query), {}};
    if (look_up) {
      batch.look_ups = first_of(wishes.look_ups, look_ups_per_query);
      look_ups_due_at_ = home_system().clock().now() + setting_.options.gather_look_ups;
    }
    return std::make_shared<const LoadBatch>(std::move(batch));
  }
  return nullptr;
}

/// When not, an alarm is set for the moment.
bool LoadDesk::look_ups_due() {
  const auto now = home_system().clock().now();
  if (now >= look_ups_due_at_) return true;
  if (!std::exchange(look_up_alarm_set_, true)) delayed_send(this, look_ups_due_at_ - now, msg::LookUpsDue{});
  return false;
}

void LoadDesk::asked(OperatorCall call) {
  const auto loader =
      std::ranges::find_if(loaders_, [&](const Loader& one) { return one.node != 0 && one.node == call.node; });
  if (loader == loaders_.end()) return refuse_unknown_node(call);
  std::vector<ops::ActorAction> possible;
  if (loader->actor) possible = {ops::ActorAction::restart, ops::ActorAction::crash};
  if (taken(call, std::move(possible))) caf::anon_send(loader->actor, msg::Break{cause_of(*call.order)});
}

void LoadDesk::loader_died(const caf::down_msg& down) {
  const auto died = std::find_if(loaders_.begin(), loaders_.end(),
                                 [&](const Loader& loader) { return loader.actor && loader.actor == down.source; });
  if (died == loaders_.end()) return;
  const std::string cause = text_of(down.reason);
  died->actor = nullptr;
  if (const auto lost = std::exchange(died->busy_with, nullptr)) fail(*lost, cause);
  const auto pause = died->deaths.died(setting_.options.loads, RestartHistory::Clock::now(), random_fraction());
  setting_.registry->crashed(died->node, cause);
  setting_.registry->backing_off(died->node, pause);
  delayed_send(this, pause, msg::Restart{static_cast<std::size_t>(died - loaders_.begin())});
}

void LoadDesk::fail(const LoadBatch& batch, const std::string& cause) {
  for (const auto& load : batch.loads) {
    caf::anon_send(load.asker, msg::Loaded({load.life, Fault{Fault::Outcome::nothing_changed, cause}, {}}));
  }
  for (const auto& look_up : batch.look_ups) {
    std::vector<LookedUp> failed;
    failed.push_back({look_up.request_id, false, nullptr});
    caf::anon_send(look_up.asker, msg::Found(std::move(failed)));
  }
}

}  // namespace keel::actors
