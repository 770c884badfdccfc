// Every bug of the corpus is found: under the schedule that shows it the sound pipeline keeps all properties, and the
// pipeline with the bug breaks the one that is named. So no property holds because nothing could break it.
//
// Where the story alone decides what else goes wrong, the corpus states all that is broken; where it hangs on which key
// the traffic touches next, it states the one that must be.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/support/bugs.hpp"
#include "tests/support/experiment.hpp"
#include "tests/support/hunt.hpp"

namespace converge::models {
namespace {

using support::planted_bugs;
using support::PlantedBug;
using Names = std::vector<std::string>;

Names broken_with(const PlantedBug& bug, const std::vector<sim::Deviation>& deviations) {
  const Pipeline pipeline{bug.config};
  const support::Buggy model{pipeline, bug.bug};
  support::BenchOf<support::Buggy> bench{model, deviations};
  bench.run_until(bug.config.horizon);
  return support::violated(pipeline, bench);
}

Names broken_without(const PlantedBug& bug, const std::vector<sim::Deviation>& deviations) {
  support::Bench bench{bug.config, deviations};
  bench.run_to_horizon();
  return support::violated(bench.model(), bench);
}

class PlantedBugs : public testing::TestWithParam<PlantedBug> {};

TEST_P(PlantedBugs, BreaksItsPropertyUnderItsScheduleAndTheSoundPipelineKeepsAll) {
  const PlantedBug& bug = GetParam();
  EXPECT_EQ(broken_without(bug, bug.shows), Names{});
  const Names broken = broken_with(bug, bug.shows);
  EXPECT_NE(std::find(broken.begin(), broken.end(), bug.property), broken.end()) << testing::PrintToString(broken);
  if (!bug.exactly.empty()) {
    EXPECT_EQ(broken, bug.exactly);
  }
}

// A schedule is no longer than it must be: without any one of its deviations the bug stays hidden.
TEST_P(PlantedBugs, NeedsEveryDeviationOfItsSchedule) {
  const PlantedBug& bug = GetParam();
  for (std::size_t left_out = 0; left_out < bug.shows.size(); ++left_out) {
    std::vector<sim::Deviation> fewer = bug.shows;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(left_out));
    const Names broken = broken_with(bug, fewer);
    EXPECT_EQ(std::find(broken.begin(), broken.end(), bug.property), broken.end()) << "without deviation " << left_out;
  }
}

// And it is found without being told: which bug it is, which property, and what the schedule is.
constexpr std::uint64_t kSchedules = 100;

TEST_P(PlantedBugs, TheSearchFindsItWithinAHundredSchedules) {
  const PlantedBug& bug = GetParam();
  const support::Hunt hunt{bug};
  const sim::Worst found = hunt.by_search({.seed = bug.seed, .tries = kSchedules});
  ASSERT_TRUE(found.violated);
  // What it hands over is a schedule that breaks the pipeline with the bug, and not the sound one.
  EXPECT_EQ(broken_without(bug, found.deviations), Names{});
  EXPECT_NE(broken_with(bug, found.deviations), Names{});
}

std::string test_name(const testing::TestParamInfo<PlantedBug>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Corpus, PlantedBugs, testing::ValuesIn(planted_bugs()), test_name);

// Room for what is rough and sound: else a schedule would be called a bug's that breaks any pipeline.
TEST(PlantedBugsCorpus, TheSearchFindsNothingInTheSoundPipeline) {
  std::set<std::uint64_t> searched;  // most share a pipeline
  for (const PlantedBug& bug : planted_bugs()) {
    const Pipeline pipeline{bug.config};
    sim::SampledChooser chooser{pipeline.questions(), 1};
    if (!searched.insert(run(pipeline, chooser, Recording::off).trace_hash).second) continue;
    const sim::Worst found = sim::worst(pipeline.questions(),
                                        [&](sim::Chooser& c) { return attempt(pipeline, pipeline, c); }, {.tries = 20});
    EXPECT_FALSE(found.violated) << bug.name << ", try " << found.found_by_try;
  }
}

TEST(PlantedBugsCorpus, CoversEveryComponentAndNamesEachBugOnce) {
  std::set<std::string> names;
  std::set<std::string> components;
  std::set<std::string> properties;
  for (const PlantedBug& bug : planted_bugs()) {
    EXPECT_TRUE(names.insert(bug.name).second) << bug.name;
    components.insert(bug.component);
    properties.insert(bug.property);
  }
  EXPECT_GE(names.size(), 25U);
  EXPECT_EQ(components, (std::set<std::string>{"backfill", "cdc", "control", "flink", "iceberg", "kafka", "maintenance",
                                               "readers", "source", "spark merge"}));
  EXPECT_EQ(properties, (std::set<std::string>{"converged", "fresh", "no-null-left", "no-older-row", "no-row-lost",
                                               "readable", "schema-converged"}));
}

// The table has each name in its first column, and the list says what each bug is.
TEST(PlantedBugsCorpus, ThePageListsEveryBugAndNoOther) {
  std::ifstream page{CONVERGE_SOURCE_DIR "/docs/planted-bugs.md"};
  ASSERT_TRUE(page.is_open());
  Names tabled;
  Names listed;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("| `", 0) == 0) tabled.push_back(line.substr(3, line.find('`', 3) - 3));
    if (line.rfind("- `", 0) == 0) listed.push_back(line);
  }
  Names names;
  Names sentences;
  for (const PlantedBug& bug : planted_bugs()) {
    names.push_back(bug.name);
    sentences.push_back("- `" + bug.name + "`: " + bug.is);
  }
  EXPECT_EQ(tabled, names);
  EXPECT_EQ(listed, sentences);
}

}  // namespace
}  // namespace converge::models
