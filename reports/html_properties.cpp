// Every property with its margin: how far the schedules stayed from violating it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/figures.hpp"
#include "reports/html_sections.hpp"
#include "reports/sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

using sim::PropertyResult;

std::uint64_t size_of(std::int64_t margin) {
  return margin < 0 ? 0 - static_cast<std::uint64_t>(margin) : static_cast<std::uint64_t>(margin);
}

// From the middle to the left where it is violated, to the right where it holds; one scale for each unit.
void margin_bar(Html& h, const PropertyResult& p, std::uint64_t most) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::int64_t middle = TimeScale::whole / 2;
  const auto reach = most == 0
                         ? std::int64_t{0}
                         : static_cast<std::int64_t>(Wide{size_of(p.margin)} * (TimeScale::whole / 2 - 1'000) / most);
  const auto svg = h.in("svg.margin", {{"height", "18"}, {"aria-hidden", "true"}});
  h.lone("line", {{"class", "ground"}, {"x1", "0"}, {"x2", "100%"}, {"y1", "9"}, {"y2", "9"}});
  h.lone("line", {{"class", "zero"}, {"x1", "50%"}, {"x2", "50%"}, {"y1", "1"}, {"y2", "17"}});
  if (p.margin < 0) bar(h, "too-late", middle - reach, middle, 5, 8);
  if (p.margin > 0) bar(h, "in-time", middle, middle + reach, 5, 8);
  if (p.margin == 0) glyph(h, "M-4 0 0-4 4 0 0 4Z", p.holds ? "at-zero good" : "at-zero bad", middle, 9, "");
}

struct Sign {
  std::string_view sign, word, style;
};

Sign sign_of(const PropertyResult& p) {
  if (p.holds) return {"✓", "holds", "good"};
  if (!sim::is_violated(p)) return {"?", "never happened", "warn"};
  return {"✗", "violated", "bad"};
}

std::string_view kind_word(PropertyResult::Kind k) {
  switch (k) {
    case PropertyResult::Kind::safety: return "safety";
    case PropertyResult::Kind::liveness: return "liveness";
    case PropertyResult::Kind::availability: return "availability";
    case PropertyResult::Kind::reachability: return "must happen";
  }
  return "";
}

void row_of(Html& h, const View& v, const PropertyResult& p, std::size_t i, const Sign& sign, std::uint64_t most) {
  {
    const auto name = h.in("th", {{"scope", "row"}});
    h.element("span.sign", sign.sign, {{"class", sign.style}, {"aria-hidden", "true"}});
    h.element("span.property-name", p.name);
    h.element("span.kind", fmt::format("{}, {}", kind_word(p.kind), sign.word));
  }
  if (v.check != nullptr) {
    const sim::PropertyCount& c = v.check->properties[i];
    const auto cell = h.in("td.n");
    h.text(c.violated == 0 ? "none" : count_or_figure(c.violated));
    h.element("span.note", sim::interval(c.probability));
  }
  h.element("td.n", margin(p), {{"class", sign.style}});
  const auto cell = h.in("td.margin-column");
  margin_bar(h, p, most);
}

}  // namespace

bool properties_section(Html& h, const View& v) {
  const std::vector<const PropertyResult*> all = properties_of(v);
  if (all.empty()) return false;
  const auto scope = section(h, v, "properties", "Properties and their margins");
  h.element("p.lead", v.run != nullptr
                          ? "How far this run stayed from violating each; below zero where it did."
                          : "The least margin of all schedules that ran; below zero where one violated it.");
  std::map<PropertyResult::Unit, std::uint64_t> most;
  for (const PropertyResult* p : all) most[p->unit] = std::max(most[p->unit], size_of(p->margin));
  const auto scroll = scrolls(h, "Properties");
  const auto table = h.in("table.properties");
  {
    const auto head = h.in("thead");
    const auto row = h.in("tr");
    h.element("th", "property", {{"scope", "col"}});
    if (v.check != nullptr) h.element("th.n", "violated in", {{"scope", "col"}});
    h.element("th.n", "margin", {{"scope", "col"}});
    h.element("th.margin-column", "violated ← 0 → holds", {{"scope", "col"}});
  }
  const auto body = h.in("tbody");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const PropertyResult& p = *all[i];
    const Sign sign = sign_of(p);
    {
      const auto row = h.in("tr");
      row_of(h, v, p, i, sign, most[p.unit]);
    }
    const auto row = h.in("tr.claims");
    const auto cell = h.in("td", {{"colspan", v.check != nullptr ? "4" : "3"}});
    if (!p.claim.empty()) h.element("span.claim", p.claim);
    if (!p.detail.empty()) h.element("span.claim", p.holds ? p.detail : "Worst: " + p.detail);
    if (v.check != nullptr && !p.holds) {
      const sim::PropertyCount& c = v.check->properties[i];
      h.element("span.claim", fmt::format("in schedule {} (--seed {})", c.schedule, c.seed));
    }
  }
  return true;
}

}  // namespace converge::reports
