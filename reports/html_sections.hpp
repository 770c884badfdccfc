// The sections of the page, in the order in which a reader decides, and the parts that several of them share. A section
// that has nothing to show writes nothing, and says so by its result: the table of contents lists those that are there.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reports/html_chart.hpp"
#include "reports/html_view.hpp"
#include "reports/html_writer.hpp"

namespace converge::reports {

void verdict_section(Html&, const View&);               // html_verdict.cpp
bool plan_section(Html&, const View&);                  // html_plan.cpp
bool timeline_section(Html&, const View&);              // html_timeline.cpp
bool divergence_section(Html&, const View&);            // html_divergence.cpp
bool distribution_section(Html&, const View&);          // html_distribution.cpp
bool properties_section(Html&, const View&);            // html_properties.cpp
bool stories_section(Html&, const View&);               // html_stories.cpp
bool orderings_section(Html&, const View&);             // html_orderings.cpp
bool advice_section(Html&, const View&);                // html_advice.cpp
bool assumed_section(Html&, const View&);               // html_assumed.cpp
void comparison_section(Html&, std::span<const View>);  // html_compare.cpp

// ---- parts

// A section with its heading; its name, after the id of the view, is what the table of contents links to.
Html::Scope section(Html&, const View&, std::string_view name, std::string_view heading);

struct OutcomeSign {
  std::string_view word;   // "Converged"
  std::string_view style;  // "good", "bad", "warn"
  std::string_view sign;   // "✓"
};
OutcomeSign outcome_sign(sim::Outcome);

std::string_view stage_class(std::uint8_t stage);  // "s0" to "s3"

// What is too wide scrolls by itself, by keys too.
Html::Scope scrolls(Html&, std::string_view label);
// The head of a table; a name that begins with '#' is of a column of figures.
void table_head(Html&, std::initializer_list<std::string> names);
// One entry of a legend, and one of a list of facts.
void key(Html&, std::string_view classes, std::string_view words);
void fact(Html&, std::string_view name, std::string_view value);

// The unusual answers of a schedule, in their order.
void deviation_list(Html&, std::span<const sim::DeviationText>);
// A command to copy.
void command_block(Html&, std::string_view command);
// A probability with its interval as a bar from 0 to `most`.
void interval_bar(Html&, const sim::Probability&, double most, std::string_view label);

// Phases, lanes and divergence of one run over one scale.
void run_chart(Html&, const sim::RunResult&, const sim::Playback* playback, const sim::RunResult* beside,
               std::string_view label);
// The slider over a run, with the state of every system beside that of the usual run. `number` tells it from others.
void time_travel(Html&, const View&, const sim::Playback&, std::string_view id);
// The runs' frames and stories for the script, once for each playback: "play-0" is the usual run.
void travel_data(Html&, const View&);

}  // namespace converge::reports
