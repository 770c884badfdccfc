// The sections that the page of one run and the page of many have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/page.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

// Title, file, the verdict in a word and in a sentence, and over what it holds; of a RunResult, a CheckResult or an
// ExploreResult.
template <class Result>
void opening(Page&, const Result&);

// "✓", "✗", and "?" for what should happen and did not; or words of one width where only ASCII can be shown.
struct Mark {
  std::string_view text;
  Style style = Style::plain;
};
Mark property_mark(const Terminal&, const sim::PropertyResult&);

// "-3 changes", "5 h 54 min".
std::string margin(const sim::PropertyResult&);

// What deviated from the usual, with numbers and times, as far as the page has room.
void numbered(Page&, const std::vector<sim::DeviationText>&);

// `where` ends the heading: " in 10,000 schedules".
void faults(Page&, const std::vector<sim::FaultCount>&, std::string_view where);

// `who` did not put something to the test: "this run".
void vacuous(Page&, sim::Outcome, std::string_view who, const std::vector<std::string>& reasons);

// The last line of every page.
void models_only(Page&);

}  // namespace converge::reports
