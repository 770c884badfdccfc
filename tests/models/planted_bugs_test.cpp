// A planted bug for every property. Under one schedule the sound pipeline keeps all of them, and the pipeline with the
// bug breaks the one that is named: so no property holds because nothing could break it.
//
// Where the story alone decides what else goes wrong, the test states all that is broken; where it hangs on which key
// the traffic touches next, it states the one that must be.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/buggy_pipeline.hpp"
#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::BenchOf;
using support::Buggy;
using support::deviation;
using support::violated;
using Names = std::vector<std::string>;
using Bug = Buggy::Bug;
using State = PipelineState;

const Names kNone{};

// Runs both, to the horizon, under the same choices.
struct Twins {
  Names sound;
  Names buggy;
};

Twins run_both(const PipelineConfig& config, Bug bug, const std::vector<sim::Deviation>& deviations = {}) {
  support::Bench sound{config, deviations};
  sound.run_to_horizon();
  const Pipeline pipeline{config};
  const Buggy model{pipeline, std::move(bug)};
  BenchOf<Buggy> buggy{model, deviations};
  buggy.run_until(config.horizon);
  return {violated(sound.model(), sound), violated(pipeline, buggy)};
}

// The sound pipeline keeps every property, and the bug breaks exactly these.
void expect_broken(const PipelineConfig& config, const Bug& bug, const Names& exactly,
                   const std::vector<sim::Deviation>& deviations = {}) {
  const Twins twins = run_both(config, bug, deviations);
  EXPECT_EQ(twins.sound, kNone) << "without: " << bug.name;
  EXPECT_EQ(twins.buggy, exactly) << bug.name;
}

// The sound pipeline keeps every property, and the bug breaks at least this one.
void expect_breaks(const PipelineConfig& config, const Bug& bug, const std::string& property,
                   const std::vector<sim::Deviation>& deviations = {}) {
  const Twins twins = run_both(config, bug, deviations);
  EXPECT_EQ(twins.sound, kNone) << "without: " << bug.name;
  EXPECT_TRUE(std::find(twins.buggy.begin(), twins.buggy.end(), property) != twins.buggy.end()) << bug.name;
}

// Faults that strike once the rollout is over: before that, the bootstrap would heal what they did.
constexpr std::uint32_t kLateCheckpoint = 700;  // of those with rows; some 24 an hour
constexpr std::uint32_t kLateChange = 900;      // 30 an hour
constexpr std::uint32_t kLateRun = 110;         // four an hour

// ---- Flink

TEST(PlantedBugs, FlinkForgetsStagedRowsAtARestartAndKeepsTheOffset) {
  const Bug bug{.name = "the offset is not taken back with the rows",
                .before = {},
                .after = [](State& now, const State& was, const Event& e, Context&) {
                  const bool failed =
                      now.flink.phase == Flink::Phase::restarting && was.flink.phase == Flink::Phase::running;
                  if (e.what != What::flink_checkpoint || !failed) return;
                  now.flink.stored = {static_cast<std::uint32_t>(now.topic.records.size()), {}};
                }};
  expect_breaks(support::rollout(), bug, "no-row-lost", {deviation(Q::flink_failure, kLateCheckpoint, 1)});
}

TEST(PlantedBugs, FlinkForgetsToCommitTheFilesOfACheckpointThatWasComplete) {
  const Bug bug{.name = "files in the restored state are dropped",
                .before =
                    [](State& s, Event& e, Context&) {
                      if (e.what == What::flink_recover) s.flink.pending.clear();
                      return true;
                    },
                .after = {}};
  expect_breaks(support::rollout(), bug, "no-row-lost", {deviation(Q::flink_failure, kLateCheckpoint, 2)});
}

TEST(PlantedBugs, TheOldFlinkBuildIsNeverStopped) {  // F5: both append, and the null copy of each change comes last
  const Bug bug{.name = "two instances write",
                .before =
                    [](State& s, Event& e, Context&) {
                      if (e.what != What::flink_commit || e.epoch != s.flink.epoch || s.flink.build.version == 0)
                        return true;
                      const auto rows = s.flink.staged;
                      for (LedgerRow row : rows) {
                        row.build = 0;
                        row.present = bit(0);
                        s.flink.staged.push_back(row);
                      }
                      return true;
                    },
                .after = {}};
  expect_broken(support::rollout(), bug, {"converged", "no-null-left"});
}

