#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures.hpp"
#include "reports/html_sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {

Html::Scope section(Html& h, const View& v, std::string_view name, std::string_view heading) {
  auto scope = h.in("section", {{"id", v.section(name)}, {"aria-labelledby", v.section(name) + "-h"}});
  h.element("h2", heading, {{"id", v.section(name) + "-h"}});
  return scope;
}

OutcomeSign outcome_sign(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::converged: return {"Converged", "good", "✓"};
    case sim::Outcome::violated: return {"Violated", "bad", "✗"};
    case sim::Outcome::vacuous: return {"Vacuous", "warn", "?"};
    case sim::Outcome::inconclusive: return {"Inconclusive", "warn", "?"};
  }
  return {};
}

std::string_view stage_class(std::uint8_t stage) {
  switch (stage) {
    case 1: return "s1";
    case 2: return "s2";
    case 3: return "s3";
    default: return "s0";
  }
}

Html::Scope scrolls(Html& h, std::string_view label) {
  return h.in("div.scroll", {{"tabindex", "0"}, {"role", "group"}, {"aria-label", label}});
}

void table_head(Html& h, std::initializer_list<std::string> names) {
  const auto head = h.in("thead");
  const auto row = h.in("tr");
  for (const std::string_view name : names) {
    const bool figures = name.starts_with('#');
    h.element("th", figures ? name.substr(1) : name, {{"scope", "col"}, {"class", figures ? "n" : ""}});
  }
}

void key(Html& h, std::string_view classes, std::string_view words) {
  const auto li = h.in("li");
  h.element("span.key", "", {{"class", classes}, {"aria-hidden", "true"}});
  h.text(words);
}

void fact(Html& h, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  const auto pair = h.in("div");
  h.element("dt", name);
  h.element("dd", value);
}

void deviation_list(Html& h, std::span<const sim::DeviationText> all) {
  constexpr std::size_t shown = 10;
  constexpr std::size_t most = 200;
  if (all.empty()) return h.element("p", "Nothing deviates from the usual.");
  const auto list = [&](std::size_t from, std::size_t until) {
    const auto ol = h.in("ol.deviations", {{"start", std::to_string(from + 1)}});
    for (const sim::DeviationText& d : all.subspan(from, until - from)) {
      const auto item = h.in("li");
      h.element("span.at", sim::text(d.at));
      h.text(" ");
      h.element("span.what", d.text);
      if (d.fault) {
        h.text(" ");
        h.element("span.tag.fault", "fault");
      }
    }
  };
  list(0, std::min(all.size(), shown));
  if (all.size() <= shown) return;
  const auto details = h.in("details.many");
  h.element("summary", fmt::format("and {} more", count(all.size() - shown)));
  list(shown, std::min(all.size(), most));
  if (all.size() > most) h.element("p.note", fmt::format("and {} more", count(all.size() - most)));
}

void command_block(Html& h, std::string_view command) {
  if (command.empty()) return;
  const auto block = h.in("div.command");
  const auto pre = h.in("pre", {{"tabindex", "0"}});
  h.element("code", command);
}

void interval_bar(Html& h, const sim::Probability& p, double most, std::string_view label) {
  const auto at = [&](double x) {
    if (!std::isfinite(x) || !(most > 0)) return std::int64_t{0};
    return static_cast<std::int64_t>(std::clamp(x / most, 0.0, 1.0) * TimeScale::whole);
  };
  const std::string says = fmt::format("{}: {}, {} interval {}", label, sim::percent(p.estimate),
                                       sim::percent(p.confidence), sim::interval(p));
  const auto svg = h.in("svg.interval", {{"height", "20"}, {"role", "img"}, {"aria-label", says}});
  h.lone("line", {{"class", "ground"}, {"x1", "0"}, {"x2", "100%"}, {"y1", "10"}, {"y2", "10"}});
  bar(h, "range", at(p.low), at(p.high), 6, 8, sim::interval(p));
  glyph(h, "M0-8V8", "estimate", at(p.estimate), 10, sim::percent(p.estimate));
}

}  // namespace converge::reports
