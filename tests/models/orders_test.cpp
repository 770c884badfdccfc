// The oracle from outside: docs/facts/pinterest-three-phase.md section 5 says what each of the 120 orders of {alter CDC
// table, alter base table, deploy Spark, deploy Flink, backfill} does under eight combinations of merge form, guard and
// backfill.
//
// The experiment is that of 5.4: six slots of inserts, updates and re-touched keys, one before the first step and one
// after each, and one merge per slot; faults off, retention without limit. Every claim below is the fact sheet's, none
// was read off the model.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "models/run.hpp"

namespace converge::models {
namespace {

using Form = MergeConfig::Form;
using Guard = MergeConfig::Guard;
using Kind = BackfillConfig::Kind;

constexpr sim::Duration kSlot = sim::hours(1);

// What an order came to.
struct Class {
  bool merges_stalled = false;
  bool flink_down = false;
  bool nulls = false;  // at the end, in rows whose position is right
  bool stale = false;  // another value than the source's, at the end
  bool converges() const { return !nulls && !stale; }
  bool operator==(const Class&) const = default;
};

std::string text(const Class& c) {
  return std::string{c.merges_stalled ? "merges stall, " : ""} + (c.flink_down ? "Flink down, " : "") +
         (c.converges() ? "converges"
          : c.stale     ? (c.nulls ? "nulls and stale values" : "stale values")
                        : "nulls");
}

StepConfig step(char letter) {
  StepConfig s;
  switch (letter) {
    case 'C': s.kind = StepKind::alter_cdc_table; break;
    case 'B': s.kind = StepKind::alter_base_table; break;
    case 'S': s.kind = StepKind::deploy_spark; break;
    case 'F': s.kind = StepKind::deploy_flink; break;
    case 'H': s.kind = StepKind::backfill; break;
    case 'D': s.kind = StepKind::source_ddl; break;
    default: ADD_FAILURE() << letter;
  }
  s.name = std::string{letter};
  s.after = std::vector<std::string>{};
  return s;
}

// One slot: keys touched in it and never again, keys inserted in it, keys touched in every slot up to it, and a key
// touched in each.
void add_slot(std::vector<ScriptedChange>& script, int slot) {
  const std::string n = std::to_string(slot);
  sim::Duration at = kSlot * slot + sim::minutes(10);
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

PipelineConfig experiment(const std::string& order) {
  PipelineConfig c;
  c.horizon = sim::hours(12);
  c.sla = sim::hours(10);
  c.source.tracked_changes_per_hour = 0;
  c.source.hot_keys = 0;
  for (int slot = 0; slot < 6; ++slot) add_slot(c.source.scripted, slot);
  c.changes.push_back({.name = "discount", .at = sim::minutes(5)});
  c.cdc.lag = sim::exactly(sim::seconds(1));
  c.kafka.retention = sim::days(365);
  c.merge.every = kSlot;
  c.merge.offset = sim::minutes(40);
  c.merge.duration = sim::exactly(sim::minutes(1));
  c.merge.deploy = sim::exactly({});
  c.backfill.duration = sim::exactly(sim::minutes(1));
  c.flink.savepoint = sim::exactly(sim::seconds(30));
  c.flink.restore = sim::exactly(sim::seconds(30));
  for (auto* w : {&c.control.generate, &c.control.review, &c.control.ci, &c.control.staging, &c.control.push_delay}) {
    *w = sim::exactly({});
  }
  // Each step has its own slot, whatever became of the one before.
  int slot = 1;
  for (const char letter : order) {
    StepConfig s = step(letter);
    s.delay = kSlot * slot++ - sim::minutes(5);
    c.control.steps.push_back(s);
  }
  return c;
}

Class classify(const PipelineConfig& config) {
  const Pipeline model{config};
  sim::NominalChooser nominal{model.questions()};
  const Run result = run(model, nominal, Recording::off);
  const PipelineState& s = result.world.state;
  Class c;
  c.merges_stalled = s.merge.unresolved > 0;
  c.flink_down = s.flink.refusal_told;
  for (Key key = 0; key < s.base.rows.size(); ++key) {
    const BaseRow& row = s.base.rows[key];
    EXPECT_EQ(row.lsn, s.source.keys[key].last) << "key " << key << " misses a change at the end";
    EXPECT_EQ(row.exists, s.source.keys[key].exists);
    if (!row.exists) continue;
    for (Slot slot = 0; slot < 2; ++slot) {
      const Cell truth = model.source().truth(s.source, row.lsn, slot);
      if (row.cells[slot] == truth) continue;
      (row.cells[slot] == kNull ? c.nulls : c.stale) = true;
    }
  }
  return c;
}

std::vector<std::string> orders(std::string letters) {
  std::sort(letters.begin(), letters.end());
  std::vector<std::string> all;
  do all.push_back(letters);
  while (std::next_permutation(letters.begin(), letters.end()));
  return all;
}

using Counts = std::map<std::string, int>;

Counts count(const std::vector<std::string>& all, const auto& change) {
  Counts counts;
  for (const std::string& order : all) {
    PipelineConfig config = experiment(order);
    change(config);
    const Class c = classify(config);
    std::string row = !c.converges()     ? "nulls or stale"
                      : c.flink_down     ? "flink down"
                      : c.merges_stalled ? "stalls"
                                         : "clean";
    ++counts[row];
  }
  return counts;
}

void bootstrap(PipelineConfig& c) { c.backfill.kind = Kind::bootstrap; }

void reparse(PipelineConfig& c) {
  c.backfill.kind = Kind::reparse;
  c.cdc_table.keeps_raw = true;
}

// ---- 5.4, row by row

TEST(OrdersOfTheFactSheet, NamedWithoutBackfillAlwaysEndInNulls) {
  EXPECT_EQ(count(orders("CBSF"), [](PipelineConfig&) {}), (Counts{{"nulls or stale", 24}}));
  EXPECT_EQ(count(orders("CBSFH"), [](PipelineConfig& c) { c.backfill.kind = Kind::remerge; }),
            (Counts{{"nulls or stale", 120}}));
}

TEST(OrdersOfTheFactSheet, NamedWithReparseFromTheDdl) {
  Counts counts = count(orders("CBSFH"), reparse);
  EXPECT_EQ(counts["clean"], 7);
  EXPECT_EQ(counts["stalls"], 33);
  // The two enumerations of the fact sheet do not agree on the split of the other 80.
  EXPECT_EQ(counts["flink down"] + counts["nulls or stale"], 80);
}

TEST(OrdersOfTheFactSheet, NamedWithReparseFromADeployEndsInNulls) {
  for (const auto from : {BackfillConfig::From::spark_deploy, BackfillConfig::From::flink_deploy}) {
    EXPECT_EQ(count(orders("CBSFH"), [&](PipelineConfig& c) { reparse(c), c.backfill.from = from; }),
              (Counts{{"nulls or stale", 120}}));
  }
}

TEST(OrdersOfTheFactSheet, NamedWithBootstrap) {
  EXPECT_EQ(count(orders("CBSFH"), bootstrap),
            (Counts{{"clean", 5}, {"stalls", 19}, {"flink down", 40}, {"nulls or stale", 56}}));
}

TEST(OrdersOfTheFactSheet, NamedWithBootstrapWhoseWatermarkGoesBackToTheDdl) {
  EXPECT_EQ(count(orders("CBSFH"), [](PipelineConfig& c) { c.backfill.watermark = BackfillConfig::Watermark::ddl; }),
            (Counts{{"flink down", 4}, {"nulls or stale", 116}}));
}

TEST(OrdersOfTheFactSheet, AStrictGuardSavesThatBootstrap) {
  EXPECT_EQ(count(orders("CBSFH"),
                  [](PipelineConfig& c) {
                    c.backfill.watermark = BackfillConfig::Watermark::ddl;
                    c.merge.guard = Guard::position_greater;
                  }),
            (Counts{{"clean", 5}, {"stalls", 19}, {"flink down", 40}, {"nulls or stale", 56}}));
}

TEST(OrdersOfTheFactSheet, AStrictGuardBlocksTheReparse) {
  EXPECT_EQ(count(orders("CBSFH"),
                  [](PipelineConfig& c) {
                    reparse(c);
                    c.merge.guard = c.backfill.guard = Guard::position_greater;
                  }),
            (Counts{{"nulls or stale", 120}}));
}

TEST(OrdersOfTheFactSheet, StrictColumnListsStallWhateverTheOrder) {
  EXPECT_EQ(count(orders("CBSFH"), [](PipelineConfig& c) { c.merge.form = Form::strict; }),
            (Counts{{"stalls", 30}, {"flink down", 50}, {"nulls or stale", 40}}));
}

TEST(OrdersOfTheFactSheet, StarFormWithBootstrap) {
  Counts counts = count(orders("CBSFH"), [](PipelineConfig& c) { c.merge.form = Form::star; });
  // The two enumerations agree on 30 orders that converge without Flink down, and not on how many of them stall (ours:
  // 11).
  EXPECT_EQ(counts["clean"] + counts["stalls"], 30);
}

// ---- 5.2 and 5.3, order by order

bool before(const std::string& order, char a, char b) { return order.find(a) < order.find(b); }

TEST(OrdersOfTheFactSheet, WhatEachOrderOfTheFourStepsCosts) {
  const std::map<std::string, Class> sheet = [] {
    std::map<std::string, Class> rows;
    const auto add = [&](std::initializer_list<const char*> orders, Class c) {
      for (const char* order : orders) rows[order] = c;
    };
    add({"CBSF", "BCSF", "CBFS", "CFBS", "BCFS"}, {});
    add({"CSBF", "CSFB", "CFSB", "BSCF", "SBCF", "SCBF", "SCFB"}, {.merges_stalled = true});
    add({"BFCS", "FBCS", "FCBS"}, {.flink_down = true});
    add({"FCSB"}, {.merges_stalled = true, .flink_down = true});
    add({"BSFC", "SBFC", "SFBC", "SFCB", "BFSC", "FBSC", "FSBC", "FSCB"}, {.merges_stalled = true, .flink_down = true});
    return rows;
  }();
  ASSERT_EQ(sheet.size(), 24U);
  for (const auto& [order, expected] : sheet) {  // the backfill last and at the right instant: all converge
    EXPECT_EQ(classify(experiment(order + "H")), expected) << order << ": " << text(classify(experiment(order + "H")));
  }
}

TEST(OrdersOfTheFactSheet, WhereTheBackfillMayStand) {
  std::map<std::string, std::map<std::string, int>> groups;
  for (const std::string& order : orders("CBSFH")) {
    const Class c = classify(experiment(order));
    const std::string cost = c.merges_stalled ? (c.flink_down ? "both" : "merges") : (c.flink_down ? "flink" : "none");
    ++groups[c.converges() ? "converges" : c.stale ? "nulls and stale" : "nulls"][cost];
    if (c.converges() && cost == "none") {
      EXPECT_TRUE((std::set<std::string>{"CBSFH", "CBFSH", "CFBSH", "BCSFH", "BCFSH"}.contains(order))) << order;
    }
    if (!c.converges() && !c.stale && cost == "none") {
      EXPECT_TRUE(order == "CBSHF" || order == "BCSHF") << order;
    }
    // Without a stall, the necessary edges are C -> F, C -> S, B -> S, S -> H, F -> H, and no other.
    const bool edges = before(order, 'C', 'F') && before(order, 'C', 'S') && before(order, 'B', 'S') &&
                       before(order, 'S', 'H') && before(order, 'F', 'H');
    EXPECT_EQ(edges, c.converges() && cost == "none") << order;
  }
  EXPECT_EQ(groups["converges"], (std::map<std::string, int>{{"none", 5}, {"merges", 19}, {"flink", 3}, {"both", 37}}));
  EXPECT_EQ(groups["nulls"], (std::map<std::string, int>{{"none", 2}, {"merges", 14}, {"both", 4}}));
  EXPECT_EQ(groups["nulls and stale"],
            (std::map<std::string, int>{{"none", 18}, {"merges", 2}, {"flink", 12}, {"both", 4}}));
}

TEST(OrdersOfTheFactSheet, ADdlBehindEveryStepLeavesNoNullEvenWithoutBackfill) {
  PipelineConfig config = experiment("CBSFD");
  config.changes[0].announced = true;
  EXPECT_EQ(classify(config), Class{});
}

// ---- 5.7: what the real systems did, 120 experiments

struct Experiment {
  std::string backfill;  // from the source, one shot or waiting for its column; or from the typed CDC table
  std::string order;
  std::string ended;  // clean, nulls, wrong: the worst of the base table
  bool stood_still;   // a merge or Flink
};

const std::vector<Experiment> kMeasured{
#include "tests/models/box_orders.inc"
};

// That pipeline: a guard in every MERGE, the backfill another MERGE, of rows changed since the DDL. Its hot keys went
// on changing at random; `hot_keys_rest_late` lets one rest after a change between each interval's merge and the next
// step.
PipelineConfig measured(const Experiment& e, bool hot_keys_rest_late) {
  PipelineConfig c = experiment(e.order);
  for (int slot = 0; hot_keys_rest_late && slot < 6; ++slot) {
    c.source.scripted.push_back({.at = kSlot * slot + sim::minutes(50), .key = "hot, last in " + std::to_string(slot)});
  }
  c.merge.guard = Guard::position_greater;
  c.backfill.guard = Guard::position_at_least;
  c.backfill.write = BackfillConfig::Write::merge;
  c.backfill.watermark = BackfillConfig::Watermark::keep;
  c.backfill.missing_column = BackfillConfig::MissingColumn::fail;
  c.backfill.retry_delay = sim::seconds(1);
  if (e.backfill == "from_cdc") c.backfill.kind = Kind::remerge;
  if (e.backfill == "from_source_waiting") {
    c.backfill.missing_column = BackfillConfig::MissingColumn::wait;
    c.backfill.start = BackfillConfig::Start::after_next_merge;
  }
  return c;
}

TEST(OrdersMeasuredOnTheRealSystems, EndAsTheyEnded) {
  ASSERT_EQ(kMeasured.size(), 120U);
  const auto ended = [](const Class& c) { return c.stale ? "wrong" : c.nulls ? "nulls" : "clean"; };
  int races = 0;
  for (const Experiment& e : kMeasured) {
    const Class early = classify(measured(e, false));
    const Class late = classify(measured(e, true));
    EXPECT_EQ(early.merges_stalled || early.flink_down, e.stood_still) << e.backfill << ' ' << e.order;
    // Where the model says that one end is possible, it is the one; where two, it hung on when a hot key last changed.
    EXPECT_TRUE(ended(early) == e.ended || ended(late) == e.ended)
        << e.backfill << ' ' << e.order << ": ended " << e.ended << ", the model says " << ended(early) << " or "
        << ended(late);
    races += ended(early) != std::string_view{ended(late)} ? 1 : 0;
  }
  EXPECT_EQ(
      races,
      4);  // all of them backfills that waited, and then ran between two merges while the old Flink build still wrote
}

}  // namespace
}  // namespace converge::models