TEST(PlantedBugs, TheNewFlinkBuildStillTakesTheColumnForTheNarrowType) {
  PipelineConfig c = support::quiet();
  c.changes.push_back(support::widened_column("amount", sim::hours(12)));
  support::script(c, sim::hours(30), "a").wide = true;  // once the rollout is over
  const Bug bug{.name = "a reader of yesterday under the name of today",
                .before = {},
                .after = [](State& now, const State&, const Event&, Context&) { now.flink.build.wide = 0; }};
  expect_breaks(c, bug, "readable");
}

// ---- the connector

TEST(PlantedBugs, TheConnectorResumesAtTheLatestPositionAfterACrash) {  // F11
  const Bug bug{.name = "the stored position is not read",
                .before =
                    [](State& s, Event& e, Context&) {
                      if (e.what == What::cdc_recover) s.cdc.flushed = static_cast<Lsn>(s.source.log.size());
                      return true;
                    },
                .after = {}};
  expect_breaks(support::rollout(), bug, "no-row-lost",
                {deviation(Q::cdc_crash, kLateChange, 1), deviation(Q::cdc_failover, 0, sim::minutes(20))});
}

// ---- the merge

// The rows of the run that is about to commit.
bool commits(const State& s, const Event& e) {
  return e.what == What::merge_commit && s.merge.running && e.epoch == s.merge.epoch;
}

TEST(PlantedBugs, ARunThatFailsMovesTheWatermarkAllTheSame) {  // F8
  const Bug bug{.name = "the watermark goes where the rows did not",
                .before = {},
                .after = [](State& now, const State& was, const Event& e, Context&) {
                  if (commits(was, e) && now.merge.crashed > was.merge.crashed) now.merge.watermark = was.merge.upto;
                }};
  expect_breaks(support::rollout(), bug, "no-row-lost", {deviation(Q::merge_failure, kLateRun, 1)});
}

TEST(PlantedBugs, TheWatermarkIsStoredWhenTheRunStarts) {
  const Bug bug{.name = "stored before a commit that fails",
                .before = {},
                .after = [](State& now, const State& was, const Event&, Context&) {
                  if (now.merge.run != was.merge.run && now.merge.running) now.merge.watermark = now.merge.upto;
                }};
  expect_breaks(support::rollout(), bug, "no-row-lost", {deviation(Q::merge_failure, kLateRun, 1)});
}

TEST(PlantedBugs, OfTwoChangesOfAKeyInOneBatchTheOlderIsMerged) {
  PipelineConfig c = support::quiet();
  c.changes.push_back(support::added_column("discount", sim::hours(1)));
  support::script(c, sim::hours(30), "a");
  support::script(c, sim::hours(30) + sim::seconds(1), "a");
  // The newer row is out of sight while the run commits: the merge itself can only take the older one.
  const auto newer = [](LedgerRow& row) { return row.lsn == 2; };
  const Bug bug{.name = "the wrong end of the order",
                .before =
                    [newer](State& s, Event& e, Context&) {
                      if (!commits(s, e)) return true;
                      for (LedgerRow& row : s.ledger.rows) row.lsn = newer(row) ? 0 : row.lsn;
                      return true;
                    },
                .after =
                    [](State& now, const State& was, const Event& e, Context&) {
                      if (commits(was, e)) now.ledger.rows = was.ledger.rows;
                    }};
  expect_broken(c, bug, {"converged", "no-row-lost", "fresh"});
}

TEST(PlantedBugs, AnOldRunIsRetriedAfterNewerOnesAndItsRowsWin) {  // S32
  const auto retried = [](const State& s, const Event& e) { return commits(s, e) && s.merge.run == 100; };
  const Bug bug{.name = "an old batch over newer rows",
                .before =
                    [retried](State& s, Event& e, Context&) {
                      if (!retried(s, e)) return true;
                      s.merge.from.row = 0;
                      s.merge.upto.row /= 2;
                      return true;
                    },
                .after =
                    [retried](State& now, const State& was, const Event& e, Context&) {
                      if (retried(was, e)) now.merge.watermark = was.merge.watermark;  // and its own batch comes next
                    }};
  expect_breaks(support::rollout(), bug, "no-older-row");
}

