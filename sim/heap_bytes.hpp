// About how many bytes a value holds besides its own size: those of its rows, by what is in them. Of a row that copies
// share (sim/shared_vector.hpp) it is what a copy holds of its own after a write: the list of its chunks, and one of
// them.
#pragma once

#include <cstdint>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>

#include "sim/event_queue.hpp"
#include "sim/fields.hpp"

namespace converge::sim {

inline constexpr std::uint64_t kAllocation = 16;  // what the allocator takes for one that is not empty

template <class T>
std::uint64_t heap_bytes(const T& value);

template <class Payload>
std::uint64_t heap_bytes(const EventQueue<Payload>& queue) {
  return queue.empty() ? 0 : kAllocation + queue.size() * sizeof(Pending<Payload>);
}

template <class T>
std::uint64_t heap_bytes(const T& value) {
  if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    return 0;
  } else if constexpr (HasFields<T>) {
    return std::apply([](const auto&... field) { return (std::uint64_t{0} + ... + heap_bytes(field)); }, fields(value));
  } else if constexpr (std::ranges::sized_range<const T>) {
    using Element = std::remove_cv_t<std::ranges::range_value_t<const T>>;
    if constexpr (requires { T::chunk_entries; }) {
      if (std::ranges::empty(value)) return 0;
      const std::uint64_t chunks = std::ranges::size(value) / T::chunk_entries + 1;
      return 2 * kAllocation + chunks * sizeof(void*) + T::chunk_entries * sizeof(Element);
    }
    constexpr bool within = requires { std::tuple_size<T>::value; } || requires { T::static_capacity; };
    std::uint64_t bytes = within || std::ranges::empty(value) ? 0 : kAllocation;
    if constexpr (!within) bytes += std::ranges::size(value) * sizeof(Element);
    if constexpr (!std::is_arithmetic_v<Element> && !std::is_enum_v<Element>) {
      for (const Element& element : value) bytes += heap_bytes(element);
    }
    return bytes;
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    return std::apply([](const auto&... each) { return (std::uint64_t{0} + ... + heap_bytes(each)); }, value);
  } else {
    return 0;
  }
}

}  // namespace converge::sim
