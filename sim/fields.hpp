// How a state is compared, hashed and checked: each state lists its members once, in fields(), and everything else
// follows.
//
//   struct State {
//     Offset position;
//     bool operator==(const State&) const = default;
//     friend auto fields(const State& s) { return std::tie(s.position); }
//   };
//   static_assert(sim::ListsEveryField<State>);   // refuses a fields() that forgets a member
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sim/hash.hpp"

namespace converge::sim {

template <class T>
concept HasFields = requires(const T& t) { fields(t); };

namespace detail {

// Stands for a member of any type while the members of an aggregate are counted.
struct AnyMember {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor): its whole point; never defined
};

template <class T, std::size_t... I>
constexpr bool takes_members(std::index_sequence<I...>) {
  return requires { T{((void)I, AnyMember{})...}; };
}

// The most initialisers that the aggregate takes is the number of its members.
template <class T, std::size_t N = 0>
constexpr std::size_t member_count() {
  if constexpr (takes_members<T>(std::make_index_sequence<N + 1>{})) {
    return member_count<T, N + 1>();
  } else {
    return N;
  }
}

}  // namespace detail

template <HasFields T>
inline constexpr std::size_t listed_fields = std::tuple_size_v<decltype(fields(std::declval<const T&>()))>;

// For the few types whose members are not their value: a queue that may lie in memory in many ways, and is one queue.
template <class T>
concept HashesItself = requires(const T& t, Hasher& h) { t.add_to(h); };

namespace detail {

template <class T>
concept Unordered = requires { typename T::hasher; };  // its order differs between standard libraries

template <class T>
concept Tuple = requires { std::tuple_size<T>::value; };  // also a pair, and so what a map holds

template <class T>
constexpr bool is_listed();

template <class... Field>
constexpr bool all_listed(std::type_identity<std::tuple<Field...>>) {
  return (is_listed<std::remove_cvref_t<Field>>() && ...);
}

// Can all of it be hashed, and is no member forgotten, down to the last struct within? The cases are those of
// hash_into.
template <class T>
constexpr bool is_listed() {
  if constexpr (std::is_enum_v<T> || std::is_integral_v<T> || HashesItself<T> || std::same_as<T, std::string>) {
    return true;
  } else if constexpr (HasFields<T>) {
    if constexpr (std::is_aggregate_v<T> && member_count<T>() != listed_fields<T>) {
      return false;
    } else {
      return all_listed(std::type_identity<decltype(fields(std::declval<const T&>()))>{});
    }
  } else if constexpr (std::ranges::sized_range<const T> && !Unordered<T>) {
    return is_listed<std::ranges::range_value_t<const T>>();
  } else if constexpr (Tuple<T>) {
    return all_listed(std::type_identity<decltype(std::tuple_cat(std::declval<const T&>()))>{});
  } else {
    return false;
  }
}

}  // namespace detail

template <class T>
concept ListsEveryField = HasFields<T> && std::is_aggregate_v<T> && detail::is_listed<T>();

// Adds every field, in the order in which it is listed; ranges add their length first.
template <class T>
constexpr void hash_into(Hasher& h, const T& value) {
  if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    h.add(static_cast<std::uint64_t>(value));
  } else if constexpr (HashesItself<T>) {
    value.add_to(h);
  } else if constexpr (HasFields<T>) {
    static_assert(!std::is_aggregate_v<T> || detail::member_count<T>() == listed_fields<T>,
                  "fields() forgets a member");
    std::apply([&](const auto&... field) { (hash_into(h, field), ...); }, fields(value));
  } else if constexpr (std::same_as<T, std::string>) {
    h.add(value);
  } else if constexpr (detail::Tuple<T> && !std::ranges::range<const T>) {
    std::apply([&](const auto&... element) { (hash_into(h, element), ...); }, value);
  } else {
    static_assert(std::ranges::sized_range<const T> && !detail::Unordered<T>,
                  "give the type a fields(), or use an ordered container");
    h.add(static_cast<std::uint64_t>(std::ranges::size(value)));
    for (const auto& element : value) hash_into(h, element);
  }
}

template <class T>
constexpr std::uint64_t fingerprint(const T& value) {
  Hasher h;
  hash_into(h, value);
  return h.value();
}

}  // namespace converge::sim