TEST(PlantedBugs, TheMergeTakesDeletesForUpdates) {
  const Bug bug{.name = "no row ever goes",
                .before =
                    [](State& s, Event& e, Context&) {
                      if (!commits(s, e)) return true;
                      for (std::uint32_t i = s.merge.from.row; i < s.merge.upto.row; ++i) {
                        if (s.ledger.rows[i].op == Op::remove) s.ledger.rows[i].op = Op::update;
                      }
                      return true;
                    },
                .after = {}};
  expect_broken(support::rollout(), bug, {"converged"});
}

TEST(PlantedBugs, TheSchedulerForgetsTheMergeAfterARunThatFailed) {
  const Bug bug{
      .name = "no tick follows",
      .before = [](State& s, Event& e, Context&) { return e.what != What::merge_tick || s.merge.crashed == 0; },
      .after = {}};
  expect_broken(support::rollout(), bug, {"converged", "fresh"}, {deviation(Q::merge_failure, kLateRun, 1)});
}

// ---- the backfill

bool backfilled(const State& now, const State& was) { return now.backfill.done > was.backfill.done; }

TEST(PlantedBugs, TheBootstrapLeavesOutTheFirstRowsOfItsSnapshot) {
  PipelineConfig c = support::rollout();
  c.backfill.write = BackfillConfig::Write::merge;
  // It takes the DDL for two hours younger than it is.
  const Bug bug{.name = "starts reading behind the first rows",
                .before =
                    [](State& s, Event& e, Context&) {
                      if (e.what == What::backfill_commit) s.source.ddl_position[0] += 60;
                      return true;
                    },
                .after =
                    [](State& now, const State& was, const Event& e, Context&) {
                      if (e.what == What::backfill_commit) now.source.ddl_position = was.source.ddl_position;
                    }};
  expect_broken(c, bug, {"converged", "no-null-left"});
}

TEST(PlantedBugs, TheReparseSkipsItsFirstSnapshot) {
  PipelineConfig c = support::rollout();
  c.backfill.kind = BackfillConfig::Kind::reparse;
  c.cdc_table.keeps_raw = true;
  // The rows of the hour after the DDL are out of sight while it commits.
  const Bug bug{.name = "exclusive where it should be inclusive",
                .before =
                    [](State& s, Event& e, Context&) {
                      if (e.what != What::backfill_commit) return true;
                      for (LedgerRow& row : s.ledger.rows) {
                        const bool first =
                            row.lsn > s.source.ddl_position[0] && row.lsn <= s.source.ddl_position[0] + 30;
                        if (first) row.lsn = 0;
                      }
                      return true;
                    },
                .after =
                    [](State& now, const State& was, const Event& e, Context&) {
                      if (e.what == What::backfill_commit) now.ledger.rows = was.ledger.rows;
                    }};
  expect_broken(c, bug, {"converged", "no-null-left"});
}

TEST(PlantedBugs, TheBackfillRollsTheWatermarkTooFarForward) {  // w > tau
  const Bug bug{.name = "to the end of the table instead of the snapshot's position",
                .before = {},
                .after = [](State& now, const State& was, const Event&, Context&) {
                  if (!backfilled(now, was)) return;
                  now.merge.watermark = {iceberg::head(now.ledger.table),
                                         static_cast<std::uint32_t>(now.ledger.rows.size()), 0};
                }};
  expect_breaks(support::rollout(), bug, "no-row-lost");
}

TEST(PlantedBugs, TheMergesStayPausedAfterTheBackfill) {
  const Bug bug{
      .name = "nobody resumes them", .before = {}, .after = [](State& now, const State& was, const Event&, Context&) {
        if (was.merge.paused) now.merge.paused = true;
      }};
  expect_broken(support::rollout(), bug, {"converged", "fresh"});
}

// ---- the control plane

