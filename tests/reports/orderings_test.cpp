// The three pages of an answer about orders: for people, for programs, for Graphviz.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "reports/orderings_dot.hpp"
#include "reports/orderings_json.hpp"
#include "reports/orderings_text.hpp"
#include "tests/support/orderings.hpp"

namespace converge::reports {
namespace {

using nlohmann::ordered_json;
using support::some_orderings;
using testing::HasSubstr;
using testing::Not;

TEST(OrderingsText, IsThisPage) {
  EXPECT_EQ(text(some_orderings(), {.columns = 80}), R"(A plan
scenarios/plan.json

VIOLATED  1 of 3 orders is good; 2 edges are necessary.
          every order that the steps can be put in; each by one schedule, the
          usual one

Steps; the scenario's edges are dropped
   1  tables
   2  deploy_flink  the scenario has it behind 1
   3  backfill      the scenario has it behind 2

3 orders of 6, 50 % of all, by what happens in them
       1  good          converges, and nothing stalls
                        for example 1 2 3; converges after 7 h
       1  availability  Flink stands still; converges
                        for example 2 1 3; converge after 8 h to 9 h
       1  convergence   ends in nulls
                        for example 1 3 2
  The word is the gravest demand that these orders fail: convergence (rows end
  null, stale or lost), availability (a job stalls or stands still until a later
  step), window (an objective of the scenario).

Necessary: under these edges every order is good
  1 before 2: tables before deploy_flink, for availability
     Flink's build 1 is refused: the CDC table lacks discount.
     without it, for example 2 1 3: Converged 8 h after the change, 16 h inside
     the window of 1 d.
     in a schedule that is not the usual one:
  1. d0 09:00:00  control: review 1 took 5 h (usual 4 h)
  2 before 3: deploy_flink before backfill, for convergence
     Merges of build 1 wrote 8 tracked rows without discount.
     without it, for example 1 3 2: Violated: converged, no-null-left; the
     layers never converged.

With other guards, instants and triggers: how many orders are then
   good  late  stall  wrong
      1     0      1      1  the plan as it is
      0     0      0      3  merge.guard: none instead of position_greater
                             (needed: 1 good order is lost without it)
      1     0      0      1  backfill is triggered by tables: it comes directly
                             behind it; necessary then: 2 before 1 (convergence)

3 orders judged, campaign seed 7, scenario 1f2e3d4c5b6a7988
Models of the plan were checked, not the systems.
)");
}

TEST(OrderingsText, FitsItsTerminalAndEscapesWhatOthersWrote) {
  sim::OrderingsResult r = some_orderings();
  r.steps[1] = "deploy\x1b[31m_with_a_name_that_is_far_too_long_for_any_column_of_any_table";
  r.edges[0].because = "because \xE2\x80\xAE of this";
  for (const std::size_t columns : {60U, 80U, 120U}) {
    const std::string page = text(r, {.columns = columns});
    EXPECT_THAT(page, Not(HasSubstr("\x1b")));
    EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE")));
    std::istringstream lines{page};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), columns) << line;
  }
}

TEST(OrderingsText, SaysWhatIsGivenUpAndWhatIsNotNeeded) {
  sim::OrderingsResult r = some_orderings();
  r.edges_are_all = false;
  r.edges_smallest = false;
  r.met = 17;
  r.kept = 5;
  r.not_needed = {{0, 1}};
  r.demand = sim::Grade::window;
  const std::string page = text(r, {.columns = 120});
  EXPECT_THAT(page, HasSubstr("these edges give up 12 of 17. That no smaller set does was not shown."));
  EXPECT_THAT(page, HasSubstr("Not necessary, though the scenario has it: 1 before 2 (tables before deploy_flink)"));
  EXPECT_THAT(page, HasSubstr("every order converges without a stall; no order meets the scenario's objectives"));
}

TEST(OrderingsText, TellsWhatGoesWrongWhereNoOrderConverges) {
  sim::OrderingsResult r = some_orderings();
  r.edges.clear();
  r.any_meets = false;
  const std::string page = text(r, {.columns = 120});
  EXPECT_THAT(page, HasSubstr("What goes wrong"));
  EXPECT_THAT(page, HasSubstr("1 3 2: merges of build 1 wrote 8 tracked rows without discount"));
}

