// `converge check` and `replay --explain` as their users meet them: the same bytes for any number of threads, nothing
// lost to a kill, counterexamples that replay, and bad input answered with one clear error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "scenarios/json_text.hpp"
#include "scenarios/scenario.hpp"
#include "tests/support/converge.hpp"

namespace converge::scenarios {
namespace {

using support::converge;
using support::document;
using support::Ended;
using support::Folder;
using support::slurp;
using support::Start;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Json = nlohmann::json;

// A day of little traffic, so that a run costs a tenth of a millisecond; half of all reviews take too long.
const std::string kLate = R"({
  "title": "a slow review",
  "sla": {"convergence": "8h"},
  "horizon": "1d",
  "changes": [{"column": "discount", "type": "int", "at": "2h"}],
  "review": {"delay": ["10m", "3h", "12h"]},
  "source": {"tracked_changes_per_hour": 2},
  "flink": {"checkpoint_interval": "10m"},
  "backfill": {"duration": ["30m", "1h", "2h"]},
  "readers": {"freshness": "6h"}
})";
const std::string kInTime = R"({
  "title": "time enough",
  "sla": {"convergence": "20h"},
  "horizon": "2d",
  "changes": [{"column": "discount", "type": "int", "at": "2h"}],
  "review": {"delay": ["10m", "1h", "2h"]},
  "source": {"tracked_changes_per_hour": 2},
  "flink": {"checkpoint_interval": "10m"},
  "backfill": {"duration": ["30m", "1h", "2h"]},
  "readers": {"freshness": "1d"}
})";

// Starts the program, waits until its ledger has so many lines, and sends it the signal. The exit code, or the signal
// that ended it, negative.
int signalled(const std::vector<std::string>& arguments, const std::string& ledger, int lines, int signal) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::vector<std::string> words{CONVERGE_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(CONVERGE_PROGRAM, argv.data());
    ::_exit(127);
  }
  int status = 0;
  for (;;) {
    const std::string text = slurp(ledger);
    if (std::count(text.begin(), text.end(), '\n') >= lines) break;
    if (::waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(child, signal);
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::set<std::uint64_t> schedules_in(const std::string& ledger) {
  std::istringstream lines{slurp(ledger)};
  std::set<std::uint64_t> all;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const Json stretch = Json::parse(line);
    for (std::uint64_t i = 0; i < stretch["schedules"]; ++i) {
      EXPECT_TRUE(all.insert(stretch["from"].get<std::uint64_t>() + i).second) << "run twice: " << line;
    }
  }
  return all;
}

TEST(Check, GivesTheSameBytesForAnyNumberOfThreads) {
  const Folder folder;
  const std::string file = folder.write("late.json", kLate);
  const Ended one = converge({"check", file, "-n", "150", "--json", "--jobs", "1", "--save", folder / "s"});
  const Ended two = converge({"check", file, "-n", "150", "--json", "--jobs", "2", "--save", folder / "s"});
  const Ended five = converge({"check", file, "-n", "150", "--json", "--jobs", "5", "--save", folder / "s"});
  EXPECT_EQ(one.exit, 1);
  EXPECT_THAT(one.err, IsEmpty());
  EXPECT_EQ(one.out, two.out);
  EXPECT_EQ(one.out, five.out);
  EXPECT_EQ(document(one)["schedules"], 150);
}

TEST(Check, SaysHowLikelyAMissIsAndTellsItsLeastStory) {
  const Folder folder;
  folder.write("late.json", kLate);
  const Ended ended = converge({"check", "late.json", "-n", "100", "--json"}, folder.path());
  const Json r = document(ended);
  EXPECT_EQ(ended.exit, 1);
  EXPECT_EQ(r["verdict"], "violated");
  EXPECT_EQ(r["command"], "check");
  EXPECT_TRUE(r["schedules_per_s"].is_null()) << "nothing hangs on the clock";
  EXPECT_LT(r["miss_probability"]["low"], r["miss_probability"]["estimate"]);
  EXPECT_GT(r["miss_probability"]["high"], r["miss_probability"]["estimate"]);
  EXPECT_EQ(r["miss_probability"]["estimate"].get<double>(), r["missed_schedules"].get<double>() / 100);
  ASSERT_FALSE(r["counterexamples"].empty());
  const Json& c = r["counterexamples"][0];
  EXPECT_EQ(c["property"], "converged");
  EXPECT_TRUE(c["minimal"]);
  EXPECT_LE(c["deviations"].size(), 5U);
  EXPECT_EQ(c["file"], "late.converged.schedule.json");
  EXPECT_EQ(c["replay"], "converge replay late.converged.schedule.json");
  EXPECT_THAT(folder.names(), testing::Contains("late.converged.schedule.json"));

  const Json again = document(converge({"replay", "late.converged.schedule.json", "--json"}, folder.path()));
  EXPECT_EQ(again["verdict"], "violated");
  EXPECT_EQ(again["schedule"]["deviations"].size(), c["deviations"].size());
  EXPECT_FALSE(again["properties"][0]["holds"]);
}

TEST(Check, ACounterexampleReplaysAfterAnotherActorIsAdded) {
  const Folder folder;
  folder.write("late.json", kLate);
  converge({"check", "late.json", "-n", "60", "-q"}, folder.path());
  Json grown = Json::parse(kLate);
  grown["maintenance"] = {{"compaction", true}, {"every", "3h"}};
  grown["deploy"] = {{"spark", {{"every", "1h"}, {"any_offset", true}}}};
  folder.write("late.json", grown.dump());
  const Ended again = converge({"replay", "late.converged.schedule.json", "--json"}, folder.path());
  EXPECT_EQ(again.exit, 1) << again.err;
  EXPECT_FALSE(document(again)["properties"][0]["holds"]);
}

TEST(Check, HoldsWhereEveryScheduleDoes) {
  const Folder folder;
  const std::string file = folder.write("plan.json", kInTime);
  const Ended ended = converge({"check", file, "-n", "64", "--save", folder / "stories"});
  EXPECT_EQ(ended.exit, 0) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("CONVERGED"));
  EXPECT_THAT(ended.out, HasSubstr("Models of the plan were checked, not the systems."));
  EXPECT_THAT(folder.names(), ElementsAre("plan.json"));
  EXPECT_THAT(ended.err, IsEmpty()) << "a pipe gets no progress";
}

