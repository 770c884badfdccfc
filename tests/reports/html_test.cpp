// The page as a parser of HTML reads it: well-formed, in the order in which a reader decides, and nothing that a
// scenario says can become more than text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reports/report.hpp"
#include "tests/support/program.hpp"
#include "tests/support/reported.hpp"

namespace converge::reports {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// What python3 reads in a page; null where there is no python3.
json read(const std::string& page) {
  const support::Folder folder;
  support::Start start{
      .arguments = {"python3", CONVERGE_SOURCE_DIR "/tests/reports/html_oracle.py", folder.write("page.html", page)}};
  if (const char* path = std::getenv("PATH")) start.environment.push_back(std::string{"PATH="} + path);
  const support::Ended ended = support::run_program("/usr/bin/env", start);
  if (ended.exit == 127) return {};
  EXPECT_EQ(ended.exit, 0) << ended.err;
  return json::parse(ended.out, nullptr, false);
}

std::vector<std::string> headings(const json& page, int level) {
  std::vector<std::string> out;
  for (const json& h : page.at("headings")) {
    if (h.at(0) == level) out.push_back(h.at(1));
  }
  return out;
}

std::vector<sim::Reported> all_kinds() {
  return {support::reported_run(),    support::reported_campaign(),  support::reported_exploration(),
          support::reported_advice(), support::reported_orderings(), support::hostile_reported()};
}

TEST(Html, HasItsSectionsInTheOrderInWhichAReaderDecides) {
  const json page = read(html({{support::reported_campaign()}}));
  if (page.is_null()) GTEST_SKIP() << "needs python3";
  EXPECT_EQ(page.at("title"), "Violated: Flink down for longer than Kafka's retention");
  EXPECT_EQ(headings(page, 1), (std::vector<std::string>{"Flink down for longer than Kafka's retention"}));
  EXPECT_EQ(headings(page, 2),
            (std::vector<std::string>{"✗Violated", "The plan", "Timeline", "Divergence", "Time to convergence",
                                      "Properties and their margins", "Counterexamples", "What was assumed"}));
  const json orders = read(html({{support::reported_orderings()}}));
  EXPECT_EQ(headings(orders, 2),
            (std::vector<std::string>{"✗Violated", "The plan", "Orders, judged side by side", "What was assumed"}));
  const json advice = read(html({{support::reported_advice()}}));
  EXPECT_EQ(headings(advice, 2),
            (std::vector<std::string>{"✗Violated", "The plan", "The bound, and what to change", "What was assumed"}));
}

TEST(Html, OpensWithTheVerdictAndWhatItHoldsOver) {
  const json page = read(html({{support::reported_campaign()}}));
  if (page.is_null()) GTEST_SKIP() << "needs python3";
  const std::vector<std::string> texts = page.at("texts");
  const auto at = [&](std::string_view text) { return std::find(texts.begin(), texts.end(), text) - texts.begin(); };
  const sim::CheckResult r = support::violated_campaign();
  EXPECT_LT(at(r.sentence), at(r.strength));
  EXPECT_LT(at(r.strength), at("Models of the plan were checked, not the systems."));
  EXPECT_LT(at("Models of the plan were checked, not the systems."), at("The plan"));
}

TEST(Html, IsWellFormedAndRunsAndLoadsNothingButItsOwn) {
  if (read(html({{support::reported_run()}})).is_null()) GTEST_SKIP() << "needs python3";
  for (const sim::Reported& r : all_kinds()) read(html({{r}}));
  for (const sim::Reported& a : all_kinds()) {
    const std::vector<sim::Reported> two{support::reported_run(), a};
    read(html(two));
  }
  const std::vector<sim::Reported> three{support::reported_run(), support::reported_run(),
                                         support::reported_campaign()};
  read(html(three));
  read(html({}));
  read(html({{sim::Reported{}}}));
  for (const sim::CheckResult& r : support::campaigns()) read(html({{sim::Reported{"", r, {}}}}));
}

// The parser of the oracle found no element, attribute or comment that is not ours; and the text is there, as text.
TEST(Html, ShowsAHostileTitleAsText) {
  const std::string page = html({{support::hostile_reported()}});
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, Not(HasSubstr("\xe2\x80\xae")));
  EXPECT_THAT(page, Not(HasSubstr("\xff")));
  EXPECT_THAT(page, Not(HasSubstr("href=\"javascript")));
  const json read_page = read(page);
  if (read_page.is_null()) GTEST_SKIP() << "needs python3";
  EXPECT_THAT(headings(read_page, 1).at(0),
              HasSubstr("</script></title></style><script>alert(1)</script><!--\"'`&amp;"));
}