TEST(OrderingsJson, KeepsItsPromiseFieldByField) {
  const ordered_json j = ordered_json::parse(json(some_orderings()));
  EXPECT_EQ(j.at("command"), "orderings");
  EXPECT_EQ(j.at("verdict"), "violated");
  EXPECT_EQ(j.at("sla_s"), 86'400);
  EXPECT_EQ(j.at("seed"), 7);
  EXPECT_EQ(j.at("schedules"), 20);
  EXPECT_EQ(j.at("free"), true);
  EXPECT_EQ(j.at("ended"), "all_ran");
  EXPECT_EQ(j.at("steps"), ordered_json::parse(R"(["tables", "deploy_flink", "backfill"])"));
  EXPECT_EQ(j.at("given_edges").at(0), ordered_json::parse(R"({"before": "tables", "after": "deploy_flink"})"));
  EXPECT_EQ(j.at("triggered"), ordered_json::array());
  EXPECT_EQ(j.at("orders_in_all"), "6") << "text: it may be larger than any number of a reader";
  EXPECT_EQ(j.at("judged"), 3);
  EXPECT_EQ(j.at("coverage"), 0.5);
  const ordered_json& first = j.at("orderings").at(0);
  EXPECT_EQ(first.at("order"), ordered_json::parse(R"(["tables", "deploy_flink", "backfill"])"));
  EXPECT_EQ(first.at("verdict"), "converged");
  EXPECT_EQ(first.at("grade"), "good");
  EXPECT_EQ(first.at("worst_convergence_s"), 25'200);
  EXPECT_EQ(first.at("strength"), "one schedule, the usual one");
  EXPECT_TRUE(first.at("counterexample").is_null());
  EXPECT_EQ(first.at("properties").at(0).at("margin"), 61'200);
  const ordered_json& second = j.at("orderings").at(1);
  EXPECT_TRUE(second.at("worst_convergence_s").is_null());
  EXPECT_EQ(second.at("facts").at("ends_in_nulls"), true);
  EXPECT_EQ(second.at("counterexample").at("fails"), "convergence");
  EXPECT_EQ(j.at("groups").at(1), ordered_json::parse(R"({"grade": "availability",
    "what": "Flink stands still; converges", "orders": 1, "which": [2], "example": ["deploy_flink", "tables", "backfill"],
    "earliest_convergence_s": 28800, "latest_convergence_s": 32400})"));
  EXPECT_EQ(j.at("demand"), "good");
  const ordered_json& edge = j.at("necessary_edges").at(0);
  EXPECT_EQ(edge.at("before"), "tables");
  EXPECT_EQ(edge.at("after"), "deploy_flink");
  EXPECT_EQ(edge.at("needed_for"), "availability");
  EXPECT_EQ(edge.at("because"), "Flink's build 1 is refused: the CDC table lacks discount.");
  EXPECT_EQ(edge.at("keeps_out"), 1);
  EXPECT_EQ(edge.at("counterexample").at("order"), ordered_json::parse(R"(["deploy_flink", "tables", "backfill"])"));
  EXPECT_EQ(edge.at("counterexample").at("deviations").at(0).at("choice"), "review");
  EXPECT_EQ(j.at("variants").at(2), ordered_json::parse(R"({
    "changes": ["backfill is triggered by tables: it comes directly behind it"], "guard_removed": false,
    "helps": false, "orders": 2, "good": 1, "fail_window": 0, "fail_availability": 0, "fail_convergence": 1,
    "example": ["deploy_flink", "tables", "backfill"],
    "necessary_edges": [{"before": "deploy_flink", "after": "tables", "needed_for": "convergence"}]})"));
  EXPECT_EQ(j.at("variants_cut_short"), false);
}

TEST(OrderingsDot, IsThisGraph) {
  EXPECT_EQ(dot(some_orderings()), R"(digraph plan {
  label="A plan: 1 of 3 orders is good; 2 edges are necessary.";
  rankdir=LR;
  node [shape=box];
  s1 [label="tables"];
  s2 [label="deploy_flink"];
  s3 [label="backfill"];
  s1 -> s2 [style=bold, color=darkorange, label="availability", tooltip="Flink's build 1 is refused: the CDC table lacks discount. Without it: deploy_flink, tables, backfill."];
  s2 -> s3 [style=bold, color=red, label="convergence", tooltip="Merges of build 1 wrote 8 tracked rows without discount. Without it: tables, backfill, deploy_flink."];
}
)");
}

TEST(OrderingsDot, DrawsGivenEdgesThinAndEscapesEverything) {
  sim::OrderingsResult r = some_orderings();
  r.edges.clear();
  r.directly = {{0, 2}};
  r.title = "a \"plan\" \\ of\nmine";
  r.steps[0] = "tables\"]; evil [label=\"";
  const std::string graph = dot(r);
  EXPECT_THAT(graph, HasSubstr("  s1 -> s2;\n"));
  EXPECT_THAT(graph, HasSubstr("  s1 -> s3 [label=\"triggers\"];\n"));
  EXPECT_THAT(graph, HasSubstr(R"(label="a \"plan\" \\ of mine: )"));
  EXPECT_THAT(graph, HasSubstr(R"(s1 [label="tables\"]; evil [label=\""];)"));
}

}  // namespace
}  // namespace converge::reports
