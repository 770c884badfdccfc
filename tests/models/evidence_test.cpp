// The plan as a graph: its own edges and no others, what is critical, what orderings found; and runs that are shown
// only if they are the ones that the result tells of.
#include "models/evidence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "models/run.hpp"

namespace converge::models {
namespace {

PipelineConfig one_column() {
  PipelineConfig config;
  config.changes = {{.name = "discount", .at = sim::hours(10)}};
  return config;
}

std::size_t place(const sim::PlanGraph& g, const std::string& name) {
  const auto found = std::find_if(g.steps.begin(), g.steps.end(), [&](const auto& s) { return s.name == name; });
  EXPECT_NE(found, g.steps.end()) << name;
  return static_cast<std::size_t>(found - g.steps.begin());
}

const sim::PlanGraph::Edge* edge(const sim::PlanGraph& g, const std::string& before, const std::string& after) {
  const std::size_t b = place(g, before);
  const std::size_t a = place(g, after);
  const auto found =
      std::find_if(g.edges.begin(), g.edges.end(), [&](const auto& e) { return e.before == b && e.after == a; });
  return found == g.edges.end() ? nullptr : &*found;
}

TEST(PlanGraph, HasTheDirectEdgesOfThePlanAndOfTheControlPlane) {
  const sim::PlanGraph g = plan_graph(one_column(), {}, 0);
  EXPECT_EQ(g.steps.size(), 9U);
  EXPECT_EQ(g.steps.front().name, "generate");
  EXPECT_NE(edge(g, "generate", "review"), nullptr);
  EXPECT_NE(edge(g, "alter_cdc_table", "alter_base_table"), nullptr);
  EXPECT_NE(edge(g, "staging", "deploy_flink"), nullptr);
  EXPECT_EQ(edge(g, "alter_cdc_table", "deploy_spark"), nullptr) << "the way round says so already";
  for (const auto& e : g.edges) EXPECT_TRUE(e.given && !e.necessary);
}

TEST(PlanGraph, KnowsWhatDecidesWhenAllAgree) {
  PipelineConfig config = one_column();
  config.readers.freshness = sim::hours(8);  // time enough for the slowest merge
  const sim::PlanGraph g = plan_graph(config, {}, 0);
  ASSERT_TRUE(g.why_no_bound.empty()) << g.why_no_bound;
  EXPECT_TRUE(g.steps[place(g, "review")].critical);
  EXPECT_TRUE(g.steps[place(g, "backfill")].critical);
  EXPECT_FALSE(g.steps[place(g, "alter_cdc_table")].critical);
  EXPECT_GT(*g.steps[place(g, "alter_cdc_table")].slack, sim::hours(1));
  EXPECT_EQ(g.steps[place(g, "review")].takes->most, one_column().control.review.most);
}

TEST(PlanGraph, MarksWhatOrderingsFoundNecessary) {
  sim::OrderingsResult r;
  r.steps = {"alter_cdc_table", "deploy_flink", "of another plan"};
  r.edges = {{.before = 0, .after = 1, .needed_for = sim::Grade::availability, .because = "Refused."},
             {.before = 2, .after = 1}};
  const sim::PlanGraph g = plan_graph(one_column(), {}, 0, &r);
  const auto* e = edge(g, "alter_cdc_table", "deploy_flink");
  ASSERT_NE(e, nullptr);
  EXPECT_TRUE(e->necessary);
  EXPECT_FALSE(e->given);
  EXPECT_EQ(e->because, "Refused.");
  EXPECT_EQ(std::count_if(g.edges.begin(), g.edges.end(), [](const auto& x) { return x.necessary; }), 1);
}

TEST(PlanGraph, SaysWhyThereIsNoCriticalPath) {
  PipelineConfig config = one_column();
  config.control.steps = {{.kind = StepKind::alter_base_table}};
  EXPECT_FALSE(plan_graph(config, {}, 0).why_no_bound.empty());
}

TEST(Evidence, ShowsARunOnlyIfItIsTheOne) {
  const Pipeline model{one_column()};
  sim::Evidence evidence;
  add_playback(evidence, model, {.watch = {.label = "The usual run"}});
  ASSERT_EQ(evidence.playbacks.size(), 1U);
  const std::uint64_t hash = evidence.playbacks[0].run.trace_hash;
  add_playback(evidence, model, {.watch = {.label = "again"}, .trace_hash = hash, .replay = "converge replay x"});
  ASSERT_EQ(evidence.playbacks.size(), 2U);
  EXPECT_EQ(evidence.playbacks[1].replay, "converge replay x");
  add_playback(evidence, model, {.watch = {.label = "another"}, .trace_hash = hash + 1});
  EXPECT_EQ(evidence.playbacks.size(), 2U);
  ASSERT_EQ(evidence.left_out.size(), 1U);
  EXPECT_NE(evidence.left_out[0].find("another: it has the trace"), std::string::npos);
}

TEST(Evidence, FindsThePointOfNoReturnOfWhatIsViolated) {
  PipelineConfig config = one_column();
  config.sla = sim::hours(2);  // a review alone takes longer
  const Pipeline model{config};
  sim::Evidence evidence;
  add_playback(evidence, model, {.watch = {.label = "late", .property = "converged"}, .continuations = 5});
  ASSERT_TRUE(evidence.playbacks[0].point);
  EXPECT_EQ(evidence.playbacks[0].point->property, "converged");
}

}  // namespace
}  // namespace converge::models
