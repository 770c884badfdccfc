#include "sim/conformance.hpp"

namespace converge::sim {

namespace {

std::uint64_t sum(const ConformResult& r, std::uint64_t ConformGroup::* figure) {
  std::uint64_t all = 0;
  for (const ConformSystem& system : r.systems) {
    for (const ConformGroup& group : system.groups) all += group.*figure;
  }
  return all;
}

}  // namespace

std::uint64_t ConformResult::cases() const { return sum(*this, &ConformGroup::cases); }
std::uint64_t ConformResult::agree() const { return sum(*this, &ConformGroup::agree); }
std::uint64_t ConformResult::disagree() const { return sum(*this, &ConformGroup::disagree); }
std::uint64_t ConformResult::out_of_scope() const { return sum(*this, &ConformGroup::out_of_scope); }

}  // namespace converge::sim
