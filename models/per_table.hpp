// What each source table has of its own, for a rollout over one table or two.
//
// It is what the first table has, and holds what a second one has beside it. So whoever deals with one table names it
// as if there were no other, a pipeline with one table carries nothing for a second, and whoever deals with all of them
// goes through it by number.
#pragma once

#include <boost/container/static_vector.hpp>
#include <cstddef>
#include <tuple>

namespace converge::models {

inline constexpr std::size_t kTablesMax = 2;

template <class T>
struct PerTable : T {
  boost::container::static_vector<T, kTablesMax - 1> more;

  T& operator[](std::size_t number) { return number == 0 ? *this : more[number - 1]; }
  const T& operator[](std::size_t number) const { return number == 0 ? *this : more[number - 1]; }
  std::size_t tables() const { return 1 + more.size(); }

  bool operator==(const PerTable&) const = default;
  friend auto fields(const PerTable& p) { return std::tie(static_cast<const T&>(p), p.more); }
};

}  // namespace converge::models
