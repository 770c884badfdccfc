// A value as bytes, and back: the recursion of hash_into (sim/fields.hpp), for checkpoints and for worlds that wait.
// Numbers take as few bytes as they need, seven bits in each.
//
// What is read may be anything: a Reader never reads beyond its end, a length never exceeds what is left, and a number
// that does not fit its type fails. Once it has failed it gives zeros, and good() says so.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/event_queue.hpp"
#include "sim/fields.hpp"

namespace converge::sim {

using Bytes = std::vector<std::uint8_t>;

class Writer {
 public:
  explicit Writer(Bytes& to) : to_{to} {}

  void number(std::uint64_t n) {
    while (n >= 128) {
      to_.push_back(static_cast<std::uint8_t>(n | 128U));
      n >>= 7U;
    }
    to_.push_back(static_cast<std::uint8_t>(n));
  }
  void bytes(std::span<const std::uint8_t> b) {
    number(b.size());
    to_.insert(to_.end(), b.begin(), b.end());
  }

 private:
  Bytes& to_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> from) : from_{from} {}

  bool good() const { return good_; }
  std::size_t left() const { return from_.size() - at_; }
  bool at_end() const { return good_ && left() == 0; }
  void fail() { good_ = false; }

  std::uint64_t number() {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64 && good_ && at_ < from_.size(); shift += 7) {
      const std::uint64_t byte = from_[at_++];
      if (shift == 63 && byte > 1) break;
      n |= (byte & 127U) << shift;
      if (byte < 128) return n;
    }
    fail();
    return 0;
  }
  // A length of things that take a byte each at least.
  std::size_t length() {
    const std::uint64_t n = number();
    if (n <= left()) return static_cast<std::size_t>(n);
    fail();
    return 0;
  }
  std::span<const std::uint8_t> bytes() {
    const std::size_t n = length();
    at_ += n;
    return from_.subspan(at_ - n, n);
  }

 private:
  std::span<const std::uint8_t> from_;
  std::size_t at_ = 0;
  bool good_ = true;
};

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_queue = false;
template <class Payload>
inline constexpr bool is_queue<EventQueue<Payload>> = true;

template <class T>
concept Whole = std::is_enum_v<T> || std::is_integral_v<T>;

// Small negative numbers are small, too.
template <Whole T>
constexpr std::uint64_t folded(T value) {
  if constexpr (std::is_enum_v<T>) {
    return folded(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_signed_v<T>) {
    const auto wide = static_cast<std::int64_t>(value);
    return (static_cast<std::uint64_t>(wide) << 1U) ^ static_cast<std::uint64_t>(wide >> 63);
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

template <Whole T>
T unfolded(std::uint64_t n, Reader& in) {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(unfolded<std::underlying_type_t<T>>(n, in));
  } else if constexpr (std::is_signed_v<T>) {
    const auto wide = static_cast<std::int64_t>((n >> 1U) ^ (~(n & 1U) + 1U));
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) in.fail();
    return static_cast<T>(wide);
  } else {
    if (n > std::numeric_limits<T>::max()) in.fail();
    return static_cast<T>(n);
  }
}

}  // namespace detail

template <class T>
void write(Writer& out, const T& value) {
  if constexpr (detail::Whole<T>) {
    out.number(detail::folded(value));
  } else if constexpr (detail::is_queue<T>) {
    out.number(value.size());
    value.for_each_in_order([&](const auto& entry) { write(out, entry); });
  } else if constexpr (detail::is_optional<T>) {
    out.number(value.has_value());
    if (value) write(out, *value);
  } else if constexpr (HasFields<T>) {
    if constexpr (listed_fields<T> == 0) out.number(0);  // so that each takes a byte
    std::apply([&](const auto&... field) { (write(out, field), ...); }, fields(value));
  } else if constexpr (std::ranges::sized_range<const T>) {
    using Element = std::ranges::range_value_t<const T>;
    constexpr bool fixed = requires { std::tuple_size<T>::value; };
    if constexpr (!fixed) out.number(std::ranges::size(value));
    for (const auto& element : value) write(out, static_cast<const Element&>(element));
  } else {
    static_assert(detail::Tuple<T>, "give the type a fields()");
    std::apply([&](const auto&... element) { (write(out, element), ...); }, value);
  }
}

// Whatever the value was before. Not good any more: whatever it is now, it is of no use.
template <class T>
void read(Reader& in, T& value) {
  if constexpr (detail::Whole<T>) {
    value = detail::unfolded<T>(in.number(), in);
  } else if constexpr (detail::is_queue<T>) {
    value.clear();
    typename T::Entry entry{};
    for (std::size_t n = in.length(); n > 0 && in.good(); --n) {
      read(in, entry);
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // an event without members has a byte that nobody sets
#endif
      value.push(entry.at, entry.order, entry.payload);
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
    }
  } else if constexpr (detail::is_optional<T>) {
    value.reset();
    if (in.number() != 0) read(in, value.emplace());
  } else if constexpr (HasFields<T>) {
    if constexpr (listed_fields<T> == 0) in.number();
    // fields() names the members of an object that is not const, so they may be written to.
    std::apply([&](const auto&... field) { (read(in, const_cast<std::remove_cvref_t<decltype(field)>&>(field)), ...); },
               fields(std::as_const(value)));
  } else if constexpr (std::ranges::sized_range<const T>) {
    if constexpr (requires { std::tuple_size<T>::value; }) {
      for (auto& element : value) read(in, element);
    } else {
      const std::size_t n = in.length();
      value.clear();
      if constexpr (requires { T::static_capacity; }) {
        if (n > T::static_capacity) return in.fail();
      }
      for (std::size_t i = 0; i < n && in.good(); ++i) {
        if constexpr (requires { typename T::mapped_type; }) {
          std::pair<typename T::key_type, typename T::mapped_type> element;
          read(in, element);
          value.insert(std::move(element));
        } else {
          std::ranges::range_value_t<const T> element{};
          read(in, element);
          if constexpr (requires { typename T::key_type; }) {
            value.insert(std::move(element));
          } else {
            value.push_back(std::move(element));
          }
        }
      }
    }
  } else {
    static_assert(detail::Tuple<T>, "give the type a fields()");
    std::apply([&](auto&... element) { (read(in, element), ...); }, value);
  }
}

}  // namespace converge::sim