TEST(Check, NothingIsLostToAKillAndNothingIsRunTwice) {
  const Folder folder;
  const std::string file = folder.write("late.json", kLate);
  const std::string ledger = folder / "ledger";
  const std::vector<std::string> check{"check",           file,       "-n",  "2000", "--json", "--no-files", "-o",
                                       folder / "r.json", "--resume", ledger};
  EXPECT_EQ(signalled(check, ledger, 4, SIGKILL), -SIGKILL);
  const std::size_t before = schedules_in(ledger).size();
  EXPECT_GE(before, 48U);
  EXPECT_LT(before, 2000U);
  EXPECT_EQ(signalled(check, ledger, static_cast<int>(before / 16) + 8, SIGKILL), -SIGKILL);
  EXPECT_GT(schedules_in(ledger).size(), before);

  const Ended rest = converge({"check", file, "-n", "2000", "--json", "--no-files", "--resume", ledger});
  const Ended whole = converge({"check", file, "-n", "2000", "--json", "--no-files"});
  EXPECT_EQ(rest.out, whole.out);
  EXPECT_EQ(schedules_in(ledger).size(), 2000U);
}

TEST(Check, ALedgerMayHoldMoreThanIsAskedFor) {
  const Folder folder;
  const std::string file = folder.write("late.json", kLate);
  converge({"check", file, "-n", "64", "-q", "--no-files", "--resume", folder / "ledger"});
  const Ended fewer = converge({"check", file, "-n", "24", "--json", "--no-files", "--resume", folder / "ledger"});
  EXPECT_EQ(fewer.out, converge({"check", file, "-n", "24", "--json", "--no-files"}).out);
}

