#include "scenarios/recorded/systems.hpp"

#include <array>

namespace converge::scenarios::recorded {

namespace {

// A line for each system whose adapter is here, by name.
constexpr std::array<System, 0> kSystems{};

}  // namespace

std::span<const System> systems() { return kSystems; }

}  // namespace converge::scenarios::recorded
