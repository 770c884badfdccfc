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
  Case verdict{.name = "reaches a verdict"};
  if (r.outcome == sim::Outcome::inconclusive) {
    verdict.is = Case::Is::error;
    verdict.type = "inconclusive";
    verdict.message = r.sentence;
    verdict.story = printable(log, r.strength) + "\n";
  }
  out.push_back(std::move(verdict));
  Case tested{.name = "not vacuous", .story = bullets(r.vacuous_for)};
  if (r.outcome == sim::Outcome::vacuous) {
    tested.is = Case::Is::failure;
    tested.type = "vacuous";
    tested.message = r.sentence;
  } else if (!r.vacuous_for.empty()) {
    tested.message = "What these schedules did not put to the test:";
  }
  out.push_back(std::move(tested));
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

}  // namespace

std::string junit(const sim::CheckResult& r) {
  const std::vector<Case> all = cases(r);
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::string body;
  for (const Case& c : all) {
    failures += c.is == Case::Is::failure ? 1U : 0U;
    errors += c.is == Case::Is::error ? 1U : 0U;
    body += element(c, r.file.empty() ? r.title : r.file);
  }
  const std::string counts = fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\"", all.size(), failures, errors);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites{}>\n  <testsuite{}{} skipped=\"0\">\n"
      "    <properties>\n      <property name=\"verdict\"{}/>\n      <property name=\"strength\"{}/>\n    "
      "</properties>\n"
      "{}  </testsuite>\n</testsuites>\n",
      counts, attribute("name", r.title.empty() ? r.file : r.title), counts, attribute("value", r.sentence),
      attribute("value", r.strength), body);
}

}  // namespace converge::reports