TEST(Check, CtrlCEndsItWithTheResultOfWhatRan) {
  const Folder folder;
  const std::string file = folder.write("plan.json", kInTime);
  const std::string ledger = folder / "ledger";
  const int exit =
      signalled({"check", file, "-n", "1000000", "--json", "--no-files", "-o", folder / "r.json", "--resume", ledger},
                ledger, 3, SIGINT);
  EXPECT_EQ(exit, 3) << "none failed, but they were not all";
  const Json r = Json::parse(slurp(folder / "r.json"));
  EXPECT_EQ(r["verdict"], "inconclusive");
  EXPECT_EQ(r["ended"], "interrupted");
  EXPECT_EQ(r["schedules"], schedules_in(ledger).size());
}

TEST(Check, ALedgerOfAnotherCampaignIsRefused) {
  const Folder folder;
  const std::string file = folder.write("late.json", kLate);
  const std::string ledger = folder / "ledger";
  converge({"check", file, "-n", "32", "-q", "--no-files", "--resume", ledger});
  const std::string kept = slurp(ledger);
  const Ended other = converge({"check", file, "-n", "32", "-q", "--no-files", "--seed", "1", "--resume", ledger});
  EXPECT_EQ(other.exit, 2);
  EXPECT_THAT(other.err, HasSubstr("a ledger of another campaign"));
  EXPECT_EQ(slurp(ledger), kept);
  const Ended scenario = converge({"check", file, "-n", "32", "--resume", file});
  EXPECT_EQ(scenario.exit, 2);
  EXPECT_EQ(slurp(file), kLate);
}

TEST(Check, StopsAsSoonAsItIsSure) {
  const Folder folder;
  const std::string late = folder.write("late.json", kLate);
  const Json above = document(converge({"check", late, "--until-sure", "5%", "--json", "--no-files"}));
  EXPECT_EQ(above["sure"]["answer"], "above");
  EXPECT_EQ(above["ended"], "sure");
  EXPECT_LT(above["schedules"], 200);
  const std::string plan = folder.write("plan.json", kInTime);
  const Ended below = converge({"check", plan, "--until-sure", "0.05", "--confidence", "0.9", "--json"});
  EXPECT_EQ(below.exit, 0);
  EXPECT_EQ(document(below)["sure"]["answer"], "below");
  EXPECT_LT(document(below)["schedules"], 80);
  const Ended unsure = converge({"check", plan, "--until-sure", "0.1%", "-n", "100", "--json"});
  EXPECT_EQ(unsure.exit, 3);
  EXPECT_EQ(document(unsure)["sure"]["answer"], "not_yet");
}

TEST(Check, ASwarmSwitchesKindsOfFaultOff) {
  const Folder folder;
  Json faulty = Json::parse(kInTime);
  faulty["flink"]["failure"] = "20%";
  const std::string file = folder.write("faulty.json", faulty.dump());
  const Json drawn = document(converge({"check", file, "-n", "60", "--json", "--no-files"}));
  const Json swarm = document(converge({"check", file, "-n", "60", "--swarm", "--json", "--no-files"}));
  const auto fired = [](const Json& r) { return r["faults"][0]["fired"].get<double>(); };
  EXPECT_LT(fired(swarm), 0.75 * fired(drawn));
  EXPECT_GT(fired(swarm), 0.25 * fired(drawn));
  EXPECT_TRUE(swarm["swarm"]);
  std::size_t off = 0;
  for (int seed = 1; seed <= 8; ++seed) {
    const Json run = document(converge({"run", file, "--seed", std::to_string(seed), "--swarm", "--json"}));
    const Json& first = run["schedule"]["deviations"][0];
    if (first["actor"] == "swarm") {
      ++off;
      EXPECT_EQ(first["choice"], "flink failure");
      EXPECT_EQ(run["faults"][0]["fired"], 0);
    }
  }
  EXPECT_GT(off, 0U);
  EXPECT_LT(off, 8U);
}

