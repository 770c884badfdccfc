// What the questions of the pipeline say of themselves, beyond their names and laws: who draws them, and what is an
// offset within a period.
#include "models/questions.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "models/pipeline.hpp"

namespace converge::models {
namespace {

std::set<std::string> named(const PipelineConfig& config, bool (*chosen)(const sim::Question&)) {
  std::set<std::string> names;
  for (const sim::Question& q : questions(config)) {
    if (q.kind != "order" && chosen(q)) names.insert(q.actor + " " + q.kind);
  }
  return names;
}

PipelineConfig with_unknown_offsets() {
  PipelineConfig config;
  config.merge.any_offset = true;
  config.control.any_pull_offset = true;
  config.control.deploy_flink = {.kind = sim::Cadence::Kind::interval, .every = sim::hours(4), .any_offset = true};
  return config;
}

TEST(Questions, AreDrawnByNobodyWhereNobodyKnows) {
  const auto undrawn = [](const sim::Question& q) { return !q.drawn; };
  EXPECT_EQ(named({}, undrawn), (std::set<std::string>{"control approval"}));
  EXPECT_EQ(
      named(with_unknown_offsets(), undrawn),
      (std::set<std::string>{"control approval", "control pull-offset", "flink deploy-offset", "spark/merge offset"}));
  for (const sim::Question& q : questions({})) {
    if (q.kind == "order") {
      EXPECT_FALSE(q.drawn) << q.actor;
    }
  }
}

TEST(Questions, AreOffsetsWithinTheirPeriod) {
  const auto periodic = [](const sim::Question& q) { return q.periodic; };
  EXPECT_EQ(named({}, periodic), std::set<std::string>{});
  const PipelineConfig config = with_unknown_offsets();
  EXPECT_EQ(named(config, periodic),
            (std::set<std::string>{"control pull-offset", "flink deploy-offset", "spark/merge offset"}));
  const sim::Distribution law = questions(config)[id(Q::merge_offset)].distribution;
  EXPECT_EQ(law.least, 0);
  EXPECT_EQ(law.most + 1, config.merge.every.us);
}

}  // namespace
}  // namespace converge::models
