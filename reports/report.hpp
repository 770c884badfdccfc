// Reports: one or several results as a document that a design review, a pull request or a build server can use. Pure
// functions of their arguments: same result, same bytes. Several results are compared, the first being the one of
// before.
#pragma once

#include <span>
#include <string>

#include "sim/evidence.hpp"

namespace converge::reports {

std::string html(std::span<const sim::Reported>);          // one self-contained page (html.cpp)
std::string markdown(std::span<const sim::Reported>);      // for a pull request, with tables and Mermaid graphs
std::string junit(std::span<const sim::Reported>);         // for build servers
std::string sarif(std::span<const sim::Reported>);         // SARIF 2.1.0: annotations in the scenario file
std::string trace_events(std::span<const sim::Reported>);  // Chrome trace-event JSON, for Perfetto
std::string plan_dot(std::span<const sim::Reported>);      // Graphviz
std::string csv(std::span<const sim::Reported>);           // of campaigns: distribution, bands, properties

}  // namespace converge::reports