TEST(Check, AFaultThatNothingFacesMakesItVacuous) {
  const Folder folder;
  Json idle = Json::parse(kInTime);
  idle["source"]["tracked_changes_per_hour"] = 0;
  idle["cdc"] = {{"crash", "10%"}};
  const std::string file = folder.write("idle.json", idle.dump());
  const Ended ended = converge({"check", file, "-n", "32", "--json", "--no-files"});
  EXPECT_EQ(ended.exit, 3) << ended.out;
  const Json r = document(ended);
  EXPECT_EQ(r["verdict"], "vacuous");
  EXPECT_THAT(r["vacuous_for"].dump(),
              HasSubstr("the fault cdc crash: crashes is declared, and nothing in any of these"));
}

TEST(Check, ADeadlineBeyondTheHorizonMakesItVacuous) {
  const Folder folder;
  Json early = Json::parse(kInTime);
  early["sla"]["convergence"] = "3d";
  const std::string file = folder.write("early.json", early.dump());
  const Ended ended = converge({"check", file, "-n", "32", "--json", "--no-files"});
  EXPECT_EQ(ended.exit, 3);
  EXPECT_THAT(document(ended)["vacuous_for"].dump(), HasSubstr("closes beyond the horizon"));
}

TEST(Check, HoldsTheResultToWhatTheScenarioExpects) {
  const Folder folder;
  Json late = Json::parse(kLate);
  late["expect"] = {{"verdict", "converged"}, {"check", {{"violates", {"converged"}}, {"within", 60}}}};
  const std::string met = folder.write("met.json", late.dump());
  const Ended good = converge({"check", met, "--expect", "--json", "--no-files"});
  EXPECT_EQ(good.exit, 0) << good.out;
  EXPECT_EQ(document(good)["schedules"], 60);
  late["expect"]["check"]["violates"] = {"no-row-lost"};
  const std::string unmet = folder.write("unmet.json", late.dump());
  const Ended bad = converge({"check", unmet, "--expect", "--json", "--no-files"});
  EXPECT_EQ(bad.exit, 1);
  EXPECT_THAT(document(bad)["expect"]["unmet"].dump(), HasSubstr("no-row-lost holds in all of 60 schedules"));
}

TEST(Check, TheGallerysCampaignsAreAsTheirFilesExpect) {
  std::size_t held = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator{std::filesystem::path{CONVERGE_SOURCE_DIR} / "scenarios"}) {
    const std::string file = entry.path().string();
    if (!file.ends_with(".json") || file.ends_with(".schema.json")) continue;
    const Parsed parsed = parse(slurp(file));
    if (!parsed.scenario || !parsed.scenario->expect || !parsed.scenario->expect->check) continue;
    ++held;
    const Ended ended = converge({"check", file, "--expect", "--no-files", "--no-color"});
    EXPECT_EQ(ended.exit, 0) << ended.out;
  }
  EXPECT_GT(held, 0U);
}

TEST(Check, WritesJUnitForABuildServer) {
  const Folder folder;
  const std::string file = folder.write("late.json", kLate);
  converge({"check", file, "-n", "40", "-q", "--no-files", "--junit", folder / "r.xml"});
  const std::string xml = slurp(folder / "r.xml");
  EXPECT_THAT(xml, StartsWith("<?xml"));
  EXPECT_THAT(xml, HasSubstr("name=\"converged\""));
  EXPECT_THAT(xml, HasSubstr("<failure"));
}

TEST(Check, EstimatesARareMissBySplitting) {
  const Folder folder;
  const std::string file = folder.write("late.json", kLate);
  const Json r = document(converge({"check", file, "-n", "300", "--rare", "3000", "--json", "--no-files"}));
  ASSERT_TRUE(r["rare"].is_object());
  EXPECT_LE(r["rare"]["runs"], 3000);
  // What is common can be seen both ways, and they must agree.
  EXPECT_LT(r["rare"]["low"], r["miss_probability"]["high"]);
  EXPECT_GT(r["rare"]["high"], r["miss_probability"]["low"]);
}

