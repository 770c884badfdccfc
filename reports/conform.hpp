// Do the models agree with the real systems? For a terminal and for programs.
#pragma once

#include <string>

#include "reports/terminal.hpp"
#include "sim/conformance.hpp"

namespace converge::reports {

std::string text(const sim::ConformResult&, const Terminal&);
std::string sentence(const sim::ConformResult&);

// One case step by step: recorded beside modelled, with the first difference marked.
std::string text(const sim::ConformCase&, const Terminal&);

std::string json(const sim::ConformResult&);
std::string json(const sim::ConformCase&);

}  // namespace converge::reports
