// The trace in words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/trace.hpp"

namespace converge::models {

class Pipeline;

// Who told a note: the actor, and of which table where there are two.
std::string actor_words(const Pipeline&, std::uint16_t told_by);
std::string_view actor_name(std::uint16_t actor);  // "flink", "spark/merge", ...
std::string words(const Pipeline&, const sim::Note&);

}  // namespace converge::models