TEST(Check, AnswersBadOptionsInOneLine) {
  const Folder folder;
  const std::string file = folder.write("late.json", kLate);
  const auto refused = [&](std::vector<std::string> more, const std::string& says) {
    more.insert(more.begin(), {"check", file});
    const Ended ended = converge(more);
    EXPECT_EQ(ended.exit, 2) << says;
    EXPECT_THAT(ended.err, HasSubstr(says));
    EXPECT_THAT(ended.out, IsEmpty());
  };
  refused({"-n", "0"}, "--schedules");
  refused({"--until-sure", "2"}, "expected a share between 0 and 1");
  refused({"--confidence", "100%"}, "expected a share between 0 and 1");
  refused({"--time-limit", "soon"}, "expected a duration");
  refused({"--jobs", "0"}, "--jobs");
  refused({"--rare", "10"}, "--rare");
  refused({"--resume", "/dev/null/x"}, "cannot be written");
  refused({"--junit", "/dev/null/x", "-n", "16", "--no-files"}, "cannot be written");
  EXPECT_THAT(folder.names(), ElementsAre("late.json"));
}

TEST(Replay, ExplainsWhereTheViolationWasDecided) {
  const Folder folder;
  folder.write("late.json", kLate);
  folder.write("slow.schedule.json", R"({"scenario": "late.json", "deviations": [
    {"actor": "control", "choice": "review", "occurrence": 1, "answer": "PT11H"}]})");
  const Ended ended = converge({"replay", "slow.schedule.json", "--explain", "--json"}, folder.path());
  const Json r = document(ended);
  ASSERT_FALSE(r["points_of_no_return"].empty());
  const Json& point = r["points_of_no_return"][0];
  EXPECT_EQ(point["property"], "converged");
  EXPECT_LT(point["before"]["estimate"], 1);
  EXPECT_EQ(point["after"]["estimate"], 1);
  EXPECT_THAT(point.dump(), HasSubstr("review"));
  const Ended page = converge({"replay", "slow.schedule.json", "--explain"}, folder.path());
  EXPECT_THAT(page.out, HasSubstr("The point of no return of converged"));
  EXPECT_THAT(page.out, HasSubstr("control: review 1 took 11 h"));
  EXPECT_THAT(page.err, Not(HasSubstr("--trace"))) << "replay has no such option";
}

TEST(Replay, SaysWhereThereIsNoPointOfNoReturn) {
  const Folder folder;
  folder.write("plan.json", kInTime);
  Json hopeless = Json::parse(kInTime);
  hopeless["sla"]["convergence"] = "10m";  // no review is shorter than that, and a deploy follows it
  folder.write("hopeless.json", hopeless.dump());
  folder.write("good.schedule.json", R"({"scenario": "plan.json"})");
  folder.write("hopeless.schedule.json", R"({"scenario": "hopeless.json"})");
  const Ended good = converge({"replay", "good.schedule.json", "--explain"}, folder.path());
  EXPECT_EQ(good.exit, 0) << good.out;
  EXPECT_THAT(good.out, HasSubstr("No property is violated, so there is no point of no return"));
  const Ended lost = converge({"replay", "hopeless.schedule.json", "--explain"}, folder.path());
  EXPECT_EQ(lost.exit, 1) << lost.out;
  EXPECT_THAT(lost.out, HasSubstr("There is none: it was lost from the start."));
  EXPECT_TRUE(document(converge({"replay", "hopeless.schedule.json", "--explain", "--json"},
                                folder.path()))["points_of_no_return"][0]["from_the_start"]);
}

TEST(Check, SaysHowManyAnswersTheScenarioGave) {
  const Folder folder;
  Json told = Json::parse(kInTime);
  told["given"] = {{{"actor", "control"}, {"choice", "review"}, {"occurrence", 1}, {"answer", "1h"}}};
  const std::string file = folder.write("told.json", told.dump());
  const Ended ended = converge({"check", file, "-n", "16", "--json", "--no-files"});
  EXPECT_THAT(document(ended)["strength"].dump(), HasSubstr("drawn from the declared laws, but for 1 given answer;"));
}

}  // namespace
}  // namespace converge::scenarios
