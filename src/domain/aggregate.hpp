#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "domain/became.hpp"
#include "domain/decision.hpp"

namespace keel::domain {

/// A list of message types: an aggregate's commands, its events, or its old events.
template <class... M>
struct Messages {};

namespace detail {

template <class A, class Command>
concept Decides = requires(const typename A::State& state, const Command& command, const Stamp& stamp) {
  { A::decide(state, command) } -> std::same_as<Decision>;
}
|| requires(const typename A::State& state, const Command& command, const Stamp& stamp) {
  { A::decide(state, command, stamp) } -> std::same_as<Decision>;
};

template <class A, class Event>
concept Evolves = requires(typename A::State& state, const Event& event) {
  { A::evolve(state, event) } -> std::same_as<void>;
};

template <class A, class List>
inline constexpr bool decides_all = false;
template <class A, class... C>
inline constexpr bool decides_all<A, Messages<C...>> = (Decides<A, C> && ...);
template <class A, class List>
inline constexpr bool evolves_all = false;
template <class A, class... E>
inline constexpr bool evolves_all<A, Messages<E...>> = (Evolves<A, E> && ...);

template <class List, class M>
inline constexpr bool lists = false;
template <class... L, class M>
inline constexpr bool lists<Messages<L...>, M> = (std::same_as<L, M> || ...);

template <class Result, class Today, class Later>
inline constexpr bool leads_to_today = false;
template <class... M, class Today, class Later>
inline constexpr bool leads_to_today<Became<M...>, Today, Later> = ((lists<Today, M> || lists<Later, M>)&&...);

template <class A, class Old, class Later>
concept Upcasts = !lists<typename A::Events, Old> && requires(const Old& old) {
  requires leads_to_today<decltype(A::upcast(old)), typename A::Events, Later>;
};

template <class A, class List>
inline constexpr bool upcasts_all = false;
template <class A>
inline constexpr bool upcasts_all<A, Messages<>> = true;
template <class A, class Old, class... Later>
inline constexpr bool upcasts_all<A, Messages<Old, Later...>> =
    Upcasts<A, Old, Messages<Later...>>&& upcasts_all<A, Messages<Later...>>;

/// What an aggregate lists as `OldEvents`; nothing when it lists none.
template <class A>
struct OldEventsOf {
  using type = Messages<>;
};
template <class A>
requires requires { typename A::OldEvents; }
struct OldEventsOf<A> {
  using type = typename A::OldEvents;
};

}  // namespace detail

/// The shape of an aggregate: a command without its rule, an event without its memory, or an old event without its
/// upcaster, does not compile.
///
///     struct Cart {
///       static constexpr std::string_view context = "cart";
///       static constexpr std::string_view type = "Cart";
///       static constexpr int evolve_revision = 1;   // raise it when evolve changes: old snapshots are then ignored
///       using State = v1::CartState;
///       using Commands = Messages<v1::AddItemRequest, v1::CheckOutRequest>;
///       using Events = Messages<v1::ItemAdded, v1::CartCheckedOut>;
///       using OldEvents = Messages<v1::ItemPut>;    // optional: stored once, made no more; the oldest first
///
///       static Decision decide(const State&, const v1::AddItemRequest&, const Stamp&);  // the stamp only where needed
///       static Decision decide(const State&, const v1::CheckOutRequest&);
///       static void evolve(State&, const v1::ItemAdded&);
///       static void evolve(State&, const v1::CartCheckedOut&);
///       static Became<v1::ItemAdded> upcast(const v1::ItemPut&);    // into events, or old ones further down
///       static void check(const v1::AddItemRequest&, Violations&);  // optional: shape, looked at by the edge
///     };
template <class A>
concept Aggregate = requires {
  { A::context } -> std::convertible_to<std::string_view>;
  { A::type } -> std::convertible_to<std::string_view>;
  { A::evolve_revision } -> std::convertible_to<int>;
}
&&std::derived_from<typename A::State, Message>&& detail::decides_all<A, typename A::Commands>&&
    detail::evolves_all<A, typename A::Events>&& detail::upcasts_all<A, typename detail::OldEventsOf<A>::type>;

/// An aggregate as the engine sees it: written once for every aggregate, knowing none. Made by `kind_of<A>()`.
/// Immutable; any thread.
struct AggregateKind {
  struct Command {
    const google::protobuf::Descriptor* descriptor;
    const Message* prototype;
    Decision (*decide)(const Message& state, const Message& command, const Stamp& stamp);
    void (*check)(const Message& command, Violations& violations);
  };
  struct Event {
    const google::protobuf::Descriptor* descriptor;
    const Message* prototype;
    void (*evolve)(Message& state, const Message& event);
  };
  /// An event that stands in journals and is made no more: every reader sees what its upcaster makes of it.
  struct OldEvent {
    const google::protobuf::Descriptor* descriptor;
    const Message* prototype;
    std::vector<std::unique_ptr<Message>> (*upcast)(const Message& old);
  };
  /// A message of today, with what remembers it.
  struct Today {
    const Event* event;
    std::unique_ptr<Message> message;
  };

