// The page, section by section, in the order in which a reader decides. One file: its style and its script are in it,
// and its policy lets it run those two and load nothing.
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include "reports/html_assets.hpp"
#include "reports/html_sections.hpp"
#include "reports/report.hpp"

namespace converge::reports {
namespace {

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// As a policy writes a hash: base64 of the bytes.
std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : hex) {
    bits = bits << 4U | static_cast<std::uint32_t>(digit(c));
    held += 4;
    if (held >= 6) {
      held -= 6;
      out += letters[bits >> static_cast<unsigned>(held) & 63U];
    }
  }
  if (held > 0) out += letters[bits << static_cast<unsigned>(6 - held) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string policy() {
  return fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
      base64_of_hex(report_css.sha256), base64_of_hex(report_js.sha256));
}

struct Entry {
  std::string id;
  std::string_view name;
};

std::string page_title(const std::vector<View>& views) {
  if (views.empty()) return "Converge";
  if (views.size() > 1) return fmt::format("{} results compared: {}", views.size(), views.front().title);
  return fmt::format("{}: {}", outcome_sign(views.front().outcome).word, views.front().title);
}

void head(Html& h, const std::vector<View>& views) {
  const auto scope = h.in("head");
  h.lone("meta", {{"charset", "utf-8"}});
  h.lone("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy()}});
  h.lone("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  h.lone("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  h.lone("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
  h.element("title", page_title(views));
  const auto style = h.in("style");
  h.asset(report_css.text);
}

// The sections of one result, and their names.
std::vector<Entry> sections(Html& h, const View& v) {
  std::vector<Entry> all{{v.section("verdict"), "Verdict"}};
  verdict_section(h, v);
  using Section = bool (*)(Html&, const View&);
  constexpr std::array<std::tuple<Section, std::string_view, std::string_view>, 9> rest{{
      {plan_section, "plan", "Plan"},
      {timeline_section, "timeline", "Timeline"},
      {divergence_section, "divergence", "Divergence"},
      {distribution_section, "distribution", "Time to convergence"},
      {properties_section, "properties", "Properties"},
      {stories_section, "stories", "Stories"},
      {orderings_section, "orders", "Orders"},
      {advice_section, "advice", "Advice"},
      {assumed_section, "assumed", "Assumptions"},
  }};
  for (const auto& [write, id, name] : rest) {
    if (write(h, v)) all.push_back({v.section(id), name});
  }
  return all;
}

void contents(Html& h, const std::vector<Entry>& entries) {
  const auto nav = h.in("nav.contents", {{"aria-label", "Contents"}});
  const auto list = h.in("ol");
  for (const Entry& e : entries) {
    const auto li = h.in("li");
    h.element("a", e.name, {{"href", "#" + e.id}});
  }
}

void title(Html& h, const View& v, std::string_view over) {
  const auto header = h.in("header");
  h.element("p.kicker", over);
  h.element("h1", v.title);
  if (!v.file.empty()) h.element("p.file", v.file);
}

}  // namespace

std::string html(std::span<const sim::Reported> all) {
  std::vector<View> views;
  for (std::size_t i = 0; i < all.size(); ++i) {
    views.push_back(view_of(all[i], all.size() == 1 ? std::string() : fmt::format("r{}-", i + 1)));
  }
  // What stands in the table of contents is known when the sections are written.
  Html body;
  std::vector<Entry> entries;
  if (views.size() > 1) {
    comparison_section(body, views);
    entries.push_back({"comparison", "Comparison"});
  }
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (views.size() == 1) {
      entries = sections(body, views[i]);
      continue;
    }
    const std::string id = fmt::format("result-{}", i + 1);
    const auto part = body.in("div.result", {{"id", id}});
    body.element("p.kicker", i == 0              ? std::string("Before")
                             : views.size() == 2 ? "After"
                                                 : fmt::format("Result {}", i + 1));
    body.element("h2.result-title", views[i].title);
    if (!views[i].file.empty()) body.element("p.file", views[i].file);
    sections(body, views[i]);
    entries.push_back({id, i == 0 ? "Before" : views.size() == 2 ? "After" : "Another"});
  }
  for (const View& v : views) travel_data(body, v);

  Html h;
  h.asset("<!DOCTYPE html>");
  {
    const auto page = h.in("html", {{"lang", "en"}});
    head(h, views);
    const auto scope = h.in("body");
    h.element("a.skip", "Skip to the verdict", {{"href", views.size() == 1 ? "#verdict" : "#main"}});
    chart_patterns(h);
    {
      const auto layout = h.in("div.page");
      if (views.size() == 1) {
        title(h, views.front(), "Convergence report");
      } else {
        const auto header = h.in("header");
        h.element("p.kicker", "Convergence report");
        h.element("h1", views.empty() ? "Nothing to report" : fmt::format("{} results compared", views.size()));
      }
      contents(h, entries);
      const auto main = h.in("main", {{"id", "main"}});
      h.asset(body.take());
    }
    const auto script = h.in("script");
    h.asset(report_js.text);
  }
  return h.take() + '\n';
}

}  // namespace converge::reports
