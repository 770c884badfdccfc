// Two results beside each other: what is better, what is worse, under which luck, and what decides.
#include "reports/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/reported.hpp"

namespace converge::reports {
namespace {

using Change = Compared::Change;

sim::Reported of(sim::RunResult r) { return {"", std::move(r), {}}; }

const Compared& row(const std::vector<Compared>& all, std::string_view what) {
  const auto at = std::ranges::find(all, what, &Compared::what);
  EXPECT_NE(at, all.end()) << what;
  return *at;
}

TEST(SideBySide, AWorseRunBreaksWhatTheOtherKept) {
  const SideBySide c = compare(of(support::some_run({})), of(support::some_run(sim::hours(30))));
  EXPECT_EQ(c.verdict.change, Change::worse);
  EXPECT_EQ(row(c.properties, "converged").change, Change::worse);
  EXPECT_EQ(row(c.properties, "fresh").change, Change::same);
  EXPECT_EQ(row(c.figures, "time to convergence").by, "1 d 6 h later");
  EXPECT_EQ(row(c.figures, "changes lost").change, Change::worse);
  EXPECT_EQ(c.decides, "What decides is converged, no-row-lost: it held before, and is violated now.");
  EXPECT_TRUE(is_regression(c));
  EXPECT_TRUE(c.same_luck);
}

TEST(SideBySide, TheOtherWayRoundItIsBetter) {
  const SideBySide c = compare(of(support::some_run(sim::hours(30))), of(support::some_run({})));
  EXPECT_EQ(c.verdict.change, Change::better);
  EXPECT_EQ(row(c.figures, "time to convergence").by, "1 d 6 h sooner");
  EXPECT_FALSE(is_regression(c));
}

TEST(SideBySide, WithTheSameVerdictTheFirstFigureThatDiffersDecides) {
  const SideBySide c = compare(of(support::some_run({})), of(support::some_run(sim::hours(1))));
  EXPECT_EQ(c.verdict.change, Change::same);
  EXPECT_THAT(compare(of(support::some_run({})), of(support::some_run({}))).decides,
              testing::StartsWith("Nothing decides"));
}

TEST(SideBySide, SaysWhetherTheLuckIsTheSame) {
  sim::CheckResult a = support::converged_campaign();
  sim::CheckResult b = support::violated_campaign();
  EXPECT_EQ(compare({"", a, {}}, {"", b, {}}).luck,
            "Under the same luck, choice by choice: both drew their answers from campaign 1.");
  b.seed = 2;
  const SideBySide c = compare({"", a, {}}, {"", b, {}});
  EXPECT_FALSE(c.same_luck);
  EXPECT_THAT(c.luck, testing::StartsWith("Not under the same luck"));
  EXPECT_EQ(row(c.figures, "window missed").by, "beyond doubt: the intervals are apart");
  EXPECT_THAT(compare({"", a, {}}, of(support::some_run({}))).luck, testing::HasSubstr("different commands"));
}

TEST(SideBySide, AnyTwoKindsCanBeCompared) {
  const std::vector<sim::Reported> all{support::reported_run(),         support::reported_campaign(),
                                       support::reported_exploration(), support::reported_advice(),
                                       support::reported_orderings(),   support::hostile_reported()};
  for (const sim::Reported& a : all) {
    for (const sim::Reported& b : all) EXPECT_FALSE(compare(a, b).decides.empty());
  }
}

}  // namespace
}  // namespace converge::reports
