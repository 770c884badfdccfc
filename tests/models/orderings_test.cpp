// `orderings` against the oracle from outside: docs/facts/pinterest-three-phase.md 5. The experiment is that of
// its 5.4, as in orders_test.cpp, but the orders, their judgement and the edges are the tool's: each step comes an hour
// after the one before it.
#include "models/orderings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "models/plan_variants.hpp"

namespace converge::models {
namespace {

using sim::Grade;
using sim::OrderingsResult;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Form = MergeConfig::Form;
using Guard = MergeConfig::Guard;
using Kind = BackfillConfig::Kind;

constexpr sim::Duration kSlot = sim::hours(1);

StepConfig step(char letter) {
  StepConfig s{.name = std::string{letter}, .after = std::vector<std::string>{}, .delay = kSlot};
  switch (letter) {
    case 'C': s.kind = StepKind::alter_cdc_table; break;
    case 'B': s.kind = StepKind::alter_base_table; break;
    case 'S': s.kind = StepKind::deploy_spark; break;
    case 'F': s.kind = StepKind::deploy_flink; break;
    case 'H': s.kind = StepKind::backfill; break;
    case 'D': s.kind = StepKind::source_ddl; break;
    default: ADD_FAILURE() << letter;
  }
  return s;
}

// One slot: keys touched in it and never again, keys inserted in it, keys touched in every slot up to it, and a key
// touched in each.
void add_slot(std::vector<ScriptedChange>& script, int slot) {
  const std::string n = std::to_string(slot);
  sim::Duration at = kSlot * slot + sim::minutes(10) + sim::seconds(7);
  const auto change = [&](std::string key, Op op) {
    script.push_back({.at = at, .key = std::move(key), .op = op});
    at = at + sim::seconds(20);
  };
  change("updated in " + n, Op::update);
  change("inserted in " + n, Op::insert);
  change("touched twice in " + n, Op::update);
  change("touched twice in " + n, Op::update);
  for (int until = slot; until < 6; ++until) change("touched up to " + std::to_string(until), Op::update);
  if (slot > 0) change("inserted in " + std::to_string(slot - 1), Op::update);
  change("deleted in " + n, Op::remove);
  change("comes back in " + n, Op::remove);
  change("comes back in " + n, Op::insert);
}

PipelineConfig experiment(const std::string& plan) {
  PipelineConfig c;
  c.horizon = sim::hours(12);
  c.sla = sim::hours(10);
  c.source.tracked_changes_per_hour = 0;
  c.source.hot_keys = 0;
  for (int slot = 0; slot < 6; ++slot) add_slot(c.source.scripted, slot);
  c.changes.push_back({.name = "discount", .at = sim::minutes(1) + sim::seconds(3)});
  c.cdc.lag = sim::exactly(sim::seconds(1));
  c.kafka.retention = sim::days(365);
  c.merge.every = kSlot;
  c.merge.offset = sim::minutes(40) + sim::seconds(11);
  c.merge.duration = sim::exactly(sim::minutes(1));
  c.merge.deploy = sim::exactly({});
  c.backfill.duration = sim::exactly(sim::minutes(1));
  c.flink.savepoint = sim::exactly(sim::seconds(30));
  c.flink.restore = sim::exactly(sim::seconds(30));
  c.flink.checkpoint = sim::exactly(sim::seconds(2));
  c.flink.commit = sim::exactly(sim::seconds(2));
  c.readers.freshness = sim::hours(11);
  for (auto* w : {&c.control.generate, &c.control.review, &c.control.ci, &c.control.staging, &c.control.push_delay}) {
    *w = sim::exactly({});
  }
  c.control.alter = sim::exactly(sim::milliseconds(600));
  for (const char letter : plan) c.control.steps.push_back(step(letter));
  return c;
}

OrderingsResult ask(const PipelineConfig& config, OrderingsOptions o = {}) {
  o.jobs = 2;
  OrderingsHooks hooks{.judge = judge_by_runs({.schedules = 5})};
  hooks.judge_variants = hooks.judge;
  auto r = orderings(config, o, hooks);
  EXPECT_TRUE(r);
  return r ? *std::move(r) : OrderingsResult{};
}

OrderingsResult ask_free(const PipelineConfig& config) {
  return ask(config, {.rules = {.free = true}, .variants = false});
}

std::string letters(const OrderingsResult& r, const std::vector<std::size_t>& order) {
  std::string all;
  for (const std::size_t step : order) all += r.steps[step];
  return all;
}

// By the class of 5.4's table.
using Counts = std::map<std::string, int>;

Counts count(const OrderingsResult& r) {
  Counts counts;
  for (const sim::OrderVerdict& v : r.orders) {
    ++counts[v.grade == Grade::convergence    ? "nulls or stale"
             : v.facts.flink_stands_still     ? "flink down"
             : v.grade == Grade::availability ? "stalls"
             : v.grade == Grade::window       ? "window"
                                              : "clean"];
  }
  return counts;
}

std::set<std::string> good(const OrderingsResult& r) {
  std::set<std::string> all;
  for (const sim::OrderVerdict& v : r.orders) {
    if (v.grade == Grade::good) all.insert(letters(r, v.order));
  }
  return all;
}

std::map<std::string, Grade> edges(const OrderingsResult& r) {
  std::map<std::string, Grade> all;
  for (const sim::NecessaryEdgeVerdict& e : r.edges) all[r.steps[e.before] + ">" + r.steps[e.after]] = e.needed_for;
  return all;
}

// ---- 5.4, row by row

TEST(OrderingsOfTheFactSheet, WithoutABackfillFromOutsideNoneConverges) {
  const OrderingsResult none = ask(experiment("CBSF"), {.rules = {.free = true}});
  EXPECT_EQ(count(none), (Counts{{"nulls or stale", 24}}));
  EXPECT_EQ(none.sentence, "None of 24 orders converges.");
  EXPECT_FALSE(none.any_meets);
  EXPECT_THAT(none.edges, IsEmpty());
  // What helps is said: not a guard, but a backfill.
  std::vector<std::string> helps;
  for (const sim::OrderingsVariant& v : none.variants) {
    if (v.helps) helps.push_back(v.changes.front());
  }
  EXPECT_THAT(helps, UnorderedElementsAre("plan: a backfill behind the last step"));
  for (const auto from :
       {BackfillConfig::From::ddl, BackfillConfig::From::spark_deploy, BackfillConfig::From::flink_deploy}) {
    PipelineConfig remerge = experiment("CBSFH");
    remerge.backfill.kind = Kind::remerge;
    remerge.backfill.from = from;
    EXPECT_EQ(count(ask_free(remerge)), (Counts{{"nulls or stale", 120}}));
  }
}

void reparse(PipelineConfig& c) {
  c.backfill.kind = Kind::reparse;
  c.cdc_table.keeps_raw = true;
}

TEST(OrderingsOfTheFactSheet, WithReparse) {
  PipelineConfig c = experiment("CBSFH");
  reparse(c);
  const OrderingsResult r = ask_free(c);
  Counts counts = count(r);
  EXPECT_EQ(counts["clean"], 7);
  EXPECT_EQ(counts["stalls"], 33);  // the enumerations of the fact sheet do not agree on the split of the other 80
  EXPECT_EQ(good(r), (std::set<std::string>{"CBSFH", "CBFSH", "CFBSH", "BCSFH", "BCFSH", "CBSHF", "BCSHF"}));
  EXPECT_THAT(edges(r), testing::Not(Contains(testing::Key("F>H")))) << "the new build parses the payload: 5.1";
  for (const auto from : {BackfillConfig::From::spark_deploy, BackfillConfig::From::flink_deploy}) {
    c.backfill.from = from;
    EXPECT_EQ(count(ask_free(c)), (Counts{{"nulls or stale", 120}}));
  }
}

const Counts kDefault{{"clean", 5}, {"stalls", 19}, {"flink down", 40}, {"nulls or stale", 56}};

TEST(OrderingsOfTheFactSheet, WithBootstrapAndItsWatermarks) {
  PipelineConfig c = experiment("CBSFH");
  EXPECT_EQ(count(ask_free(c)), kDefault);
  c.backfill.watermark = BackfillConfig::Watermark::ddl;
  EXPECT_EQ(count(ask_free(c)), (Counts{{"flink down", 4}, {"nulls or stale", 116}}));
  c.merge.guard = Guard::position_at_least;
  EXPECT_EQ(count(ask_free(c)), (Counts{{"flink down", 4}, {"nulls or stale", 116}})) << "behaves like no guard here";
  c.merge.guard = Guard::position_greater;
  EXPECT_EQ(count(ask_free(c)), kDefault);
}

TEST(OrderingsOfTheFactSheet, WithAStrictGuardThatBlocksTheReparse) {
  PipelineConfig c = experiment("CBSFH");
  reparse(c);
  c.merge.guard = c.backfill.guard = Guard::position_greater;
  EXPECT_EQ(count(ask_free(c)), (Counts{{"nulls or stale", 120}}));
}

TEST(OrderingsOfTheFactSheet, WithStrictColumnLists) {
  PipelineConfig c = experiment("CBSFH");
  c.merge.form = Form::strict;
  const OrderingsResult r = ask_free(c);
  EXPECT_EQ(count(r), (Counts{{"stalls", 30}, {"flink down", 50}, {"nulls or stale", 40}}));
  EXPECT_EQ(r.demand, Grade::availability) << "no order keeps every merge going";
  EXPECT_THAT(r.sentence, HasSubstr("80 converge, but a job stalls in each of them"));
}

TEST(OrderingsOfTheFactSheet, WithStarLists) {
  PipelineConfig c = experiment("CBSFH");
  c.merge.form = Form::star;
  Counts counts = count(ask_free(c));
  EXPECT_EQ(counts["clean"] + counts["stalls"], 30);  // on how many of them stall, the enumerations do not agree
}

TEST(OrderingsOfTheFactSheet, WithTheDdlLast) {
  PipelineConfig c = experiment("CBSFD");
  c.changes[0].announced = true;
  const OrderingsResult r = ask_free(c);
  EXPECT_THAT(good(r), Contains("CBSFD"));
  EXPECT_THAT(edges(r), Contains(std::pair<const std::string, Grade>("F>D", Grade::convergence)));
}

// ---- 5.1 to 5.3: the edges of the default model, where the backfill may stand, and S -> F

TEST(OrderingsOfTheFactSheet, FallIntoTheGroupsOf53) {
  const OrderingsResult r = ask_free(experiment("CBSFH"));
  EXPECT_EQ(good(r), (std::set<std::string>{"CBSFH", "CBFSH", "CFBSH", "BCSFH", "BCFSH"}));
  std::map<std::string, std::size_t> groups;
  for (const auto& g : r.groups) groups[g.what] = g.orders.size();
  EXPECT_EQ(groups, (std::map<std::string, std::size_t>{
                        {"converges, and nothing stalls", 5},
                        {"merges stall; converges", 19},
                        {"Flink stands still; converges", 3},
                        {"merges stall; Flink stands still; converges", 37},
                        {"ends in nulls", 2},
                        {"merges stall; ends in nulls", 14},
                        {"merges stall; Flink stands still; ends in nulls", 4},
                        {"ends in nulls and wrong values", 18},
                        {"merges stall; ends in nulls and wrong values", 2},
                        {"Flink stands still; ends in nulls and wrong values", 12},
                        {"merges stall; Flink stands still; ends in nulls and wrong values", 4}}));
}

const std::map<std::string, Grade> kEdges{{"C>S", Grade::availability},
                                          {"C>F", Grade::availability},
                                          {"B>S", Grade::availability},
                                          {"S>H", Grade::convergence},
                                          {"F>H", Grade::convergence}};

TEST(OrderingsOfTheFactSheet, NeedTheEdgesOf51AtTheirGrades) {
  const OrderingsResult r = ask_free(experiment("CBSFH"));
  EXPECT_EQ(edges(r), kEdges) << "S -> F is not among them";
  EXPECT_TRUE(r.edges_are_all);
  EXPECT_EQ(r.kept, 5U);
  ASSERT_EQ(r.not_needed.size(), 0U) << "the plan of this experiment gives no edge";
}

TEST(OrderingsOfTheFactSheet, WhatThePlanHasAndNothingNeedsIsNamed) {
  PipelineConfig c = experiment("CBSFH");
  for (StepConfig& s : c.control.steps) s.after.reset();  // each behind the one above it
  const OrderingsResult r = ask_free(c);
  EXPECT_EQ(edges(r), kEdges);
  std::vector<std::string> not_needed;
  for (const auto& [before, after] : r.not_needed) not_needed.push_back(r.steps[before] + ">" + r.steps[after]);
  EXPECT_THAT(not_needed, UnorderedElementsAre("C>B", "S>F"));
  // With its own edges there is one order, and it is good.
  const OrderingsResult given = ask(c, {.variants = false});
  EXPECT_EQ(given.orders.size(), 1U);
  EXPECT_EQ(given.outcome, sim::Outcome::converged);
}

TEST(OrderingsOfTheFactSheet, NeedSparkBeforeFlinkOnceFlinkTriggersTheBackfill) {
  const OrderingsResult r =
      ask(experiment("CBSFH"), {.rules = {.free = true, .directly = sim::Edge{3, 4}}, .variants = false});
  EXPECT_EQ(r.orders.size(), 24U);
  EXPECT_EQ(edges(r), (std::map<std::string, Grade>{
                          {"C>S", Grade::availability}, {"B>S", Grade::availability}, {"S>F", Grade::convergence}}));
  // And `orderings` finds that without being asked: the trigger is part of what it tries.
  const OrderingsResult tried = ask(experiment("CBSFH"), {.rules = {.free = true}});
  const auto trigger = std::find_if(tried.variants.begin(), tried.variants.end(), [](const auto& v) {
    return !v.changes.empty() && v.changes[0] == "H is triggered by F: it comes directly behind it";
  });
  ASSERT_NE(trigger, tried.variants.end());
  EXPECT_EQ(trigger->edges.size(), 3U);
  EXPECT_EQ(tried.steps[trigger->edges[2].before] + tried.steps[trigger->edges[2].after], "SF");
  EXPECT_EQ(trigger->edges[2].needed_for, Grade::convergence);
}

// ---- 5.7: what the real systems did

struct Experiment {
  std::string backfill;
  std::string order;
  std::string ended;
  bool stood_still;
};

const std::vector<Experiment> kMeasured{
#include "tests/models/box_orders.inc"
};

// That pipeline: a guard in every MERGE, the backfill another MERGE, of rows changed since the DDL.
PipelineConfig measured(bool waits) {
  PipelineConfig c = experiment("CBSFH");
  c.merge.guard = Guard::position_greater;
  c.backfill.guard = Guard::position_at_least;
  c.backfill.write = BackfillConfig::Write::merge;
  c.backfill.watermark = BackfillConfig::Watermark::keep;
  c.backfill.missing_column = waits ? BackfillConfig::MissingColumn::wait : BackfillConfig::MissingColumn::fail;
  if (waits) c.backfill.start = BackfillConfig::Start::after_next_merge;
  c.backfill.retry_delay = sim::seconds(1);
  return c;
}

std::set<std::string> measured_clean(const std::string& backfill) {
  std::set<std::string> all;
  for (const Experiment& e : kMeasured) {
    if (e.backfill == backfill && e.ended == "clean" && !e.stood_still) all.insert(e.order);
  }
  return all;
}

TEST(OrderingsMeasuredOnTheRealSystems, AreCleanInTheFiveOrdersOfAOneShotBackfill) {
  const OrderingsResult r = ask_free(measured(false));
  EXPECT_EQ(good(r), (std::set<std::string>{"CBSFH", "CBFSH", "CFBSH", "BCSFH", "BCFSH"}));
  // A backfill that does not wait fails without its column, so B before S keeps nulls out too: it implies B before H.
  std::map<std::string, Grade> expected = kEdges;
  expected["B>S"] = Grade::convergence;
  EXPECT_EQ(edges(r), expected);
  for (const std::string& order : measured_clean("from_source")) EXPECT_THAT(good(r), Contains(order));
}

TEST(OrderingsMeasuredOnTheRealSystems, AreCleanInThreeMoreIfTheBackfillWaits) {
  const std::set<std::string> five = good(ask_free(measured(false)));
  const std::set<std::string> all = good(ask_free(measured(true)));
  EXPECT_EQ(all.size(), 8U);
  EXPECT_TRUE(std::includes(all.begin(), all.end(), five.begin(), five.end()));
  for (const Experiment& e : kMeasured) {
    if (e.backfill == "from_source_waiting") {
      EXPECT_EQ(all.contains(e.order), measured_clean("from_source_waiting").contains(e.order)) << e.order;
    }
  }
}

// ---- why

std::map<std::string, std::string> reasons(const OrderingsResult& r) {
  std::map<std::string, std::string> all;
  for (const auto& e : r.edges) all[r.steps[e.before] + ">" + r.steps[e.after]] = e.because;
  return all;
}

TEST(OrderingsReasons, AreMadeOfWhatHappenedInTheRun) {
  const OrderingsResult r = ask_free(experiment("CBSFH"));
  auto because = reasons(r);
  EXPECT_THAT(because["S>H"], HasSubstr("merges of build 0 consumed 3 tracked rows that carry discount"));
  EXPECT_THAT(because["S>H"], testing::ContainsRegex("H began at d0 04:0.:.., S was over at d0 05:0"));
  EXPECT_THAT(because["F>H"], HasSubstr("from copies out of which Flink's build 0 had left discount"));
  EXPECT_THAT(because["C>F"], HasSubstr("the CDC table lacks discount, and stood still from"));
  EXPECT_THAT(because["C>F"], HasSubstr("until after C was over"));
  EXPECT_THAT(because["B>S"], HasSubstr("Merges of build 1 name discount, which the base table lacks: 1 run failed"));
  EXPECT_THAT(because["C>S"], HasSubstr("Merges of build 1 name discount, which the CDC table lacks"));
  for (const auto& e : r.edges) {
    const sim::OrderCounterexample& c = r.counterexamples[e.counterexample];
    EXPECT_EQ(c.grade, e.needed_for);
    EXPECT_THAT(c.deviations, IsEmpty()) << "the usual run shows it";
  }
}

TEST(OrderingsReasons, ChangeWithTheNames) {
  PipelineConfig c = experiment("CBSFH");
  c.changes[0].name = "loyalty";
  c.control.steps[4].name = "repair";
  EXPECT_THAT(reasons(ask_free(c))["S>repair"], HasSubstr("3 tracked rows that carry loyalty"));
  EXPECT_THAT(reasons(ask_free(c))["S>repair"], HasSubstr("repair began at"));
}

// ---- the tool itself

// A judge from outside: it only reads the order.
OrderingsHooks reading(std::function<Grade(const std::string&)> grade) {
  OrderingsHooks hooks;
  hooks.judge = [grade](const PipelineConfig& config) {
    std::string order;
    for (const StepConfig& s : config.control.steps) order += s.name;
    Judged j;
    j.verdict.grade = grade(order);
    j.verdict.outcome = j.verdict.grade == Grade::good ? sim::Outcome::converged : sim::Outcome::violated;
    j.verdict.schedules = 1;
    j.verdict.strength = "what it is told";
    return j;
  };
  hooks.judge_variants = hooks.judge;
  return hooks;
}

bool before(const std::string& order, char a, char b) { return order.find(a) < order.find(b); }

TEST(Orderings, TakeAnyJudge) {
  const auto hooks = reading([](const std::string& order) {
    return !before(order, 'H', 'C') ? Grade::window : !before(order, 'F', 'B') ? Grade::convergence : Grade::good;
  });
  const auto r = orderings(experiment("CBSFH"), {.rules = {.free = true}, .jobs = 2, .variants = false}, hooks);
  ASSERT_TRUE(r);
  EXPECT_EQ(edges(*r), (std::map<std::string, Grade>{{"H>C", Grade::window}, {"F>B", Grade::convergence}}));
}

TEST(Orderings, KeepTheEdgesTheDelaysAndTheControlPlanesGates) {
  PipelineConfig c = experiment("CBSFH");
  c.control.steps[3].after = {"C", "ci"};
  c.control.steps[4].after = {"F", "S"};
  std::set<std::string> seen;
  OrderingsHooks hooks = reading([](const std::string&) { return Grade::good; });
  hooks.judge = [&, inner = hooks.judge](const PipelineConfig& config) {
    std::string order;
    for (const StepConfig& s : config.control.steps) {
      EXPECT_EQ(s.delay, kSlot);
      const bool first = order.empty();
      EXPECT_EQ(s.after->size(), (first ? 0U : 1U) + (s.name == "F" ? 1U : 0U)) << "ci stays";
      if (!first) {
        EXPECT_EQ(s.after->back(), order.substr(order.size() - 1));
      }
      order += s.name;
    }
    seen.insert(order);
    return inner(config);
  };
  const auto r = orderings(c, {.variants = false}, hooks);
  ASSERT_TRUE(r);
  // C before F, F and S before H: of 120 orders, 5! / (4! / 3) = 15... counted here one by one.
  std::set<std::string> expected;
  std::string letters = "BCFHS";
  do {
    if (before(letters, 'C', 'F') && before(letters, 'F', 'H') && before(letters, 'S', 'H')) expected.insert(letters);
  } while (std::next_permutation(letters.begin(), letters.end()));
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(r->orders_in_all, std::to_string(expected.size()));
  EXPECT_EQ(r->outcome, sim::Outcome::converged);
  EXPECT_EQ(r->given.size(), 3U);
}

TEST(Orderings, OfStepsThatDoTheSameAreCountedOnce) {
  PipelineConfig c = experiment("CBSFHH");
  c.control.steps[5].name = "again";
  const auto r = orderings(c, {.rules = {.free = true}, .variants = false},
                           reading([](const std::string&) { return Grade::good; }));
  ASSERT_TRUE(r);
  EXPECT_EQ(r->orders_in_all, "360") << "720 orders, in pairs that only swap two names";
}

TEST(Orderings, BeyondTheMostAreDrawnAndTheCoverageIsSaid) {
  const auto hooks = reading([](const std::string&) { return Grade::good; });
  const auto r =
      orderings(experiment("CBSFH"), {.rules = {.free = true}, .seed = 3, .most = 30, .variants = false}, hooks);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->orders.size(), 30U);
  EXPECT_EQ(r->coverage, 0.25);
  EXPECT_EQ(r->outcome, sim::Outcome::inconclusive) << "90 orders were not judged";
  std::set<std::vector<std::size_t>> different;
  for (const auto& v : r->orders) different.insert(v.order);
  EXPECT_EQ(different.size(), 30U);
  const auto again = orderings(experiment("CBSFH"),
                               {.rules = {.free = true}, .seed = 3, .most = 30, .jobs = 3, .variants = false}, hooks);
  const auto other =
      orderings(experiment("CBSFH"), {.rules = {.free = true}, .seed = 4, .most = 30, .variants = false}, hooks);
  const auto list = [](const OrderingsResult& x) {
    std::vector<std::vector<std::size_t>> all;
    for (const auto& v : x.orders) all.push_back(v.order);
    return all;
  };
  EXPECT_EQ(list(*again), list(*r));
  EXPECT_NE(list(*other), list(*r));
}

TEST(Orderings, EndedEarlyAreDecidedOnlyByABadOne) {
  for (const bool bad : {false, true}) {
    OrderingsHooks hooks = reading([bad](const std::string&) { return bad ? Grade::availability : Grade::good; });
    hooks.go_on = [](std::string_view, std::uint64_t done, std::uint64_t, std::uint64_t) { return done < 7; };
    const auto r = orderings(experiment("CBSFH"), {.rules = {.free = true}}, hooks);
    ASSERT_TRUE(r);
    EXPECT_EQ(r->orders.size(), 7U);
    EXPECT_EQ(r->ended, OrderingsResult::Ended::interrupted);
    EXPECT_EQ(r->outcome, bad ? sim::Outcome::violated : sim::Outcome::inconclusive);
  }
}

TEST(Orderings, WithoutAnOrderThatObeysTheRulesHaveNoAnswer) {
  PipelineConfig c = experiment("CBSFH");
  c.control.steps[3].after = {"H"};  // the backfill cannot come directly behind what waits for it
  EXPECT_FALSE(
      orderings(c, {.rules = {.directly = sim::Edge{3, 4}}}, reading([](const std::string&) { return Grade::good; })));
}

// ---- what can vary

TEST(OrderJudge, SaysThatAScheduleIsTheOnlyOne) {
  const Judged j = judge_by_runs({.schedules = 5})(in_order(experiment("CBSFH"), {0, 1, 2, 3, 4}));
  EXPECT_EQ(j.verdict.schedules, 1U);
  EXPECT_THAT(j.verdict.strength, HasSubstr("its only schedule"));
}

TEST(OrderJudge, FindsWhatOnlyADrawnScheduleShows) {
  PipelineConfig c = experiment("CBSFH");
  c.control.review = {sim::minutes(1), sim::minutes(2), sim::hours(30)};
  c.horizon = sim::days(2);
  c.sla = sim::hours(12);
  const PipelineConfig config = in_order(c, {0, 1, 2, 3, 4});
  const Judged j = judge_by_runs({.schedules = 20})(config);
  EXPECT_EQ(j.verdict.grade, Grade::window);
  EXPECT_TRUE(j.verdict.facts.late);
  EXPECT_GT(j.verdict.bad_schedules, 0U);
  EXPECT_LT(j.verdict.bad_schedules, j.verdict.schedules);
  const sim::OrderCounterexample e = order_counterexample(config, {}, j.shows, j.verdict.grade).counterexample;
  ASSERT_EQ(e.deviations.size(), 1U);
  EXPECT_EQ(e.deviations[0].choice, "review");
  EXPECT_TRUE(e.minimal);
}

TEST(OrderJudge, ARunThatEndsWhileThePlanGoesOnIsLateAndHasNotFailedToConverge) {
  PipelineConfig c = experiment("CBSFH");
  c.horizon = sim::hours(4);
  c.sla = sim::hours(3);
  const Judged j = judge_by_runs({})(in_order(c, {0, 1, 2, 3, 4}));
  EXPECT_EQ(j.verdict.grade, Grade::window);
  EXPECT_TRUE(j.verdict.facts.unfinished);
  EXPECT_EQ(words(j.verdict.facts), "the plan is still going on at the end of the run");
}

// ---- guards

TEST(OrderingsVariants, SayWhichGuardHelpsWhereNoOrderIsSafe) {
  PipelineConfig c = experiment("CBSFH");
  c.backfill.watermark = BackfillConfig::Watermark::ddl;
  for (StepConfig& s : c.control.steps) s.after.reset();  // the canonical plan
  const OrderingsResult r = ask(c);
  EXPECT_EQ(r.outcome, sim::Outcome::violated);
  EXPECT_FALSE(r.any_meets);
  std::vector<std::string> helps;
  for (const auto& v : r.variants) {
    if (v.helps) helps.push_back(v.changes.at(0));
  }
  EXPECT_THAT(helps,
              UnorderedElementsAre(
                  "merge.guard: position_greater instead of none", "merge.guard: position_and_build instead of none",
                  "backfill.kind: rewind instead of bootstrap", "backfill.watermark: snapshot instead of ddl",
                  "backfill.watermark: cut_over instead of ddl", "backfill.watermark: keep instead of ddl"));
}

TEST(OrderingsVariants, SayWhichGuardOfTheFileIsNeeded) {
  PipelineConfig c = experiment("CBSFH");
  c.backfill.watermark = BackfillConfig::Watermark::ddl;
  c.merge.guard = Guard::position_greater;
  const OrderingsResult r = ask(c, {.rules = {.free = true}});
  const auto removed = std::find_if(r.variants.begin(), r.variants.end(), [](const auto& v) {
    return v.guard_removed && v.changes[0] == "merge.guard: none instead of position_greater";
  });
  ASSERT_NE(removed, r.variants.end());
  EXPECT_EQ(r.variants.front().good, 5U);
  EXPECT_EQ(removed->good, 0U);
}

TEST(OrderingsVariants, TryPairsWhereNoneAloneHelps) {
  PipelineConfig c = experiment("CBSFH");
  reparse(c);
  for (StepConfig& s : c.control.steps) s.after.reset();
  c.merge.guard = c.backfill.guard = Guard::position_greater;
  c.backfill.from = BackfillConfig::From::flink_deploy;
  const OrderingsResult r = ask(c, {.pairs_most = 500});
  const auto changes = [](const sim::OrderingsVariant& v) { return v.changes; };
  std::vector<std::vector<std::string>> helps;
  for (const auto& v : r.variants) {
    if (v.helps) helps.push_back(changes(v));
  }
  EXPECT_THAT(helps, testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace converge::models