TEST(PlantedBugs, TheDdlMessageIsSwallowedAndNoPullLooks) {
  const Bug bug{.name = "nobody hears of the change",
                .before = [](State&, Event& e, Context&) { return e.what != What::control_detected; },
                .after = {}};
  expect_broken(support::rollout(), bug, {"converged", "no-null-left"});
}

TEST(PlantedBugs, AWideningThatNobodyHearsOfIsMissedBySchemaAndCodeAlone) {
  PipelineConfig c = support::rollout();
  c.changes[0] = support::widened_column("amount", sim::hours(12));
  c.changes[0].wide_ppm = 0;
  c.sla_schema = sim::hours(1);
  const Bug bug{.name = "nobody hears of the change",
                .before = [](State&, Event& e, Context&) { return e.what != What::control_detected; },
                .after = {}};
  expect_broken(c, bug, {"converged", "schema-converged"});
}

TEST(PlantedBugs, AnAlterThatLostItsRaceIsForgotten) {
  // Detected at 12:00:59.9, so the checkpoint of 12:01 beats the ALTER of the CDC table.
  const Bug bug{.name = "lost, and taken for done",
                .before =
                    [](State& s, Event& e, Context&) {
                      return e.what != What::control_step_go || s.control.rollouts[0].steps[e.number].attempt == 0;
                    },
                .after = {}};
  expect_broken(support::rollout(), bug, {"converged", "no-null-left"},
                {deviation(Q::ddl_message_delay, 0, sim::milliseconds(59'900))});
}

TEST(PlantedBugs, AnAlterGivesTheIdOfAColumnThatReadersUseToAnother) {
  PipelineConfig c = support::rollout();
  c.horizon = sim::days(3);
  c.changes.push_back(support::added_column("coupon", sim::hours(30)));  // readers have adopted the first by then
  const Bug bug{.name = "the new column takes the place of the old one",
                .before = {},
                .after = [](State& now, const State& was, const Event&, Context&) {
                  iceberg::Table& table = now.base.table;
                  if (table.schemas.size() != 3 || was.base.table.schemas.size() != 2) return;
                  auto& columns = table.schemas.back().columns;
                  columns.back().id = columns[1].id;
                  columns.erase(columns.begin() + 1);
                }};
  expect_breaks(c, bug, "readable");
}

TEST(PlantedBugs, NobodyHearsOfTheCutOver) {
  const Bug bug{.name = "the plan waits for ever, and the backfill with it",
                .before = [](State&, Event& e, Context&) { return e.what != What::control_cut_over; },
                .after = {}};
  expect_broken(support::rollout(), bug, {"converged", "no-null-left"});
}

// ---- maintenance

PipelineConfig maintained() {
  PipelineConfig c = support::rollout();
  c.horizon = sim::days(3);
  c.maintenance.compaction = true;
  c.maintenance.duration = sim::exactly(sim::minutes(2));
  return c;
}

TEST(PlantedBugs, ACompactionDropsRows) {
  const Bug bug{.name = "rewrites all but every fourth row",
                .before = {},
                .after = [](State& now, const State& was, const Event& e, Context&) {
                  const bool compacted = e.what == What::maintenance_run && e.number == 1 &&
                                         now.maintenance.conflicts == was.maintenance.conflicts;
                  if (!compacted) return;
                  for (std::size_t i = 0; i < now.base.rows.size(); i += 4) now.base.rows[i] = {};
                }};
  expect_broken(maintained(), bug, {"no-row-lost"});
}

TEST(PlantedBugs, ExpiryTakesTheSnapshotThatTheMergeStartsFrom) {
  const Bug bug{.name = "no lease on the watermark's snapshot",
                .before = {},
                .after = [](State& now, const State&, const Event& e, Context& out) {
                  if (e.what == What::maintenance_run) iceberg::expire(now.ledger.table, out.now());
                }};
  PipelineConfig c = support::rollout();
  c.changes[0].at = sim::hours(1);  // over by the daily run, which is quiet while a rollout is open
  c.horizon = sim::days(3);
  c.maintenance.every =
      sim::hours(24) - sim::minutes(1);  // just before a merge, with a quarter of an hour of commits to take
  expect_broken(c, bug, {"converged", "fresh"});
}

}  // namespace
}  // namespace converge::models
