// `converge orderings` as its users meet it: the same answer on any number of threads, three pages of it, and exit
// codes that a script can rely on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/support/converge.hpp"

namespace converge::scenarios {
namespace {

using support::converge;
using support::document;
using support::Ended;
using support::Folder;
using support::slurp;
using support::Start;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using Json = nlohmann::json;

// The canonical plan with an hour between any two steps.
std::string plan() { return slurp(std::string{CONVERGE_SOURCE_DIR} + "/scenarios/an-hour-between-steps.json"); }

std::vector<std::string> edges(const Json& r) {
  std::vector<std::string> all;
  for (const Json& e : r["necessary_edges"]) {
    all.push_back(e["before"].get<std::string>() + " before " + e["after"].get<std::string>() + " for " +
                  e["needed_for"].get<std::string>());
  }
  return all;
}

TEST(OrderingsCommand, FindsTheNecessaryEdgesOfAFile) {
  const Folder folder;
  folder.write("plan.json", plan());
  const Ended ended = converge(
      {"orderings", "plan.json", "--free", "--deviations", "0", "-n", "2", "--no-variants", "--json"}, folder.path());
  EXPECT_EQ(ended.exit, 1);
  EXPECT_THAT(ended.err, IsEmpty());
  const Json r = document(ended);
  EXPECT_EQ(r["command"], "orderings");
  EXPECT_EQ(r["verdict"], "violated");
  EXPECT_EQ(r["orders_in_all"], "120");
  EXPECT_EQ(r["orderings"].size(), 120U);
  EXPECT_EQ(r["coverage"], 1);
  EXPECT_THAT(edges(r), testing::ElementsAre("alter_cdc_table before deploy_spark for availability",
                                             "alter_cdc_table before deploy_flink for availability",
                                             "alter_base_table before deploy_spark for availability",
                                             "deploy_spark before backfill for convergence",
                                             "deploy_flink before backfill for convergence"));
  for (const Json& e : r["necessary_edges"]) {
    EXPECT_THAT(e["because"].get<std::string>(), HasSubstr("discount"));
    EXPECT_EQ(e["counterexample"]["order"].size(), 5U);
  }
  EXPECT_EQ(r["not_needed"].size(), 2U);
  EXPECT_THAT(r["variants"], IsEmpty());
}

// Which deploys wait for which table is what the plan does not say.
TEST(OrderingsCommand, FindsTheEdgesThatTwoTablesOweToTheJobsTheyShare) {
  const std::string file = std::string{CONVERGE_SOURCE_DIR} + "/scenarios/eight-steps-two-tables.json";
  const Folder folder;
  const Json r =
      document(converge({"orderings", file, "-n", "0", "--deviations", "0", "--no-variants", "--json"}, folder.path()));
  EXPECT_EQ(r["orders_in_all"], "168");
  EXPECT_EQ(r["orderings"].size(), 168U);
  EXPECT_THAT(edges(r), testing::ElementsAre("alter_cdc_table(order_items) before deploy_flink for availability",
                                             "alter_base_table(order_items) before deploy_spark for availability"));
  EXPECT_THAT(r["necessary_edges"][0]["because"].get<std::string>(),
              HasSubstr("refused: the CDC table lacks order_items.unit_discount"));
  EXPECT_THAT(r["necessary_edges"][1]["because"].get<std::string>(),
              StartsWith("Merges of order_items of build 2 name"));
}

// Of the 40,320 orders that eight steps have, a sample; the scenario's own edges are then found to be needed, too.
TEST(OrderingsCommand, SamplesTheOrdersOfEightSteps) {
  const std::string file = std::string{CONVERGE_SOURCE_DIR} + "/scenarios/eight-steps-two-tables.json";
  const Folder folder;
  const Json r = document(converge(
      {"orderings", file, "--free", "--most", "400", "-n", "0", "--deviations", "0", "--no-variants", "--json"},
      folder.path()));
  EXPECT_EQ(r["orders_in_all"], "40320");
  EXPECT_EQ(r["judged"], 400);
  EXPECT_EQ(r["verdict"], "violated");
  std::set<std::string> grades;
  for (const Json& each : r["orderings"]) grades.insert(each["grade"].get<std::string>());
  EXPECT_TRUE(grades.contains("availability") && grades.contains("convergence"));
}

TEST(OrderingsCommand, HoldsWhereEveryOrderThatTheEdgesAllowIsGood) {
  const Folder folder;
  folder.write("plan.json", plan());
  const Ended ended = converge({"orderings", "plan.json", "-n", "0", "-q"}, folder.path());
  EXPECT_EQ(ended.exit, 0);
  EXPECT_EQ(ended.out, "The only order that the edges allow is good.\n");
}

TEST(OrderingsCommand, GivesTheSameBytesOnAnyNumberOfThreads) {
  const Folder folder;
  folder.write("plan.json", plan());
  std::vector<std::string> arguments{"orderings", "plan.json", "--free",        "-n", "3", "--most", "6", "--seed",
                                     "9",         "--json",    "--no-variants", "-j"};
  std::vector<std::string> pages;
  for (const char* jobs : {"1", "3"}) {
    arguments.emplace_back(jobs);
    pages.push_back(converge(arguments, folder.path()).out);
    arguments.pop_back();
  }
  EXPECT_EQ(pages[0], pages[1]);
  EXPECT_EQ(Json::parse(pages[0])["judged"], 6);
  EXPECT_EQ(Json::parse(pages[0])["coverage"], 0.05);
}

TEST(OrderingsCommand, WritesAGraphAndAPage) {
  const Folder folder;
  folder.write("plan.json", plan());
  const Ended ended = converge({"orderings", "plan.json", "--free", "--deviations", "0", "-n", "0", "--no-variants",
                                "--dot", "plan.dot", "-o", "page.txt"},
                               folder.path());
  EXPECT_EQ(ended.exit, 1);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(slurp(folder / "page.txt"), HasSubstr("VIOLATED  5 of 120 orders are good; 5 edges are necessary."));
  const std::string graph = slurp(folder / "plan.dot");
  EXPECT_THAT(graph, StartsWith("digraph plan {\n"));
  EXPECT_THAT(graph, HasSubstr("s3 -> s4;")) << "Spark before Flink is the scenario's, and not necessary";
  EXPECT_THAT(graph, HasSubstr("s3 -> s5 [style=bold, color=red, label=\"convergence\""));
}

TEST(OrderingsCommand, SparkBeforeFlinkIsNecessaryOnceFlinkTriggersTheBackfill) {
  const Folder folder;
  folder.write("plan.json", plan());
  const Json r = document(converge({"orderings", "plan.json", "--free", "--deviations", "0", "-n", "0", "--no-variants",
                                    "--trigger", "deploy_flink", "--json"},
                                   folder.path()));
  EXPECT_EQ(r["orders_in_all"], "24");
  EXPECT_THAT(edges(r), testing::Contains("deploy_spark before deploy_flink for convergence"));
}

TEST(OrderingsCommand, EndsInTimeWithWhatItHas) {
  const Folder folder;
  folder.write("plan.json", plan());
  // One order, and good: whatever the clock says of the guards that were not tried, that is decided.
  const Ended one = converge({"orderings", "plan.json", "-n", "0", "--time-limit", "1us", "--json"}, folder.path());
  EXPECT_EQ(document(one)["orderings"].size(), 1U);
  const Ended all = converge(
      {"orderings", "plan.json", "--free", "-n", "0", "--time-limit", "1us", "-j", "1", "--json"}, folder.path());
  const Json r = document(all);
  EXPECT_EQ(r["ended"], "time_limit");
  EXPECT_EQ(r["orderings"].size(), 1U);
  EXPECT_EQ(all.exit, 3) << "the first is good, and the others were not judged";
}

TEST(OrderingsCommand, SaysWhichWordIsWrong) {
  const Folder folder;
  folder.write("plan.json", plan());
  const Ended trigger = converge({"orderings", "plan.json", "--trigger", "deploy_flunk"}, folder.path());
  EXPECT_EQ(trigger.exit, 2);
  EXPECT_THAT(trigger.err, HasSubstr("did you mean \"deploy_flink\""));
  EXPECT_THAT(trigger.out, IsEmpty());
  EXPECT_EQ(converge({"orderings", "plan.json", "--trigger", "backfill"}, folder.path()).exit, 2);
  // The scenario puts Spark, Flink and the backfill in that order, so Spark cannot trigger it.
  const Ended impossible = converge({"orderings", "plan.json", "--trigger", "deploy_spark", "--json"}, folder.path());
  EXPECT_EQ(impossible.exit, 2);
  EXPECT_EQ(document(impossible)["valid"], false);
  EXPECT_EQ(converge({"orderings", "nowhere.json"}, folder.path()).exit, 2);
  EXPECT_EQ(converge({"orderings", "plan.json", "--most", "0"}, folder.path()).exit, 2);
  EXPECT_EQ(converge({"orderings", "plan.json", "--schedules", "-1"}, folder.path()).exit, 2);
  EXPECT_EQ(converge({"orderings", "plan.json", "-o", "plan.json"}, folder.path()).exit, 2);
  EXPECT_EQ(converge({"orderings", "plan.json", "--dot", "plan.json"}, folder.path()).exit, 2);
}

}  // namespace
}  // namespace converge::scenarios
