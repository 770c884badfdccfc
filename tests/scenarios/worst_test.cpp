// `converge worst` as its users meet it: it finds what plain sampling hardly sees, keeps to its bounds, and leaves a
// schedule that replays.
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
using testing::IsEmpty;

using Json = nlohmann::json;

// Time enough, unless two things go wrong that seldom do: one restore in a thousand takes up to a day.
const std::string kSeldom = R"({
  "title": "time enough, nearly always",
  "sla": {"convergence": "20h"},
  "horizon": "2d",
  "changes": [{"column": "discount", "type": "int", "at": "2h"}],
  "review": {"delay": ["10m", "1h", "2h"]},
  "source": {"tracked_changes_per_hour": 2},
  "flink": {"checkpoint_interval": "10m", "restore_tail_share": "0.1%", "restore_tail": ["30m", "1h", "1d"]},
  "backfill": {"duration": ["30m", "1h", "2h"]},
  "readers": {"freshness": "2d"}
})";

TEST(Worst, FindsWhatSamplingDoesNotSee) {
  const Folder folder;
  folder.write("seldom.json", kSeldom);
  const Json sampled = document(converge({"check", "seldom.json", "-n", "300", "--json"}, folder.path()));
  EXPECT_EQ(sampled["violated_schedules"], 0);
  const Ended ended = converge({"worst", "seldom.json", "-n", "300", "--json"}, folder.path());
  EXPECT_EQ(ended.exit, 1);
  const Json r = document(ended);
  EXPECT_EQ(r["command"], "worst");
  EXPECT_EQ(r["verdict"], "violated");
  EXPECT_LT(r["margin_s"].is_null() ? -1.0 : r["margin_s"].get<double>(), 0);
  EXPECT_LE(r["search"]["violated_by_try"], 300);
  EXPECT_EQ(r["search"]["file"], "seldom.worst-converged.schedule.json");

  const Json again = document(converge({"replay", "seldom.worst-converged.schedule.json", "--json"}, folder.path()));
  EXPECT_EQ(again["trace_hash"], r["trace_hash"]);
  EXPECT_EQ(again["properties"][0]["margin"], r["properties"][0]["margin"]);
}

TEST(Worst, KeepsToItsNumberOfFaults) {
  const Folder folder;
  const std::string file = folder.write("seldom.json", kSeldom);
  const Json r = document(converge({"worst", file, "-n", "200", "--faults", "0", "--json", "--no-files"}));
  EXPECT_EQ(r["verdict"], "converged");
  for (const Json& f : r["faults"]) EXPECT_EQ(f["fired"], 0);
  EXPECT_TRUE(r["search"]["violated_by_try"].is_null());
  EXPECT_THAT(r["strength"].get<std::string>(), HasSubstr("a search is no proof"));
}

TEST(Worst, IsTheSameSearchEveryTime) {
  const Folder folder;
  const std::string file = folder.write("seldom.json", kSeldom);
  const Ended once = converge({"worst", file, "-n", "100", "--seed", "5", "--json", "--no-files"});
  const Ended twice = converge({"worst", file, "-n", "100", "--seed", "5", "--json", "--no-files"});
  EXPECT_EQ(once.out, twice.out);
}

TEST(Worst, AnUnknownPropertyGetsTheNearest) {
  const Folder folder;
  const std::string file = folder.write("seldom.json", kSeldom);
  const Ended ended = converge({"worst", file, "--property", "convergd"});
  EXPECT_EQ(ended.exit, 2);
  EXPECT_THAT(ended.err, HasSubstr("did you mean \"converged\""));
  EXPECT_THAT(ended.out, IsEmpty());
}

}  // namespace
}  // namespace converge::scenarios
