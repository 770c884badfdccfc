// The document of `converge advise`, for programs.
#pragma once

#include <string>

#include "sim/verdict.hpp"

namespace converge::reports {

std::string json(const sim::AdviseResult&);

}  // namespace converge::reports
