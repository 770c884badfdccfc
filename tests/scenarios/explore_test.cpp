// `converge explore` as its users meet it: a proof, a story that replays, an honest end where it is too much, and
// bounds that mean what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/converge.hpp"

namespace converge::scenarios {
namespace {

using support::converge;
using support::document;
using support::Ended;
using support::Folder;
using testing::HasSubstr;

using Json = nlohmann::json;

const std::string kQuick = R"({
  "title": "a rollout of some hours",
  "sla": {"convergence": "20h"},
  "horizon": "2d",
  "changes": [{"column": "discount", "type": "int", "at": "2h"}],
  "review": {"delay": ["10m", "1h", "2h"]},
  "source": {"tracked_changes_per_hour": 2},
  "flink": {"checkpoint_interval": "10m", "restore_tail_share": "1%", "restore_tail": ["30m", "1h", "1d"]},
  "backfill": {"duration": ["30m", "1h", "2h"]},
  "readers": {"freshness": "2d"}
})";

TEST(Explore, ProvesWhatHoldsAndTellsTheShortestStoryOfWhatDoesNot) {
  const Folder folder;
  folder.write("quick.json", kQuick);
  const Ended quiet =
      converge({"explore", "quick.json", "--faults", "0", "--deviations", "3", "--json"}, folder.path());
  EXPECT_EQ(quiet.exit, 0);
  const Json proof = document(quiet);
  EXPECT_EQ(proof["command"], "explore");
  EXPECT_EQ(proof["verdict"], "converged");
  EXPECT_EQ(proof["complete"], true);
  EXPECT_LE(proof["worst_convergence_s"].get<double>(), 20 * 3600.0);
  EXPECT_GT(proof["schedules"].get<double>(), 1e5);

  const Ended ended =
      converge({"explore", "quick.json", "--faults", "1", "--deviations", "3", "--json"}, folder.path());
  EXPECT_EQ(ended.exit, 1);
  const Json r = document(ended);
  EXPECT_EQ(r["verdict"], "violated");
  EXPECT_EQ(r["faults"][0]["fired"].get<int>() > 0, true);
  ASSERT_FALSE(r["counterexamples"].empty());
  const Json& story = r["counterexamples"][0];
  EXPECT_EQ(story["property"], "converged");
  EXPECT_EQ(story["fewest"], true);
  EXPECT_EQ(story["deviations"].size(), 2U) << "a slow restore, and how slow";
  const Json again = document(converge({"replay", story["file"].get<std::string>(), "--json"}, folder.path()));
  EXPECT_EQ(again["verdict"], "violated");
  EXPECT_LT(again["properties"][0]["margin"].get<double>(), 0);

  // The worst case replays to what was said of it.
  const Json worst =
      document(converge({"replay", r["worst_schedule"]["file"].get<std::string>(), "--json"}, folder.path()));
  EXPECT_EQ(worst["convergence_s"], r["worst_convergence_s"]);
  EXPECT_EQ(worst["properties"][0]["margin"], r["properties"][0]["margin"]);
}

TEST(Explore, IsNeverMilderThanTheSearchForTheWorst) {
  const Folder folder;
  folder.write("quick.json", kQuick);
  const Json exact =
      document(converge({"explore", "quick.json", "--negligible", "10m", "--json", "--no-files"}, folder.path()));
  ASSERT_EQ(exact["complete"], true);
  const Json searched =
      document(converge({"worst", "quick.json", "-n", "300", "--faults", "1", "--json", "--no-files"}, folder.path()));
  // The search may also be slow where exploring took a window of ten minutes for negligible: an hour for all of those.
  EXPECT_LE(exact["properties"][0]["margin"].get<double>(), searched["properties"][0]["margin"].get<double>() + 3600);
}

TEST(Explore, IsTheSameWithAnyNumberOfThreads) {
  const Folder folder;
  const std::string file = folder.write("quick.json", kQuick);
  const Ended one = converge({"explore", file, "--json", "--no-files", "--deviations", "2", "--jobs", "1"});
  const Ended three = converge({"explore", file, "--json", "--no-files", "--deviations", "2", "--jobs", "3"});
  EXPECT_EQ(one.out, three.out);
}

TEST(Explore, EndsHonestlyAndGoesOnFromItsCheckpoint) {
  const Folder folder;
  folder.write("quick.json", kQuick);
  const std::vector<std::string> common{"explore", "quick.json", "--deviations", "2",
                                        "--json",  "--no-files", "--resume",     "there.checkpoint"};
  auto few = common;
  few.insert(few.end(), {"--states", "300"});
  const Ended ended = converge(few, folder.path());
  EXPECT_EQ(ended.exit, 3);
  const Json part = document(ended);
  EXPECT_EQ(part["verdict"], "inconclusive");
  EXPECT_EQ(part["complete"], false);
  EXPECT_GT(part["frontier"].get<int>(), 0);
  EXPECT_TRUE(part["worst_convergence_s"].is_null());
  EXPECT_EQ(part["checkpoint"], "there.checkpoint");

  const Ended whole = converge(common, folder.path());
  const Ended in_one_go =
      converge({"explore", "quick.json", "--deviations", "2", "--json", "--no-files"}, folder.path());
  EXPECT_EQ(whole.out, in_one_go.out);

  // A checkpoint of other bounds is refused, and so is what is none.
  auto other = few;
  other.insert(other.end(), {"--faults", "0"});
  const Ended refused = converge(other, folder.path());
  EXPECT_EQ(refused.exit, 2);
  EXPECT_THAT(refused.out + refused.err, HasSubstr("there.checkpoint"));
  folder.write("there.checkpoint", "no checkpoint");
  EXPECT_EQ(converge(few, folder.path()).exit, 2);
}

TEST(Explore, WeighsWhatItFinds) {
  const Folder folder;
  const std::string file = folder.write("quick.json", kQuick);
  const Json r = document(converge({"explore", file, "--probability", "--negligible", "30m", "--json", "--no-files"}));
  ASSERT_TRUE(r["miss_probability"].is_object());
  const double best = r["miss_probability"]["best"].get<double>();
  const double worst = r["miss_probability"]["worst"].get<double>();
  EXPECT_LE(best, worst);
  EXPECT_GT(best, 0);
  EXPECT_LT(worst, 0.01) << "one restore in a hundred is slow, and a part of those takes too long";
  EXPECT_EQ(converge({"explore", file, "--probability", "--deviations", "2"}).exit, 2);
}

TEST(Explore, RefusesAResolutionThatIsTooFine) {
  const Folder folder;
  const std::string file = folder.write("quick.json", kQuick);
  const Ended ended = converge({"explore", file, "--resolution", "1ms"});
  EXPECT_EQ(ended.exit, 2);
  EXPECT_THAT(ended.err, HasSubstr("--resolution"));
}

TEST(Explore, SaysThatFingerprintsAreLossy) {
  const Folder folder;
  const std::string file = folder.write("quick.json", kQuick);
  const Ended ended = converge({"explore", file, "--fingerprint", "--deviations", "1", "--no-files"});
  EXPECT_THAT(ended.out, HasSubstr("64-bit fingerprints"));
  EXPECT_THAT(ended.out, HasSubstr("lossy"));
}

}  // namespace
}  // namespace converge::scenarios
