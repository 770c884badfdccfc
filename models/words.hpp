// The trace in words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/trace.hpp"

namespace converge::models {

class Pipeline;

std::string_view actor_name(std::uint16_t actor);  // "flink", "spark/merge", ...
std::string words(const Pipeline&, const sim::Note&);

}  // namespace converge::models
