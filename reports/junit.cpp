// Written by hand: seven elements need no library, and the order of attributes is ours.
#include "reports/junit.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "reports/counterexample.hpp"
#include "reports/figures.hpp"
#include "reports/page.hpp"
#include "reports/report.hpp"
#include "reports/sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

// A log is no terminal: nothing is wrapped there, and a command stays in one line.
constexpr Terminal log{.colour = false, .utf8 = true, .columns = 1'000'000'000};

// For text that printable() has made, where no control character is left: markup is escaped, and so is the one kind of
// character that can be shown and yet is not XML.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf")) {
      out += "\\uffff";
      out.back() = text[2] == '\xbe' ? 'e' : 'f';
      text.remove_prefix(3);
      continue;
    }
    switch (text.front()) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += text.front();
    }
    text.remove_prefix(1);
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view text) {
  return fmt::format(" {}=\"{}\"", name, escaped(printable(log, text)));
}

struct Case {
  enum class Is : std::uint8_t { good, failure, error };

  std::string name;
  Is is = Is::good;
  std::string type{};
  std::string message{};
  std::string story{};  // lines, fit to be shown
};

std::string element(const Case& c, const std::string& classname) {
  const std::string open = "    <testcase" + attribute("classname", classname) + attribute("name", c.name);
  if (c.is == Case::Is::good) {
    if (c.story.empty()) return open + "/>\n";
    const std::string first = c.message.empty() ? "" : printable(log, c.message) + "\n";
    return fmt::format("{}>\n      <system-out>{}</system-out>\n    </testcase>\n", open, escaped(first + c.story));
  }
  const std::string_view tag = c.is == Case::Is::error ? "error" : "failure";
  return fmt::format("{}>\n      <{}{}{}>{}</{}>\n    </testcase>\n", open, tag, attribute("type", c.type),
                     attribute("message", c.message), escaped(c.story), tag);
}

std::string bullets(const std::vector<std::string>& whys) {
  std::string out;
  for (const std::string& why : whys) out += "- " + printable(log, why) + "\n";
  return out;
}

std::string story(const sim::CheckResult& r, const sim::PropertyCount& p) {
  Page page{log, glyphs(log), {}};
  if (!p.worst.claim.empty()) page.line(page.safe(p.worst.claim));
  page.line(
      page.safe(fmt::format("Least margin: {}, in schedule {} (--seed {}).", margin(p.worst), p.schedule, p.seed)));
  if (!p.worst.detail.empty()) page.line(page.safe(p.worst.detail));
  for (const sim::Counterexample& c : r.counterexamples) {
    if (c.property != p.worst.name) continue;
    page.heading("Counterexample");
    counterexample(page, c);
  }
  return page.out;
}

// Whether there is a verdict at all, and whether it says anything; `tested` is what the latter is about.
template <class Result>
void add_verdict(std::vector<Case>& out, const Result& r, std::string_view tested) {
  Case verdict{.name = "reaches a verdict"};
  if (r.outcome == sim::Outcome::inconclusive) {
    verdict.is = Case::Is::error;
    verdict.type = "inconclusive";
    verdict.message = r.sentence;
    verdict.story = printable(log, r.strength) + "\n";
  }
  out.push_back(std::move(verdict));
  Case vacuous{.name = "not vacuous", .story = bullets(r.vacuous_for)};
  if (r.outcome == sim::Outcome::vacuous) {
    vacuous.is = Case::Is::failure;
    vacuous.type = "vacuous";
    vacuous.message = r.sentence;
  } else if (!r.vacuous_for.empty()) {
    vacuous.message = fmt::format("What {} did not put to the test:", tested);
  }
  out.push_back(std::move(vacuous));
}

std::vector<Case> cases(const sim::CheckResult& r) {
  std::vector<Case> out;
  for (const sim::PropertyCount& p : r.properties) {
    Case c{.name = p.worst.name};
    if (p.violated != 0) {
      c.is = Case::Is::failure;
      c.type = "violated";
      c.message = fmt::format("violated in {} of {} schedules ({}: {})", count(p.violated), count(r.schedules),
                              sim::percent(p.probability.confidence) + " interval", sim::interval(p.probability));
      c.story = story(r, p);
    }
    out.push_back(std::move(c));
  }
  add_verdict(out, r, "these schedules");
  if (!r.expected) return out;
  if (r.unmet.empty()) {
    for (Case& c : out) c.is = Case::Is::good;
    out.push_back({.name = "meets its expectation"});
  } else {
    out.push_back({"meets its expectation", Case::Is::failure, "unexpected", "It is not as the scenario expects.",
                   bullets(r.unmet)});
  }
  return out;
}

