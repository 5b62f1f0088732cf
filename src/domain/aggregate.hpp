#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include "domain/decision.hpp"

namespace keel::domain {

/// A list of message types: an aggregate's commands, or its events.
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

}  // namespace detail

/// The shape of an aggregate: a command without its rule, or an event without its memory, does not compile.
///
///     struct Cart {
///       static constexpr std::string_view context = "cart";
///       static constexpr std::string_view type = "Cart";
///       static constexpr int evolve_revision = 1;   // raise it when evolve changes: old snapshots are then ignored
///       using State = v1::CartState;
///       using Commands = Messages<v1::AddItemRequest, v1::CheckOutRequest>;
///       using Events = Messages<v1::ItemAdded, v1::CartCheckedOut>;
///       static Decision decide(const State&, const v1::AddItemRequest&, const Stamp&);   // the stamp only where
///       needed static Decision decide(const State&, const v1::CheckOutRequest&); static void evolve(State&, const
///       v1::ItemAdded&); static void evolve(State&, const v1::CartCheckedOut&); static void check(const
///       v1::AddItemRequest&, Violations&);   // optional: shape, looked at by the edge
///     };
template <class A>
concept Aggregate = requires {
  { A::context } -> std::convertible_to<std::string_view>;
  { A::type } -> std::convertible_to<std::string_view>;
  { A::evolve_revision } -> std::convertible_to<int>;
}
&&std::derived_from<typename A::State, Message>&& detail::decides_all<A, typename A::Commands>&&
    detail::evolves_all<A, typename A::Events>;

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

  std::string_view context;
  std::string_view type;
  const Message* empty_state;
  /// Changes when the state's descriptor or `evolve_revision` does: a snapshot of another schema is ignored.
  std::int64_t schema;
  std::span<const Command> commands;
  std::span<const Event> events;

  /// Null when this aggregate does not take such a command, or does not know such an event.
  const Command* command(const google::protobuf::Descriptor* descriptor) const;
  const Command* command(std::string_view full_name) const;
  const Event* event(const google::protobuf::Descriptor* descriptor) const;
  const Event* event(std::string_view full_name) const;

  /// Decodes a stored event and lets the state remember it. False: an unknown type, or bytes that do not decode;
  /// the state is then unchanged.
  bool apply(Message& state, std::string_view event_type, std::string_view payload) const;
};

/// FNV-1a-64 over the state's descriptor (with what it refers to, in name order) and the revision.
std::int64_t schema_hash(const google::protobuf::Descriptor* state, int evolve_revision);

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

}  // namespace detail

template <Aggregate A>
const AggregateKind& kind_of() {
  static const AggregateKind kind{
      A::context,
      A::type,
      &A::State::default_instance(),
      schema_hash(A::State::descriptor(), A::evolve_revision),
      detail::commands<A>(typename A::Commands{}),
      detail::events<A>(typename A::Events{}),
  };
  return kind;
}

}  // namespace keel::domain
