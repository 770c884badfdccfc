// Each violation as a story: what was unusual, what came of it, after which moment nothing helped, how to see it again.
#include <fmt/format.h>

#include <algorithm>

#include "reports/counterexample.hpp"
#include "reports/figures.hpp"
#include "reports/html_sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

void point_of_no_return(Html& h, const sim::PointOfNoReturn& p) {
  const auto box = h.in("div.callout.point");
  h.element("h4", "Point of no return");
  if (p.from_the_start) {
    h.element(
        "p",
        "There is none: it was lost from the start. No continuation that was tried kept the property, whatever was "
        "slow or failed. Look at the plan.");
    return;
  }
  {
    const auto line = h.in("p");
    h.element("strong", sim::text(p.at));
    h.text(p.answers.empty() ? ", at an event at which nothing was chosen. After it nothing helped."
                             : ". After what was answered there nothing helped:");
  }
  if (!p.answers.empty()) deviation_list(h, p.answers);
  if (!p.story.empty()) {
    const auto list = h.in("ul.log");
    constexpr std::size_t shown = 6;
    for (std::size_t i = 0; i < std::min(p.story.size(), shown); ++i) {
      const auto li = h.in("li");
      h.element("span.at", sim::text(p.story[i].at));
      h.text(" ");
      h.element("b", p.story[i].actor);
      h.text(" " + p.story[i].text);
    }
  }
  const auto row = [&](std::string_view name, const sim::Probability& chance) {
    const auto pair = h.in("div.odd");
    h.element("div.name", name);
    interval_bar(h, chance, 1.0, name);
    const auto words = h.in("div.words");
    h.text("violated in ");
    h.element("strong", sim::percent(chance.estimate));
    h.text(fmt::format(" ({} with {} confidence)", sim::interval(chance), sim::percent(chance.confidence)));
  };
  row("from just before it", p.before);
  row("from just after it", p.after);
  h.element("p.note", fmt::format("{} continuations were tried from each moment, all that follows drawn from its law.",
                                  count_or_figure(p.continuations)));
}

const sim::PointOfNoReturn* point_of(const Story& s) {
  if (s.playback == nullptr) return nullptr;
  if (s.playback->point) return &*s.playback->point;
  return s.playback->run.points.empty() ? nullptr : &s.playback->run.points.front();
}

void story(Html& h, const View& v, const Story& s, std::size_t number) {
  const std::string id = v.section(fmt::format("story-{}", number));
  const auto article = h.in("article.story", {{"id", id}, {"aria-labelledby", id + "-h"}});
  h.element("h3", fmt::format("{}. {}", number, s.title), {{"id", id + "-h"}});
  const sim::Counterexample* c = s.counterexample;
  const sim::RunResult* run = s.playback != nullptr ? &s.playback->run : nullptr;

  h.element("h4", "What was unusual");
  if (c != nullptr) {
    deviation_list(h, c->deviations);
  } else if (run != nullptr) {
    deviation_list(h, run->deviations);
  }
  const auto workload = c != nullptr ? c->workload : run != nullptr ? run->workload : std::nullopt;
  if (workload) h.element("p", fmt::format("The random changes of the source are those of seed {}.", *workload));

  h.element("h4", "What came of it");
  {
    const auto p = h.in("p");
    h.element("strong", c != nullptr ? c->sentence : run != nullptr ? run->sentence : "");
    if (c != nullptr && !c->detail.empty()) h.text(" " + c->detail);
  }
  if (c != nullptr) h.element("p.note", shrunk(*c));
  if (const sim::PointOfNoReturn* point = point_of(s)) point_of_no_return(h, *point);

  const std::string& command = c != nullptr && !c->replay.empty() ? c->replay
                               : s.playback != nullptr            ? s.playback->replay
                                                                  : std::string();
  if (!command.empty()) {
    h.element("h4", "See it again");
    if (c != nullptr && !c->file.empty()) h.element("p.note", "saved as " + c->file);
    command_block(h, command);
  }
  if (s.playback == nullptr) return;
  h.element("h4", "Moment by moment");
  time_travel(h, v, *s.playback, id);
}

}  // namespace

bool stories_section(Html& h, const View& v) {
  const std::vector<std::string>& left_out = v.evidence().left_out;
  if (v.stories.empty()) return false;
  const bool violations = std::ranges::any_of(v.stories, [](const Story& s) { return s.counterexample != nullptr; });
  const auto scope = section(h, v, "stories", violations ? "Counterexamples" : "What happened");
  if (violations) {
    h.element(
        "p.lead",
        "Each is the least story of its kind: a schedule that differs from the usual one in these answers alone.");
  }
  std::size_t number = 0;
  for (const Story& s : v.stories) story(h, v, s, ++number);
  for (const std::string& what : left_out) h.element("p.note", "Not shown: " + what);
  if (!v.evidence().why_no_playback.empty()) {
    h.element("p.note", "These cannot be watched moment by moment: " + v.evidence().why_no_playback);
  }
  return true;
}

}  // namespace converge::reports