Case case_of(const sim::PropertyResult& p) {
  Case c{.name = p.name};
  if (!sim::is_violated(p)) return c;
  c.is = Case::Is::failure;
  c.type = "violated";
  c.message = fmt::format("violated: margin {}", margin(p));
  for (const std::string* text : {&p.claim, &p.detail}) {
    if (!text->empty()) c.story += printable(log, *text) + "\n";
  }
  return c;
}

std::vector<Case> cases(const sim::RunResult& r) {
  std::vector<Case> out;
  for (const sim::PropertyResult& p : r.properties) {
    out.push_back(case_of(p));
    if (out.back().is == Case::Is::good) continue;
    for (const sim::DeviationText& d : r.deviations) out.back().story += "- " + printable(log, d.text) + "\n";
    if (r.search && !r.search->replay.empty()) out.back().story += printable(log, r.search->replay) + "\n";
  }
  add_verdict(out, r, "this run");
  return out;
}

std::vector<Case> cases(const sim::ExploreResult& r) {
  std::vector<Case> out;
  for (const sim::PropertyResult& p : r.properties) {
    out.push_back(case_of(p));
    for (const sim::Counterexample& c : r.counterexamples) {
      if (c.property != p.name) continue;
      Page page{log, glyphs(log), {}};
      page.heading("Counterexample");
      counterexample(page, c);
      out.back().story += page.out;
    }
  }
  add_verdict(out, r, "these schedules");
  return out;
}

// What has no properties of its own is one case.
template <class Result>
std::vector<Case> one_case(const Result& r, std::string name, std::string story) {
  Case c{.name = std::move(name)};
  if (r.outcome == sim::Outcome::violated) {
    c.is = Case::Is::failure;
    c.type = "violated";
    c.message = r.sentence;
    c.story = std::move(story);
  }
  std::vector<Case> out{std::move(c)};
  add_verdict(out, r, "this");
  return out;
}

std::vector<Case> cases(const sim::AdviseResult& r) {
  return one_case(r, "fits its window", printable(log, r.strength) + "\n");
}

std::vector<Case> cases(const sim::OrderingsResult& r) {
  std::string edges;
  for (const sim::NecessaryEdgeVerdict& e : r.edges) {
    edges += printable(log, fmt::format("- {} before {}: {}", r.steps[e.before], r.steps[e.after], e.because)) + "\n";
  }
  return one_case(r, "every order is good", std::move(edges));
}

// The suites of one result, and what they count.
struct Suite {
  std::string text;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;

  std::string counts() const {
    return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\"", tests, failures, errors);
  }
};

template <class Result>
Suite suite(const Result& r) {
  Suite s;
  std::string body;
  for (const Case& c : cases(r)) {
    ++s.tests;
    s.failures += c.is == Case::Is::failure ? 1U : 0U;
    s.errors += c.is == Case::Is::error ? 1U : 0U;
    body += element(c, r.file.empty() ? r.title : r.file);
  }
  s.text = fmt::format(
      "  <testsuite{}{} skipped=\"0\">\n"
      "    <properties>\n      <property name=\"verdict\"{}/>\n      <property name=\"strength\"{}/>\n    "
      "</properties>\n"
      "{}  </testsuite>\n",
      attribute("name", r.title.empty() ? r.file : r.title), s.counts(), attribute("value", r.sentence),
      attribute("value", r.strength), body);
  return s;
}

std::string document(const std::vector<Suite>& suites) {
  Suite all;
  for (const Suite& s : suites) {
    all.tests += s.tests;
    all.failures += s.failures;
    all.errors += s.errors;
    all.text += s.text;
  }
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites{}>\n{}</testsuites>\n", all.counts(),
                     all.text);
}

}  // namespace

std::string junit(const sim::CheckResult& r) { return document({suite(r)}); }

std::string junit(std::span<const sim::Reported> all) {
  std::vector<Suite> suites;
  for (const sim::Reported& reported : all) {
    suites.push_back(std::visit([](const auto& r) { return suite(r); }, reported.result));
  }
  return document(suites);
}

}  // namespace converge::reports