TEST(Html, IsTheSameTwice) {
  for (const sim::Reported& r : all_kinds()) EXPECT_EQ(html({{r}}), html({{r}}));
}

TEST(Html, TellsEachCounterexampleWithItsCommand) {
  const json page = read(html({{support::reported_campaign()}}));
  if (page.is_null()) GTEST_SKIP() << "needs python3";
  EXPECT_EQ(headings(page, 4),
            (std::vector<std::string>{"What was unusual", "What came of it", "Point of no return", "See it again",
                                      "Moment by moment", "What was unusual", "What came of it", "See it again"}));
  const std::vector<std::string> texts = page.at("texts");
  for (const sim::Counterexample& c : support::violated_campaign().counterexamples) {
    EXPECT_THAT(texts, testing::Contains(c.replay));
    for (const sim::DeviationText& d : c.deviations) EXPECT_THAT(texts, testing::Contains(d.text));
  }
}

// The table is there, for the moment at which it was decided, before any script moves it.
TEST(Html, ShowsTheStateAtThePointOfNoReturnWithoutScripts) {
  const std::string page = html({{support::reported_campaign()}});
  const std::size_t table = page.find("<table class=\"state\">");
  ASSERT_NE(table, std::string::npos);
  const std::string state = page.substr(table, page.find("</table>", table) - table);
  EXPECT_THAT(state, HasSubstr("<strong class=\"moment\">d0 14:05:00</strong>"));
  EXPECT_THAT(state, HasSubstr(">end offset</th>\n<td class=\"n\">1,120</td>"));
  EXPECT_THAT(page, HasSubstr("<div class=\"scrubber\" hidden=\"\">"));
}

TEST(Html, WithoutAStoryTheUsualRunCanBeWatched) {
  sim::Reported r = support::reported_run();
  r.evidence.playbacks.resize(1);
  const std::string page = html({{r}});
  EXPECT_THAT(page, HasSubstr("<div class=\"travel\" data-play=\"0\""));
  EXPECT_THAT(page, Not(HasSubstr(">usual run</th>")));
}

TEST(Html, SaysWhyThereIsNothingToWatch) {
  sim::Reported r = support::reported_campaign();
  r.evidence.playbacks.clear();
  r.evidence.why_no_playback = "its scenario is not in the result";
  EXPECT_THAT(html({{r}}), HasSubstr("its scenario is not in the result"));
}

TEST(Html, StaysSmall) {
  for (const sim::Reported& r : all_kinds()) EXPECT_LT(html({{r}}).size(), 300'000U);
  sim::Reported large = support::reported_campaign();
  auto& data = std::get<sim::CheckResult>(large.result);
  for (std::int64_t i = 0; i < 100'000; ++i) {
    data.data_band.push_back({support::at_hour(9) + sim::seconds(i), i % 7, i % 11, i % 13, i % 17});
    data.convergence.push_back({sim::hours(36) + sim::seconds(i), 1});
  }
  for (sim::Playback& p : large.evidence.playbacks) {
    for (std::int64_t i = 0; i < 100'000; ++i) {
      p.run.data.push_back({support::at_hour(30) + sim::seconds(i), i % 19});
      p.lanes[2].spans.push_back({support::at_hour(40) + sim::seconds(i), support::at_hour(40) + sim::seconds(i + 1),
                                  sim::Lane::Span::Kind::works, "merge"});
      p.lanes[2].marks.push_back({support::at_hour(40) + sim::seconds(i), "tick"});
      p.run.story.push_back({support::at_hour(40) + sim::seconds(i), "flink", "a checkpoint"});
    }
  }
  EXPECT_LT(html({{large}}).size(), 1'000'000U);
}

}  // namespace
}  // namespace converge::reports