  std::string_view context;
  std::string_view type;
  const Message* empty_state;
  /// Changes when the state's descriptor, `evolve_revision` or the list of old events does: a snapshot of another
  /// schema is ignored.
  std::int64_t schema;
  std::span<const Command> commands;
  std::span<const Event> events;
  std::span<const OldEvent> old_events;

  /// Null when this aggregate does not take such a command, or does not know such an event.
  const Command* command(const google::protobuf::Descriptor* descriptor) const;
  const Command* command(std::string_view full_name) const;
  const Event* event(const google::protobuf::Descriptor* descriptor) const;
  const Event* event(std::string_view full_name) const;

  const OldEvent* old_event(const google::protobuf::Descriptor* descriptor) const;
  const OldEvent* old_event(std::string_view full_name) const;

  // -- reading what is stored: the one place where old events become today's -----------------------------------
  // An event that becomes several stays one stored event, with one version and one position.

  /// The message as it was stored, old or not. Null: an unknown type, or bytes that do not decode.
  std::unique_ptr<Message> decode(std::string_view event_type, std::string_view payload) const;
  /// What an old event is today, in order. Empty: no old event of this aggregate, or bytes that do not decode. Throws
  /// what an upcaster throws.
  std::vector<Today> upcast(std::string_view event_type, std::string_view payload) const;
  /// Hands over what a stored event is today: `take(event, message)` once, or in order for all that its upcasters make
  /// of it. False: an unknown type, or bytes that do not decode; nothing was handed over. Throws what an upcaster
  /// throws. Costs an event of today nothing.
  template <class Take>
  bool read(std::string_view event_type, std::string_view payload, Take take) const {
    if (const Event* known = event(event_type)) {
      const auto message = decoded(*known->prototype, payload);
      if (message) take(*known, *message);
      return message != nullptr;
    }
    const auto today = upcast(event_type, payload);
    for (const auto& [known, message] : today) take(*known, *message);
    return !today.empty();
  }
  /// Reads a stored event and lets the state remember it. False: as `read`; the state is then unchanged. Throws what
  /// an upcaster or a memory throws; the state is then of no use.
  bool apply(Message& state, std::string_view event_type, std::string_view payload) const;

 private:
  static std::unique_ptr<Message> decoded(const Message& prototype, std::string_view payload);
  void bring_to_today(std::unique_ptr<Message> message, std::vector<Today>& today) const;
};

/// FNV-1a-64 over the state's descriptor (with what it refers to, in name order), the revision, and the names of the
/// old events: since another one is read, states may differ from those that were kept.
std::int64_t schema_hash(const google::protobuf::Descriptor* state, int evolve_revision,
                         std::span<const AggregateKind::OldEvent> old_events = {});

namespace detail {

template <class A, class C>
Decision decide(const Message& state, const Message& command, const Stamp& stamp) {
  const auto& typed_state = static_cast<const typename A::State&>(state);
  const auto& typed_command = static_cast<const C&>(command);
  if constexpr (requires { A::decide(typed_state, typed_command, stamp); }) {
    return A::decide(typed_state, typed_command, stamp);
  } else {
    return A::decide(typed_state, typed_command);
  }
}

template <class A, class C>
void check(const Message& command, Violations& violations) {
  if constexpr (requires(const C& typed) { A::check(typed, violations); }) {
    A::check(static_cast<const C&>(command), violations);
  }
}

template <class A, class E>
void evolve(Message& state, const Message& event) {
  A::evolve(static_cast<typename A::State&>(state), static_cast<const E&>(event));
}

template <class A, class... C>
std::span<const AggregateKind::Command> commands(Messages<C...>) {
  static const AggregateKind::Command list[] = {
      {C::descriptor(), &C::default_instance(), &decide<A, C>, &check<A, C>}...};
  return list;
}

template <class A, class... E>
std::span<const AggregateKind::Event> events(Messages<E...>) {
  static const AggregateKind::Event list[] = {{E::descriptor(), &E::default_instance(), &evolve<A, E>}...};
  return list;
}

template <class A, class Old>
std::vector<std::unique_ptr<Message>> upcast(const Message& old) {
  return A::upcast(static_cast<const Old&>(old)).take();
}

template <class A>
std::span<const AggregateKind::OldEvent> old_events(Messages<>) {
  return {};
}

template <class A, class... Old>
std::span<const AggregateKind::OldEvent> old_events(Messages<Old...>) {
  static const AggregateKind::OldEvent list[] = {{Old::descriptor(), &Old::default_instance(), &upcast<A, Old>}...};
  return list;
}

}  // namespace detail

template <Aggregate A>
const AggregateKind& kind_of() {
  static const auto old_events = detail::old_events<A>(typename detail::OldEventsOf<A>::type{});
  static const AggregateKind kind{
      A::context,
      A::type,
      &A::State::default_instance(),
      schema_hash(A::State::descriptor(), A::evolve_revision, old_events),
      detail::commands<A>(typename A::Commands{}),
      detail::events<A>(typename A::Events{}),
      old_events,
  };
  return kind;
}

}  // namespace keel::domain
