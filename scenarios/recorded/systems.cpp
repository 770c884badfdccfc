#include "scenarios/recorded/systems.hpp"

#include <array>

namespace converge::scenarios::recorded {

namespace {

// A line for each system whose adapter is here, by name.
constexpr std::array kSystems{
    System{"kafka", knows_kafka, replay_kafka},
};

}  // namespace

std::span<const System> systems() { return kSystems; }

}  // namespace converge::scenarios::recorded
