// An exploration as the JSON document of `converge explore --json`.
#pragma once

#include <string>

#include "sim/verdict.hpp"

namespace converge::reports {

std::string json(const sim::ExploreResult&);

}  // namespace converge::reports
