// What counts as worse between two results, and what does not.
#include "reports/compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/campaigns.hpp"

namespace converge::reports {
namespace {

using Is = Comparison::Change::Is;

sim::RunResult run(std::int64_t hours_taken, bool fresh) {
  sim::RunResult r{.command = "run", .sla = sim::hours(24), .horizon = sim::days(3)};
  r.changed = sim::Instant{};
  r.convergence = sim::hours(hours_taken);
  const std::int64_t margin = (sim::hours(24) - sim::hours(hours_taken)).us;
  r.properties = {
      {.name = "converged", .holds = margin >= 0, .margin = margin, .unit = sim::PropertyResult::Unit::duration},
      {.name = "fresh", .holds = fresh, .margin = fresh ? 1 : -1, .unit = sim::PropertyResult::Unit::rows}};
  r.outcome = margin >= 0 && fresh ? sim::Outcome::converged : sim::Outcome::violated;
  return r;
}

Is change(const Comparison& c, std::string_view what) {
  const auto found = std::find_if(c.changes.begin(), c.changes.end(), [&](const auto& x) { return x.what == what; });
  EXPECT_NE(found, c.changes.end()) << what;
  return found == c.changes.end() ? Is::neither : found->is;
}

TEST(Compare, APropertyThatIsViolatedNowIsWorseAndDecides) {
  const Comparison c = compare(run(20, true), run(20, false));
  EXPECT_TRUE(c.worse);
  EXPECT_EQ(c.decides, "fresh");
  EXPECT_EQ(change(c, "verdict"), Is::worse);
  EXPECT_EQ(change(c, "fresh"), Is::worse);
  EXPECT_EQ(change(c, "converged"), Is::neither);
}

TEST(Compare, WhatBecameBetterIsNoRegression) {
  const Comparison c = compare(run(30, false), run(20, true));
  EXPECT_FALSE(c.worse);
  EXPECT_EQ(c.decides, "converged");
  EXPECT_EQ(change(c, "latest convergence"), Is::better);
}

TEST(Compare, ARunThatConvergesLaterIsWorse) {
  EXPECT_TRUE(compare(run(20, true), run(21, true)).worse);
  EXPECT_FALSE(compare(run(20, true), run(20, true)).worse);
  sim::RunResult never = run(20, true);
  never.convergence.reset();
  EXPECT_TRUE(compare(run(20, true), never).worse);
  EXPECT_FALSE(compare(never, run(20, true)).worse);
}

TEST(Compare, WhatReadersSawAndWhatItCostIsCompared) {
  sim::RunResult nulls = run(20, true);
  nulls.nulls_worst = 1'200'000;
  nulls.flink_down = sim::minutes(5);
  const Comparison c = compare(run(20, true), nulls);
  EXPECT_EQ(change(c, "most nulls in a read"), Is::worse);
  EXPECT_EQ(change(c, "Flink down"), Is::worse);
  EXPECT_EQ(std::ranges::count(c.changes, "changes lost", &Comparison::Change::what), 0) << "none in either";
  EXPECT_FALSE(c.worse) << "no promise is broken";
}

TEST(Compare, ASmallerMarginAloneIsNoRegression) {
  sim::RunResult closer = run(20, true);
  closer.properties[1].margin = 0;
  const Comparison c = compare(run(20, true), closer);
  EXPECT_FALSE(c.worse);
  EXPECT_EQ(change(c, "fresh"), Is::worse) << "it is marked, and does not fail";
}

TEST(Compare, CampaignsAreComparedByTheirIntervals) {
  sim::CheckResult a = support::converged_campaign();
  sim::CheckResult b = a;
  b.miss = {.estimate = a.miss.high, .low = a.miss.high / 2, .high = 2 * a.miss.high};
  EXPECT_FALSE(compare(a, b).worse) << "the intervals meet";
  EXPECT_TRUE(compare(a, b).same_luck);
  b.miss.low = 1.5 * a.miss.high;
  EXPECT_TRUE(compare(a, b).worse);
  EXPECT_FALSE(compare(b, a).worse);
  b.seed = a.seed + 1;
  EXPECT_FALSE(compare(a, b).same_luck);
}

TEST(Compare, SaysWhetherTheLuckWasTheSame) {
  sim::RunResult drawn = run(20, true);
  drawn.seed = 7;
  EXPECT_TRUE(compare(drawn, drawn).same_luck);
  EXPECT_FALSE(compare(run(20, true), drawn).same_luck);
  EXPECT_FALSE(compare(run(20, true), support::converged_campaign()).same_luck);
}

}  // namespace
}  // namespace converge::reports
