// Every scenario of the gallery, explored: the exact answer over the bounds against schedules that are drawn within
// them.
#include <gtest/gtest.h>

#include "models/explore.hpp"
#include "models/run.hpp"
#include "sim/cut.hpp"
#include "sim/interval.hpp"
#include "sim/law.hpp"
#include "tests/support/gallery.hpp"

namespace converge::scenarios {
namespace {

// Few durations vary by more than two hours: the review, the backfill, a slow restore. So this takes seconds.
sim::CutOptions cut(std::uint16_t faults) { return {.negligible = sim::hours(2), .faults = faults}; }

class GalleryExplored : public testing::TestWithParam<std::string> {
 protected:
  models::Run draw(const std::vector<sim::Cut>& cuts, std::uint64_t seed, std::uint16_t faults) const {
    sim::CutChooser drawn{model.questions(), cuts, seed, faults};
    sim::ReplayedChooser chooser{drawn, scenario.given};
    return models::run(model, chooser, models::Recording::off);
  }

  const Scenario scenario = support::load(GetParam());
  const models::Pipeline model{scenario.pipeline};
};

TEST_P(GalleryExplored, NoDrawnScheduleIsWorseThanTheExactWorstCase) {
  models::Bounds bounds{.cut = cut(1), .given = scenario.given};
  if (support::kSanitized || GetParam() == "everything-may-fail") bounds.deviations = 1;  // else a million states
  const models::Explored exact = models::explore(model, bounds, {}, false);
  ASSERT_TRUE(exact.result.complete);
  const auto cuts = sim::cut(model.questions(), bounds.cut).cuts;
  std::uint64_t within = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    sim::CutChooser drawn{model.questions(), cuts, seed, 1};
    sim::ReplayedChooser chooser{drawn, scenario.given};
    const models::Run one = models::run(model, chooser, models::Recording::on);
    if (bounds.deviations && models::deviations(model, one.record).size() > *bounds.deviations + scenario.given.size())
      continue;
    ++within;
    const auto judged = models::properties(model, one.world.state);
    for (std::size_t i = 0; i < judged.size(); ++i) {
      if (judged[i].kind == sim::PropertyResult::Kind::reachability) continue;
      EXPECT_GE(judged[i].margin, exact.result.properties[i].margin) << judged[i].name << ", seed " << seed;
    }
  }
  EXPECT_TRUE(bounds.deviations || within == 60U);

  // And the worst case is none that somebody made up: it runs, and comes to what was said of it.
  if (!exact.worst || exact.result.never_converges) return;
  std::vector<sim::Deviation> answers = sim::resolve(*exact.worst, model.questions()).deviations;
  answers.insert(answers.end(), scenario.given.begin(), scenario.given.end());
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser chooser{nominal, answers};
  const models::Run worst = models::run(model, chooser, models::Recording::on);
  EXPECT_EQ(models::judge(model, worst).convergence, exact.result.worst_convergence);
}

TEST_P(GalleryExplored, TheIntervalOfACampaignContainsTheExactProbability) {
  if (support::kSanitized) GTEST_SKIP() << "the same code as above, over many more runs";
  const models::Bounds bounds{.cut = cut(0), .given = scenario.given};
  const models::Explored exact = models::explore(model, bounds, {}, true);
  ASSERT_TRUE(exact.result.complete);
  ASSERT_TRUE(exact.result.odds);
  const auto cuts = sim::cut(model.questions(), bounds.cut).cuts;
  std::uint64_t missed = 0;
  constexpr std::uint64_t kRuns = 400;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    if (!models::properties(model, draw(cuts, seed, 0).world.state)[0].holds) ++missed;
  }
  const sim::Interval sampled = sim::clopper_pearson(missed, kRuns, 0.999);
  EXPECT_LE(sampled.low, exact.result.odds->worst) << missed << " of " << kRuns;
  EXPECT_GE(sampled.high, exact.result.odds->best) << missed << " of " << kRuns;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, GalleryExplored, testing::ValuesIn(support::gallery()),
                         [](const auto& tested) { return support::camel_case(tested.param); });

}  // namespace
}  // namespace converge::scenarios
