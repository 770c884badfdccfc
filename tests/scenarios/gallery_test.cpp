// The gallery: every scenario is held to its own `expect` block, to its approved page, and to one trace hash on every
// compiler, at every optimisation and under the sanitizers. CONVERGE_APPROVE=1 (`./dev approve`) takes what is there
// now as approved.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "models/run.hpp"
#include "reports/json.hpp"
#include "reports/text.hpp"
#include "scenarios/scenario.hpp"
#include "tests/support/gallery.hpp"

namespace converge::scenarios {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot{CONVERGE_SOURCE_DIR};

using support::gallery;
using support::load;
using support::slurp;

sim::RunResult nominal_run(const std::string& name) {
  const Scenario scenario = load(name);
  const models::Pipeline model{scenario.pipeline};
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser chooser{nominal, scenario.given};
  const models::Run run = models::run(model, chooser, models::Recording::on);
  sim::RunResult result = models::judge(model, run);
  result.command = "run";
  result.file = "scenarios/" + name + ".json";
  result.title = scenario.title;
  result.fingerprint = scenario.fingerprint;
  result.strength = "one schedule, the nominal one";
  return result;
}

std::uint64_t hash_of_run(const models::Pipeline& model, const Scenario& scenario, std::uint64_t seed) {
  sim::SampledChooser sampled{model.questions(), seed};
  sim::ReplayedChooser chooser{sampled, scenario.given};
  return models::run(model, chooser, models::Recording::off).trace_hash;
}

// Compares with the approved text, or approves it.
void expect_approved(const fs::path& path, const std::string& text) {
  if (std::getenv("CONVERGE_APPROVE") != nullptr) {
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
    return;
  }
  EXPECT_EQ(slurp(path), text) << path << ": approve it with ./dev approve, and read the diff";
}

constexpr std::uint64_t kSeeds = support::kSanitized ? 50 : 1000;  // twenty times slower, and after other things

class Gallery : public testing::TestWithParam<std::string> {};

TEST_P(Gallery, KeepsWhatItsTitleClaims) {
  const Scenario scenario = load(GetParam());
  ASSERT_TRUE(scenario.expect) << "a gallery scenario says what it expects";
  for (const std::string& broken : unmet(*scenario.expect, nominal_run(GetParam()))) ADD_FAILURE() << broken;
}

TEST_P(Gallery, ItsPageIsTheApprovedOne) {
  expect_approved(kRoot / "reports/golden" / (GetParam() + ".txt"), reports::text(nominal_run(GetParam()), {}));
}

// One nominal run and sixteen seeds: the hash of every event, choice and note of each.
TEST_P(Gallery, ItsTraceHashesAreTheApprovedOnes) {
  const Scenario scenario = load(GetParam());
  const models::Pipeline model{scenario.pipeline};
  std::string hashes = fmt::format("nominal {:016x}\n", nominal_run(GetParam()).trace_hash);
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    hashes += fmt::format("seed {} {:016x}\n", seed, hash_of_run(model, scenario, seed));
  }
  expect_approved(kRoot / "reports/golden" / (GetParam() + ".hashes"), hashes);
}

TEST_P(Gallery, AThousandSeedsGiveTheSameTraceTwice) {
  const Scenario scenario = load(GetParam());
  const models::Pipeline first{scenario.pipeline};
  const models::Pipeline second{scenario.pipeline};
  std::uint64_t distinct = 0;
  std::uint64_t before = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const std::uint64_t hash = hash_of_run(first, scenario, seed);
    ASSERT_EQ(hash, hash_of_run(second, scenario, seed)) << "seed " << seed;
    distinct += hash != before ? 1 : 0;
    before = hash;
  }
  EXPECT_EQ(distinct, kSeeds) << "a hash that does not move with the seed guards nothing";
}

// A recorded run of a seed, replayed from its answers over the nominal chooser, is the same run.
TEST_P(Gallery, ASampledRunReplaysFromItsAnswers) {
  const Scenario scenario = load(GetParam());
  const models::Pipeline model{scenario.pipeline};
  sim::SampledChooser sampled{model.questions(), 5};
  const models::Run run = models::run(model, sampled, models::Recording::on);
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser replayed{nominal, sim::deviations_from_nominal(run.record, model.questions())};
  EXPECT_EQ(models::run(model, replayed, models::Recording::off).trace_hash, run.trace_hash);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Gallery, testing::ValuesIn(gallery()),
                         [](const auto& tested) { return support::camel_case(tested.param); });

TEST(GalleryAsAWhole, HasTheTenOfTheFoundation) { EXPECT_GE(gallery().size(), 10U); }

// The orders of the canonical plan by swapping two lines: each costs rows or time, and says so.
TEST(GalleryAsAWhole, AnExpectThatIsNotMetSaysWhat) {
  const Scenario scenario = load("add-column-three-phase");
  Expect wrong;
  wrong.verdict = sim::Outcome::violated;
  wrong.violates = {"fresh"};
  wrong.loses_changes = true;
  EXPECT_EQ(unmet(wrong, nominal_run("add-column-three-phase")).size(), 3U);
}

}  // namespace
}  // namespace converge::scenarios
