// The analytic bound over the gallery, and `converge advise` as its users meet it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "models/adversary.hpp"
#include "models/bound.hpp"
#include "models/campaign.hpp"
#include "models/run.hpp"
#include "scenarios/scenario.hpp"
#include "sim/worst.hpp"
#include "tests/support/converge.hpp"

namespace converge::scenarios {
namespace {

namespace fs = std::filesystem;

using support::converge;
using support::document;
using support::Ended;
using support::Folder;
using testing::HasSubstr;

using Json = nlohmann::json;

const fs::path kRoot{CONVERGE_SOURCE_DIR};

std::string slurp(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

Scenario load(const std::string& name) { return *parse(slurp(kRoot / "scenarios" / (name + ".json"))).scenario; }

std::string file(const std::string& name) { return (kRoot / "scenarios" / (name + ".json")).string(); }

// ---- the bound

class BoundedGallery : public testing::TestWithParam<const char*> {};

TEST_P(BoundedGallery, HoldsForAThousandSchedules) {
  const Scenario scenario = load(GetParam());
  const models::Pipeline model{scenario.pipeline};
  const models::Given given = models::with_given(scenario.pipeline, scenario.given);
  std::map<std::uint64_t, models::BoundAnswer> bounds;
  std::uint64_t compared = 0;
  sim::Duration slowest;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    const models::Run run = models::sampled(model, {.given = scenario.given}, seed);
    const std::vector<std::uint64_t> fired = models::fired(model, run.record);
    const auto faults = std::accumulate(fired.begin(), fired.end(), std::uint64_t{0});
    if (faults > 3) continue;
    const auto [place, fresh] = bounds.try_emplace(faults);
    if (fresh) place->second = models::bound(given.config, faults + given.forced, models::BoundSteps::off);
    if (!place->second.bound) continue;
    const sim::Bound& b = *place->second.bound;
    const sim::RunResult r = models::measure(model, run);
    if (!r.convergence) {
      const auto& first = scenario.pipeline.changes.front();
      ASSERT_GT(first.at + b.latest, scenario.pipeline.horizon) << "seed " << seed << " never converged";
      continue;
    }
    ++compared;
    slowest = std::max(slowest, *r.convergence);
    ASSERT_LE(*r.convergence, b.latest) << "seed " << seed << ", faults " << faults;
    ASSERT_GE(*r.convergence, b.earliest) << "seed " << seed << ", faults " << faults;
  }
  EXPECT_GT(compared, 0U);
  RecordProperty("compared", std::to_string(compared));
  RecordProperty("slowest", text(slowest));
}

TEST_P(BoundedGallery, TheNominalRunIsWhereTheUsualFigureSays) {
  const Scenario scenario = load(GetParam());
  const models::Pipeline model{scenario.pipeline};
  const models::Given given = models::with_given(scenario.pipeline, scenario.given);
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser chooser{nominal, scenario.given};
  const models::Run run = models::run(model, chooser, models::Recording::on);
  const sim::Duration took = *models::measure(model, run).convergence;
  const sim::Bound b = *models::bound(given.config, given.forced).bound;
  EXPECT_LE(b.earliest, took);
  EXPECT_GE(b.latest, took);
  const sim::Duration off = b.usual > took ? b.usual - took : took - b.usual;
  // Where records are lost there are fewer to catch up with, which the figure does not know.
  const bool lost = std::string_view{GetParam()} == "flink-down-past-retention";
  EXPECT_LE(off, sim::minutes(lost ? 30 : 5)) << "usual " << text(b.usual) << ", nominal " << text(took);
  RecordProperty("off", text(off));
}

TEST_P(BoundedGallery, HoldsForTheWorstThatASearchFinds) {
  Scenario scenario = load(GetParam());
  const models::Given given = models::with_given(scenario.pipeline, scenario.given);
  const sim::Bound b = *models::bound(given.config, 1 + given.forced, models::BoundSteps::off).bound;
  // Far enough to see it converge, whatever happens.
  scenario.pipeline.horizon = scenario.pipeline.changes.back().at + b.latest + sim::hours(1);
  const models::Pipeline model{scenario.pipeline};
  const auto attempt = [&](sim::Chooser& chooser) {
    sim::ReplayedChooser with_given{chooser, scenario.given};
    return models::attempt(model, model, with_given, "converged");
  };
  const sim::Worst worst = sim::worst(model.questions(), attempt, {.tries = 100, .faults_most = 1});
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser chooser{nominal, worst.deviations};
  const sim::RunResult r = models::measure(model, models::run(model, chooser, models::Recording::on));
  ASSERT_TRUE(r.convergence);
  EXPECT_LE(*r.convergence, b.latest);
  const bool canonical = std::string_view{GetParam()} == "add-column-three-phase";
  if (canonical) {
    EXPECT_LE(b.latest.us, r.convergence->us / 10 * 11) << "the bound is silly: " << text(*r.convergence);
  }
  RecordProperty("worst", text(*r.convergence));
  RecordProperty("latest", text(b.latest));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, BoundedGallery,
                         testing::Values("add-column-three-phase", "everything-may-fail", "flink-before-iceberg",
                                         "flink-down-past-retention", "promises-to-readers", "spark-before-iceberg",
                                         "two-changes-queued", "widen-int-to-long"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(UnboundedGallery, WhatDoesNotConvergeHasNoBoundAndSaysWhy) {
  const std::map<std::string, std::string> why{{"bootstrap-watermark-at-ddl", "merges from the DDL on"},
                                               {"flink-before-spark", "before deploy_spark"},
                                               {"remerge-repairs-nothing", "re-merge"},
                                               {"rollback-flink", "takes a deploy back"}};
  for (const auto& [name, because] : why) {
    const models::BoundAnswer b = models::bound(load(name).pipeline, 0);
    EXPECT_FALSE(b.bound) << name;
    EXPECT_THAT(b.why_not, HasSubstr(because)) << name;
  }
}

// ---- the command

// Everything quick, but for a day of review.
const std::string kReviewed = R"({
  "title": "reviewed",
  "sla": {"convergence": "30h"},
  "changes": [{"column": "discount", "type": "int", "at": "2h"}],
  "review": {"delay": ["10m", "1h", "20h"]},
  "staging": {"validation": ["1m", "2m", "1h"]},
  "backfill": {"duration": ["5m", "10m", "1h"]},
  "readers": {"freshness": "4h"}
})";

std::string with_window(std::string window) {
  std::string text = kReviewed;
  return text.replace(text.find("30h"), 3, window);
}

TEST(AdviseCommand, WhatFitsEndsWithZeroAndNamesTheLoosestCadences) {
  const Folder folder;
  folder.write("plan.json", kReviewed);
  const Ended ended = converge({"advise", "plan.json", "--json"}, folder.path());
  EXPECT_EQ(ended.exit, 0);
  const Json r = document(ended);
  EXPECT_EQ(r["command"], "advise");
  EXPECT_EQ(r["verdict"], "converged");
  EXPECT_EQ(r["faults"], 1);
  EXPECT_LE(r["bound"]["earliest_s"], r["bound"]["usual_s"]);
  EXPECT_LE(r["bound"]["usual_s"], r["bound"]["latest_s"]);
  EXPECT_EQ(r["worst_convergence_s"], r["bound"]["latest_s"]);
  EXPECT_FALSE(r["bound"]["steps"].empty());
  EXPECT_FALSE(r["sensitivity"].empty());
  EXPECT_FALSE(r["one_at_a_time"].empty());
}

// Each piece of advice, written into the file, is what it says.
TEST(AdviseCommand, AdviceThatIsTakenFits) {
  const Folder folder;
  folder.write("plan.json", with_window("12h"));
  const Ended ended = converge({"advise", "plan.json", "--json"}, folder.path());
  EXPECT_EQ(ended.exit, 1);
  const Json r = document(ended);
  EXPECT_EQ(r["verdict"], "violated");
  const Json& first = r["one_at_a_time"][0];
  EXPECT_EQ(first["kind"], "fits_at");
  EXPECT_EQ(first["turns"][0]["lever"], "review.delay");
  EXPECT_EQ(first["confirmed_by"], "the analytic bound");
  std::string taken = with_window("12h");
  taken.replace(taken.find("\"20h\""), 5, "\"" + std::to_string(first["turns"][0]["to_s"].get<int>()) + "s\"");
  folder.write("taken.json", taken);
  EXPECT_EQ(converge({"advise", "taken.json", "-q"}, folder.path()).exit, 0);
}

TEST(AdviseCommand, WithoutABoundThereIsNoVerdict) {
  const Ended ended = converge({"advise", file("remerge-repairs-nothing"), "--json"});
  EXPECT_EQ(ended.exit, 3);
  const Json r = document(ended);
  EXPECT_EQ(r["verdict"], "inconclusive");
  EXPECT_TRUE(r["bound"].is_null());
  EXPECT_THAT(r["no_bound_because"].get<std::string>(), HasSubstr("re-merge"));
}

TEST(AdviseCommand, QuietIsOneLineAndAFileTakesThePage) {
  const Folder folder;
  folder.write("plan.json", kReviewed);
  const Ended quiet = converge({"advise", "plan.json", "--quiet"}, folder.path());
  EXPECT_THAT(quiet.out, testing::StartsWith("It fits"));
  EXPECT_EQ(std::count(quiet.out.begin(), quiet.out.end(), '\n'), 1);
  const Ended written = converge({"advise", "plan.json", "-o", "page.txt"}, folder.path());
  EXPECT_EQ(written.out, "");
  EXPECT_EQ(slurp(fs::path{folder.path()} / "page.txt"), converge({"advise", "plan.json"}, folder.path()).out);
}

TEST(AdviseCommand, MoreFaultsAreNeverSooner) {
  double before = 0;
  for (const char* faults : {"0", "1", "2"}) {
    const Json r = document(converge({"advise", file("everything-may-fail"), "--faults", faults, "--json"}));
    EXPECT_GE(r["bound"]["latest_s"].get<double>(), before);
    before = r["bound"]["latest_s"].get<double>();
  }
}

TEST(AdviseCommand, RefusesWhatIsNoScenario) {
  const Folder folder;
  folder.write("bad.json", "{}");
  EXPECT_EQ(converge({"advise", "bad.json"}, folder.path()).exit, 2);
  EXPECT_EQ(converge({"advise", file("rollback-flink"), "--faults", "many"}).exit, 2);
}

// CONVERGE_APPROVE=1 (`./dev approve`) takes what is there now as approved.
class AdvisePage : public testing::TestWithParam<const char*> {};

TEST_P(AdvisePage, IsTheApprovedOne) {
  const std::string name = GetParam();
  const std::string page =
      converge(support::Start{.arguments = {"advise", "scenarios/" + name + ".json"}, .folder = kRoot.string()}).out;
  const fs::path path = kRoot / "reports/golden" / ("advise-" + name + ".txt");
  if (std::getenv("CONVERGE_APPROVE") != nullptr) {
    std::ofstream{path, std::ios::binary} << page;
    return;
  }
  EXPECT_EQ(slurp(path), page) << path << ": approve it with ./dev approve, and read the diff";
}

INSTANTIATE_TEST_SUITE_P(Scenarios, AdvisePage,
                         testing::Values("add-column-three-phase", "everything-may-fail", "two-changes-queued",
                                         "remerge-repairs-nothing"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace converge::scenarios
