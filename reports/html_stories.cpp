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

void story(Html& h, const View& v, const Story& s, std::size_t number) {
  const std::string id = v.section(fmt::format("story-{}", number));
  const auto article = h.in("article.story", {{"id", id}, {"aria-labelledby", id + "-h"}});
  h.element("h3", fmt::format("{}. {}", number, s.title), {{"id", id + "-h"}});

  h.element("h4", "What was unusual");
  deviation_list(h, *s.deviations);
  if (s.workload) h.element("p", fmt::format("The random changes of the source are those of seed {}.", *s.workload));

  if (!s.sentence.empty()) {
    h.element("h4", "What came of it");
    const auto p = h.in("p");
    h.element("strong", s.sentence);
    if (!s.detail.empty()) {
      h.text(" ");
      h.text(s.detail);
    }
  }
  if (s.counterexample != nullptr) h.element("p.note", shrunk(*s.counterexample));
  if (s.point != nullptr) point_of_no_return(h, *s.point);

  if (!s.replay.empty()) {
    h.element("h4", "See it again");
    if (!s.file.empty()) h.element("p.note", fmt::format("saved as {}", s.file));
    command_block(h, s.replay);
  }
  if (s.playback == nullptr) return;
  h.element("h4", "Moment by moment");
  time_travel(h, v, *s.playback, id);
}

}  // namespace

bool stories_section(Html& h, const View& v) {
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
  if (!v.evidence().why_no_playback.empty()) {
    h.element("p.note", "These cannot be watched moment by moment: " + v.evidence().why_no_playback);
  }
  return true;
}

}  // namespace converge::reports
