#pragma once

#include <google/protobuf/message.h>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace keel::domain {

template <class E, class... M>
concept OneOf = (std::same_as<std::remove_cvref_t<E>, M> || ...);

/// What an event of the past is today: one message or several, each of one of these types, in this order. Never none:
/// what happened cannot have happened not.
///
///     static Became<v1::ItemAddedV2> upcast(const v1::ItemAdded& old) {
///       v1::ItemAddedV2 event;
///       event.set_sku(old.product());
///       return event;
///     }
///
/// Why not let an upcaster make any message? Because then nobody could tell, before it runs, that its chain ends.
template <class... M>
class Became {
 public:
  template <class... Events>
  requires(sizeof...(Events) > 0 && (OneOf<Events, M...> && ...))
      Became(Events&&... events) {  // NOLINT(google-explicit-constructor)
    (add(std::forward<Events>(events)), ...);
  }

  template <OneOf<M...> Event>
  void add(Event&& event) {
    events_.push_back(std::make_unique<std::remove_cvref_t<Event>>(std::forward<Event>(event)));
  }

  std::vector<std::unique_ptr<google::protobuf::Message>> take() && { return std::move(events_); }

 private:
  std::vector<std::unique_ptr<google::protobuf::Message>> events_;
};

}  // namespace keel::domain
