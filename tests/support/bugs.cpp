#include "tests/support/bugs.hpp"

#include <algorithm>

#include "sim/cron.hpp"
#include "tests/support/experiment.hpp"

namespace converge::support {

namespace {

using models::Context;
using models::Event;
using models::LedgerRow;
using models::Lsn;
using models::PipelineConfig;
using models::Q;
using models::What;
using Bug = Buggy::Bug;
using State = models::PipelineState;
using Corpus = std::vector<PlantedBug>;

// ---- the pipelines in which they are looked for

// The canonical rollout as it goes in a rough week: every duration has a range around the usual one of rollout(), and
// every fault a probability. Window and objective leave room for what is rough and sound.
PipelineConfig rough() {
  PipelineConfig c = rollout();
  c.sla = sim::hours(30);
  c.readers.freshness = sim::hours(6);
  c.cdc.lag = {sim::milliseconds(100), sim::seconds(1), sim::seconds(10)};
  c.cdc.crash_ppm = 50;
  c.cdc.failover = {sim::seconds(10), sim::minutes(5), sim::hours(1)};
  c.kafka.leader_loss_ppm = 50;
  c.kafka.election = {sim::seconds(3), sim::seconds(10), sim::seconds(30)};
  c.flink.checkpoint = {sim::milliseconds(500), sim::seconds(5), sim::seconds(30)};
  c.flink.commit = {sim::milliseconds(200), sim::milliseconds(600), sim::seconds(5)};
  c.flink.savepoint = {sim::seconds(10), sim::minutes(1), sim::minutes(5)};
  c.flink.restore = {sim::seconds(50), sim::minutes(4), sim::minutes(15)};
  c.flink.restore_tail = {sim::minutes(20), sim::minutes(41), sim::hours(2)};
  c.flink.restore_tail_ppm = 5'000;
  c.flink.restart = {sim::seconds(10), sim::minutes(1), sim::minutes(5)};
  c.flink.failure_ppm = 100;
  c.merge.duration = {sim::minutes(1), sim::minutes(6), sim::minutes(34)};
  c.merge.deploy = {sim::minutes(1), sim::minutes(10), sim::minutes(30)};
  c.merge.failure_ppm = 1'000;
  c.backfill.duration = {sim::minutes(17), sim::minutes(30), sim::hours(1)};
  c.backfill.failure_ppm = 20'000;
  c.control.push_delay = {sim::seconds(5), sim::minutes(2), sim::minutes(10)};
  c.control.push_loss_ppm = 10'000;
  c.control.generate = {sim::seconds(10), sim::minutes(2), sim::minutes(15)};
  c.control.review = {sim::minutes(10), sim::hours(4), sim::hours(6)};
  c.control.ci = {sim::minutes(10), sim::minutes(30), sim::hours(1)};
  c.control.staging = {sim::minutes(10), sim::minutes(30), sim::hours(1)};
  c.control.alter = {sim::milliseconds(200), sim::milliseconds(600), sim::seconds(5)};
  return c;
}

// The same without random traffic and without a change: the bug scripts its own.
PipelineConfig rough_and_still() {
  PipelineConfig c = rough();
  c.source.hot_keys = 0;
  c.source.tracked_changes_per_hour = 0;
  c.changes.clear();
  return c;
}

// Another column after the first, and a day more to watch it.
PipelineConfig rough_twice(sim::Duration second) {
  PipelineConfig c = rough();
  c.horizon = sim::days(3);
  c.changes.push_back(added_column("coupon", second));
  return c;
}

PipelineConfig rough_and_compacted(sim::Duration every) {
  PipelineConfig c = rough();
  c.horizon = sim::days(3);
  c.maintenance.every = every;
  c.maintenance.compaction = true;
  c.maintenance.duration = sim::exactly(sim::minutes(2));
  return c;
}

// Faults that strike once the rollout is over: before that, the bootstrap would heal what they did.
constexpr std::uint32_t kLateCheckpoint = 700;  // of those with rows; some 24 an hour
constexpr std::uint32_t kLateChange = 900;      // 30 an hour
constexpr std::uint32_t kLateRun = 110;         // four an hour

// ---- what several of them look at

bool submits(const State& s, const Event& e) {
  return e.what == What::flink_submit && e.epoch == s.flink.epoch && s.flink.phase == models::Flink::Phase::starting;
}

bool commits(const State& s, const Event& e) {
  return e.what == What::merge_commit && s.merge.running && e.epoch == s.merge.epoch;
}

// Forgets what it has not read.
void to_latest(State& s) { s.flink.stored = {static_cast<std::uint32_t>(s.topic.records.size()), {}}; }

// ---- the source

void in_the_source(Corpus& all) {
  // The rows are those of 30 changes before; the watermark follows the label.
  all.push_back({.name = "source-snapshot-under-a-newer-position",
                 .component = "source",
                 .is = "The snapshot for the bootstrap is an hour old, and says that it is of now.",
                 .config = rough(),
                 .bug = {.on = on(What::backfill_commit),
                         .before =
                             [](State& s, Event&, Context&) {
                               s.backfill.snapshot -= 30;
                               return true;
                             },
                         .after =
                             [](State& now, const State& was, const Event&, Context&) {
                               now.backfill.snapshot = was.backfill.snapshot;
                               if (now.backfill.done == was.backfill.done) return;
                               const auto& rows = now.ledger.rows;
                               const auto first = std::find_if(rows.begin(), rows.end(), [&](const LedgerRow& r) {
                                 return r.lsn > was.backfill.snapshot;
                               });
                               now.merge.watermark.floor = was.backfill.snapshot;
                               now.merge.watermark.row = static_cast<std::uint32_t>(first - rows.begin());
                             }},
                 .property = "no-row-lost"});
}

// ---- the connector

void in_the_connector(Corpus& all) {
  all.push_back({.name = "cdc-resumes-at-latest",
                 .component = "cdc",
                 .is = "After a crash the connector resumes at the end of the log, not at its stored position.",
                 .config = rough(),
                 .bug = {.on = on(What::cdc_recover),
                         .before =
                             [](State& s, Event&, Context&) {
                               s.cdc.flushed = static_cast<Lsn>(s.source.log.size());
                               return true;
                             }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::cdc_crash, kLateChange, 1)}});

  PipelineConfig crowded = rough();
  crowded.source.tracked_changes_per_hour = 60;
  crowded.cdc.crash_ppm = 200;
  crowded.kafka.leader_loss_ppm = 200;
  crowded.kafka.election.most = sim::seconds(50);
  all.push_back({.name = "cdc-stores-what-still-waits",
                 .component = "cdc",
                 .is = "The connector stores the position of changes that wait for a leader, and crashes before it "
                       "hands them over.",
                 .config = crowded,
                 .bug = {.on = on(What::cdc_pump),
                         .then =
                             [](State& now, const Event& e, Context&) {
                               const bool waits =
                                   now.cdc.phase == models::Cdc::Phase::running && now.cdc.position < e.epoch;
                               if (waits) now.cdc.flushed = std::max(now.cdc.flushed, e.epoch);
                             }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::kafka_leader, 1'001, 1), deviation(Q::kafka_election, 0, sim::seconds(49)),
                           deviation(Q::cdc_crash, 1'001, 1)},
                 .seed = 11});
}

// ---- Kafka

void in_kafka(Corpus& all) {
  all.push_back(
      {.name = "kafka-delivery-times-out",
       .component = "kafka",
       .is = "The producer gives up on the record at hand when an election takes longer than 25 s.",
       .config = rough(),
       .bug = {.on = on(What::cdc_pump),
               .then =
                   [](State& now, const Event&, Context& out) {
                     const bool waits = now.cdc.led == now.cdc.position + 1;
                     if (waits && now.topic.elected - out.now() > sim::seconds(25)) ++now.cdc.position;
                   }},
       .property = "no-row-lost",
       .exactly = {},
       .shows = {deviation(Q::kafka_leader, kLateChange, 1), deviation(Q::kafka_election, 0, sim::seconds(29))}});
}

// ---- Flink

void in_flink(Corpus& all) {
  all.push_back({.name = "flink-keeps-the-offset-of-lost-rows",
                 .component = "flink",
                 .is = "A failure drops the staged rows, and their offset is not taken back with them.",
                 .config = rough(),
                 .bug = {.on = on(What::flink_checkpoint),
                         .then =
                             [](State& now, const Event&, Context& out) {
                               const bool failed = now.flink.phase == models::Flink::Phase::restarting &&
                                                   now.flink.stopped == out.now();
                               if (failed) to_latest(now);
                             }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::flink_failure, kLateCheckpoint, 1)}});

  all.push_back({.name = "flink-drops-restored-files",
                 .component = "flink",
                 .is = "The files of a checkpoint that was complete are not committed after a restart.",
                 .config = rough(),
                 .bug = {.on = on(What::flink_recover),
                         .before =
                             [](State& s, Event&, Context&) {
                               s.flink.pending.clear();
                               return true;
                             }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::flink_failure, kLateCheckpoint, 2)}});

  // F5: both append, and the null copy of each change comes last.
  all.push_back({.name = "flink-old-build-goes-on",
                 .component = "flink",
                 .is = "The old build is never stopped, so two instances write every change.",
                 .config = rough(),
                 .bug = {.on = on(What::flink_commit),
                         .before =
                             [](State& s, Event& e, Context&) {
                               if (e.epoch != s.flink.epoch || s.flink.build.version == 0) return true;
                               const auto rows = s.flink.staged;
                               for (LedgerRow row : rows) {
                                 row.build = 0;
                                 row.present = models::bit(0);
                                 s.flink.staged.push_back(row);
                               }
                               return true;
                             }},
                 .property = "no-null-left",
                 .exactly = {"converged", "no-null-left"}});

  PipelineConfig widened = rough_and_still();
  widened.changes.push_back(widened_column("amount", sim::hours(12)));
  script(widened, sim::hours(40), "a").wide = true;  // once the rollout is over
  all.push_back({.name = "flink-reads-the-narrow-type",
                 .component = "flink",
                 .is = "The new build still takes the widened column for the narrow type.",
                 .config = widened,
                 .bug = {.on = on(What::flink_submit),
                         .after = [](State& now, const State&, const Event&, Context&) { now.flink.build.wide = 0; }},
                 .property = "readable"});

  all.push_back(
      {.name = "flink-savepoint-times-out",
       .component = "flink",
       .is = "A savepoint of more than 4 min 30 s is given up, and the new build starts at the latest offset.",
       .config = rough(),
       .bug = {.on = on(What::flink_commit),
               .then =
                   [](State& now, const Event&, Context& out) {
                     const bool saved = now.flink.phase == models::Flink::Phase::starting;
                     if (saved && out.now() - now.flink.stopped > sim::minutes(4) + sim::seconds(30)) to_latest(now);
                   }},
       .property = "no-row-lost",
       .shows = {deviation(Q::flink_savepoint, 0, sim::minutes(5))}});

  all.push_back({.name = "flink-slow-restore-loses-its-place",
                 .component = "flink",
                 .is = "A restore that ends more than an hour after the stop finds its offsets gone and starts at the "
                       "latest.",
                 .config = rough(),
                 .bug = {.on = on(What::flink_submit),
                         .before =
                             [](State& s, Event& e, Context& out) {
                               if (submits(s, e) && out.now() - s.flink.stopped > sim::hours(1)) to_latest(s);
                               return true;
                             }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::flink_tail, 0, 1), deviation(Q::flink_tail_takes, 0, sim::minutes(90))}});

  PipelineConfig leaderless = rough();
  leaderless.source.tracked_changes_per_hour = 60;
  leaderless.kafka.partitions = 2;
  leaderless.kafka.leader_loss_ppm = 200;
  leaderless.kafka.election.most = sim::minutes(5);
  leaderless.flink.failure_ppm = 500;
  all.push_back({.name = "flink-forgets-the-partition-that-waits",
                 .component = "flink",
                 .is = "A checkpoint leaves out the records of a partition without leader, and a failure follows.",
                 .config = leaderless,
                 .bug = {.on = on(What::flink_checkpoint, What::flink_commit),
                         .then = [](State& now, const Event&, Context&) { now.flink.stored.held.clear(); }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::kafka_leader, 2'042, 1), deviation(Q::kafka_election, 0, sim::minutes(3)),
                           deviation(Q::flink_failure, 1'618, 1)},
                 .seed = 12});
}

// ---- the tables

void in_the_tables(Corpus& all) {
  all.push_back({.name = "iceberg-id-used-again",
                 .component = "iceberg",
                 .is = "An ALTER gives the field id of a column that readers use to another column.",
                 .config = rough_twice(sim::hours(42)),  // readers have adopted the first by then
                 .bug = {.on = on(What::control_alter),
                         .after =
                             [](State& now, const State& was, const Event&, Context&) {
                               models::iceberg::Table& table = now.base.table;
                               if (table.schemas.size() != 3 || was.base.table.schemas.size() != 2) return;
                               auto& columns = table.schemas.back().columns;
                               columns.back().id = columns[1].id;
                               columns.erase(columns.begin() + 1);
                             }},
                 .property = "readable"});

  all.push_back({.name = "iceberg-retried-alter-drops-a-column",
                 .component = "iceberg",
                 .is = "An ALTER of the base table that lost its race is tried again from the schema before the last.",
                 .config = rough_twice(sim::hours(42)),
                 .bug = {.on = on(What::control_alter),
                         .after =
                             [](State& now, const State& was, const Event& e, Context&) {
                               models::iceberg::Table& table = now.base.table;
                               if (table.schemas.size() != 3 || was.base.table.schemas.size() != 2) return;
                               if (was.control.rollouts[e.change].steps[e.number].attempt < 2) return;
                               auto& columns = table.schemas.back().columns;
                               columns.erase(columns.begin() + 1);
                             }},
                 .property = "readable",
                 .shows = {deviation(Q::ddl_message_delay, 1, sim::seconds(359))}});

  all.push_back({.name = "expiry-without-lease",
                 .component = "maintenance",
                 .is = "Expiry takes the snapshot that the merge starts from.",
                 .config = rough(),
                 .bug = {.on = on(What::maintenance_run),
                         .after = [](State& now, const State&, const Event&,
                                     Context& out) { models::iceberg::expire(now.ledger.table, out.now()); }},
                 .property = "fresh",
                 .exactly = {"converged", "fresh"}});
  PipelineConfig& c = all.back().config;
  c.sla = sim::hours(36);           // time for the pull, a day later
  c.changes[0].at = sim::hours(1);  // over by the daily run, which is quiet while a rollout is open
  c.horizon = sim::days(3);
  c.maintenance.every = sim::hours(24) - sim::minutes(1);  // just before a merge, with a quarter of an hour to take

  all.push_back({.name = "compaction-drops-rows",
                 .component = "maintenance",
                 .is = "A compaction writes all but every fourth row.",
                 .config = rough_and_compacted(sim::hours(24)),
                 .bug = {.on = on(What::maintenance_run),
                         .after =
                             [](State& now, const State& was, const Event& e, Context&) {
                               const bool compacted =
                                   e.number == 1 && now.maintenance.conflicts == was.maintenance.conflicts;
                               if (!compacted) return;
                               for (std::size_t i = 0; i < now.base.rows.size(); i += 4) now.base.rows.edit(i) = {};
                             }},
                 .property = "no-row-lost",
                 .exactly = {"no-row-lost"}});
}

// ---- the merge

void in_the_merge(Corpus& all) {
  all.push_back({.name = "merge-failed-run-moves-the-watermark",  // F8
                 .component = "spark merge",
                 .is = "A run that fails moves the watermark all the same.",
                 .config = rough(),
                 .bug = {.on = on(What::merge_commit),
                         .then =
                             [](State& now, const Event&, Context&) {
                               if (!now.merge.running && now.merge.failure == 1) now.merge.watermark = now.merge.upto;
                             }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::merge_failure, kLateRun, 1)}});

  PipelineConfig compacted_beside = rough_and_compacted(sim::hours(24) - sim::minutes(5));  // and twice
  compacted_beside.horizon = sim::hours(60);
  all.push_back({.name = "merge-lost-commit-moves-the-watermark",
                 .component = "spark merge",
                 .is = "A run whose commit is refused because files were rewritten meanwhile moves the watermark.",
                 .config = compacted_beside,
                 .bug = {.on = on(What::merge_commit),
                         .then =
                             [](State& now, const Event&, Context&) {
                               if (!now.merge.running && now.merge.failure == 0) now.merge.watermark = now.merge.upto;
                             }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::merge_duration, 92, sim::minutes(14))}});

  all.push_back({.name = "merge-stores-the-watermark-first",
                 .component = "spark merge",
                 .is = "The watermark is stored when a run starts, before a commit that may fail.",
                 .config = rough(),
                 .bug = {.on = on(What::merge_tick, What::merge_commit),
                         .then =
                             [](State& now, const Event&, Context&) {
                               if (now.merge.running) now.merge.watermark = now.merge.upto;
                             }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::merge_failure, kLateRun, 1)}});

  // The newer row is out of sight while the run commits: the merge itself can only take the older one.
  PipelineConfig twice = rough_and_still();
  twice.sla = sim::hours(36);
  twice.changes.push_back(added_column("discount", sim::hours(1)));
  script(twice, sim::hours(30), "a");
  script(twice, sim::hours(30) + sim::seconds(1), "a");
  all.push_back({.name = "merge-takes-the-older-of-two",
                 .component = "spark merge",
                 .is = "Of two changes of a key in one batch the older is merged.",
                 .config = twice,
                 .bug = {.on = on(What::merge_commit),
                         .before =
                             [](State& s, Event& e, Context&) {
                               if (!commits(s, e)) return true;
                               for (std::size_t i = 0; i < s.ledger.rows.size(); ++i) {
                                 if (s.ledger.rows[i].lsn == 2) s.ledger.rows.edit(i).lsn = 0;
                               }
                               return true;
                             },
                         .after =
                             [](State& now, const State& was, const Event& e, Context&) {
                               if (commits(was, e)) now.ledger.rows = was.ledger.rows;
                             }},
                 .property = "no-row-lost",
                 .exactly = {"converged", "no-row-lost", "fresh"}});

  const auto retried = [](const State& s, const Event& e) { return commits(s, e) && s.merge.run == 100; };
  all.push_back({.name = "merge-old-run-comes-late",  // S32
                 .component = "spark merge",
                 .is = "An old run is tried again after newer ones, and its rows win.",
                 .config = rough(),
                 .bug = {.on = on(What::merge_commit),
                         .before =
                             [retried](State& s, Event& e, Context&) {
                               if (!retried(s, e)) return true;
                               s.merge.from.row = 0;
                               s.merge.upto.row /= 2;
                               return true;
                             },
                         .after =
                             [retried](State& now, const State& was, const Event& e, Context&) {
                               // And its own batch comes next.
                               if (retried(was, e)) now.merge.watermark = was.merge.watermark;
                             }},
                 .property = "no-older-row"});

  all.push_back({.name = "merge-never-deletes",
                 .component = "spark merge",
                 .is = "The merge takes deletes for updates, so no row ever goes.",
                 .config = rough(),
                 .bug = {.on = on(What::merge_commit),
                         .before =
                             [](State& s, Event& e, Context&) {
                               if (!commits(s, e)) return true;
                               for (std::uint32_t i = s.merge.from.row; i < s.merge.upto.row; ++i) {
                                 LedgerRow& row = s.ledger.rows.edit(i);
                                 if (row.op == models::Op::remove) row.op = models::Op::update;
                               }
                               return true;
                             }},
                 .property = "converged",
                 .exactly = {"converged"}});

  all.push_back(
      {.name = "merge-forgotten-after-a-failure",
       .component = "spark merge",
       .is = "The scheduler forgets the merge after a run that failed.",
       .config = rough(),
       .bug = {.on = on(What::merge_tick), .before = [](State& s, Event&, Context&) { return s.merge.crashed == 0; }},
       .property = "converged",
       .exactly = {"converged", "fresh"},
       .shows = {deviation(Q::merge_failure, kLateRun, 1)}});

  // `queued` stands for "one tick has passed during this run": nobody else uses it where ticks are skipped.
  all.push_back({.name = "merge-lease-runs-out",
                 .component = "spark merge",
                 .is = "A run of more than half an hour is taken for dead: the next one starts behind its batch.",
                 .config = rough(),
                 .bug = {.on = on(What::merge_tick, What::merge_commit),
                         .before =
                             [](State& s, Event& e, Context&) {
                               if (e.what == What::merge_commit) {
                                 if (commits(s, e)) s.merge.queued = false;
                                 return true;
                               }
                               if (!s.merge.running || s.merge.paused) return true;
                               if (s.merge.queued) {
                                 s.merge.running = false;
                                 ++s.merge.epoch;
                                 s.merge.watermark = s.merge.upto;
                               }
                               s.merge.queued = !s.merge.queued;
                               return true;
                             }},
                 .property = "no-row-lost",
                 .shows = {deviation(Q::merge_duration, kLateRun, sim::minutes(33))}});
}

// ---- the backfill

void in_the_backfill(Corpus& all) {
  PipelineConfig merged = rough();
  merged.backfill.write = models::BackfillConfig::Write::merge;
  merged.source.deletes_ppm =
      0;  // a MERGE of a snapshot says nothing of rows deleted since, and its watermark passes them
  // It takes the DDL for two hours younger than it is.
  all.push_back({.name = "bootstrap-starts-too-late",
                 .component = "backfill",
                 .is = "The bootstrap leaves out the first rows of its snapshot.",
                 .config = merged,
                 .bug = {.on = on(What::backfill_commit),
                         .before =
                             [](State& s, Event&, Context&) {
                               s.source.ddl_position[0] += 60;
                               return true;
                             },
                         .after = [](State& now, const State& was, const Event&,
                                     Context&) { now.source.ddl_position = was.source.ddl_position; }},
                 .property = "no-null-left",
                 .exactly = {"converged", "no-null-left"}});

  PipelineConfig parsed = rough();
  parsed.backfill.kind = models::BackfillConfig::Kind::reparse;
  parsed.cdc_table.keeps_raw = true;
  // The rows of the hour after the DDL are out of sight while it commits.
  all.push_back({.name = "reparse-skips-its-first-snapshot",
                 .component = "backfill",
                 .is = "The reparse begins behind its first snapshot: exclusive where it should be inclusive.",
                 .config = parsed,
                 .bug = {.on = on(What::backfill_commit),
                         .before =
                             [](State& s, Event&, Context&) {
                               const Lsn ddl = s.source.ddl_position[0];
                               for (std::size_t i = 0; i < s.ledger.rows.size(); ++i) {
                                 const Lsn lsn = s.ledger.rows[i].lsn;
                                 if (lsn > ddl && lsn <= ddl + 30) s.ledger.rows.edit(i).lsn = 0;
                               }
                               return true;
                             },
                         .after = [](State& now, const State& was, const Event&,
                                     Context&) { now.ledger.rows = was.ledger.rows; }},
                 .property = "no-null-left",
                 .exactly = {"converged", "no-null-left"}});

  all.push_back({.name = "backfill-rolls-too-far-forward",  // w > tau
                 .component = "backfill",
                 .is = "The watermark goes to the end of the CDC table instead of the snapshot's position.",
                 .config = rough(),
                 .bug = {.on = on(What::backfill_commit),
                         .after =
                             [](State& now, const State& was, const Event&, Context&) {
                               if (now.backfill.done == was.backfill.done) return;
                               now.merge.watermark = {models::iceberg::head(now.ledger.table),
                                                      static_cast<std::uint32_t>(now.ledger.rows.size()), 0};
                             }},
                 .property = "no-row-lost"});

  all.push_back({.name = "backfill-leaves-the-merges-paused",
                 .component = "backfill",
                 .is = "Nobody resumes the merges after the backfill.",
                 .config = rough(),
                 .bug = {.on = on(What::backfill_start, What::backfill_commit),
                         .after =
                             [](State& now, const State& was, const Event&, Context&) {
                               if (was.merge.paused) now.merge.paused = true;
                             }},
                 .property = "fresh",
                 .exactly = {"converged", "fresh"}});

  all.push_back({.name = "backfill-retry-does-not-pause",
                 .component = "backfill",
                 .is = "A backfill that is tried again lets the merges run beside it, and overrides what they wrote.",
                 .config = rough(),
                 .bug = {.on = on(What::backfill_start),
                         .after =
                             [](State& now, const State&, const Event&, Context&) {
                               const bool again =
                                   now.backfill.phase == models::Backfill::Phase::running && now.backfill.attempt > 1;
                               if (again) now.merge.paused = false;
                             }},
                 .property = "no-older-row",
                 .shows = {deviation(Q::backfill_failure, 0, 1)}});
}

// ---- the control plane

void in_the_control_plane(Corpus& all) {
  all.push_back({.name = "control-hears-of-nothing",
                 .component = "control",
                 .is = "The DDL message is swallowed, and the pull does not look.",
                 .config = rough(),
                 .bug = {.on = on(What::control_detected), .before = [](State&, Event&, Context&) { return false; }},
                 .property = "converged",
                 .exactly = {"converged", "no-null-left"}});

  PipelineConfig widened = rough();
  widened.changes[0] = widened_column("amount", sim::hours(12));
  widened.changes[0].wide_ppm = 0;
  widened.control.push_loss_ppm = 0;
  widened.cdc.crash_ppm = 0;
  widened.sla_schema = sim::hours(1);
  all.push_back({.name = "control-hears-of-no-widening",  // schema and code alone tell
                 .component = "control",
                 .is = "Nobody hears of a widening, and no value needs it.",
                 .config = widened,
                 .bug = {.on = on(What::control_detected), .before = [](State&, Event&, Context&) { return false; }},
                 .property = "schema-converged",
                 .exactly = {"converged", "schema-converged"}});

  all.push_back(
      {.name = "control-pull-is-blind",
       .component = "control",
       .is = "The daily pull does not look at the source, so a lost DDL message is lost for good.",
       .config = rough(),
       .bug = {.on = on(What::control_detected), .before = [](State&, Event& e, Context&) { return e.number == 0; }},
       .property = "converged",
       .exactly = {"converged", "no-null-left"},
       .shows = {deviation(Q::ddl_message, 0, 1)}});

  // Detected at 12:00:59.9, so the checkpoint of 12:01 beats the ALTER of the CDC table.
  all.push_back({.name = "control-lost-alter-is-forgotten",
                 .component = "control",
                 .is = "An ALTER that lost its race against a commit is taken for done.",
                 .config = rough(),
                 .bug = {.on = on(What::control_step_go),
                         .before = [](State& s, Event& e,
                                      Context&) { return s.control.rollouts[0].steps[e.number].attempt == 0; }},
                 .property = "converged",
                 .exactly = {"converged", "no-null-left"},
                 .shows = {deviation(Q::ddl_message_delay, 0, sim::milliseconds(59'900))}});

  all.push_back({.name = "control-cut-over-unheard",
                 .component = "control",
                 .is = "Nobody hears of the cut-over: the plan waits for ever, and the backfill with it.",
                 .config = rough(),
                 .bug = {.on = on(What::control_cut_over), .before = [](State&, Event&, Context&) { return false; }},
                 .property = "converged",
                 .exactly = {"converged", "no-null-left"}});

  // The first review takes 4 h, and the second change is found 5 h 42 min after it began.
  all.push_back({.name = "control-forgets-while-it-reviews",
                 .component = "control",
                 .is = "A change that is detected while another one is in review is never queued.",
                 .config = rough_twice(sim::hours(17) + sim::minutes(45)),
                 .bug = {.on = on(What::control_detected),
                         .before =
                             [](State& s, Event&, Context&) {
                               return std::none_of(s.control.rollouts.begin(), s.control.rollouts.end(),
                                                   [](const models::Rollout& r) {
                                                     return r.steps[1].status == models::StepState::Status::running;
                                                   });
                             }},
                 .property = "converged",
                 .exactly = {"converged", "no-null-left"},
                 .shows = {deviation(Q::review, 0, sim::hours(5) + sim::minutes(55))}});

  // Ready at 17:06 on a usual day; the train departs at 20:00 with what is ready by 19:00.
  PipelineConfig by_train = rough();
  by_train.control.deploy_flink = {
      .kind = sim::Cadence::Kind::train, .cron = *sim::parse_cron("0 20 * * *").cron, .cutoff = sim::hours(1)};
  by_train.sla = sim::hours(36);
  constexpr std::uint16_t flink = 4 + 3;  // behind the control plane's own: tables, Spark, Flink
  all.push_back(
      {.name = "control-train-leaves-without-the-last",
       .component = "control",
       .is = "What is ready in the last three minutes before the cutoff is booked on the train and not in it.",
       .config = by_train,
       .bug = {.on = on(What::control_step_go),
               .before =
                   [](State& s, Event& e, Context& out) {
                     if (e.number != flink) return true;
                     const sim::Instant ready = s.control.rollouts[e.change].steps[flink].ready;
                     const sim::Duration early = out.now() - sim::hours(1) - ready;
                     if (early < sim::minutes(3)) e.what = What::control_step_done;
                     return true;
                   }},
       .property = "converged",
       .exactly = {},
       .shows = {deviation(Q::review, 0, sim::hours(5) + sim::minutes(54))}});
}

// ---- readers

void in_the_readers(Corpus& all) {
  PipelineConfig apart = rough();
  apart.control.steps = models::canonical_plan();
  apart.control.steps[1].delay = sim::minutes(10);  // the base table comes after the CDC table
  all.push_back({.name = "readers-look-at-the-wrong-table",
                 .component = "readers",
                 .is = "Queries of the base table name a column as soon as the CDC table has it.",
                 .config = apart,
                 .bug = {.on = on(What::readers_poll),
                         .before =
                             [](State& s, Event&, Context&) {
                               s.monitor.adopted = static_cast<std::uint8_t>(s.monitor.adopted | s.monitor.tables[1]);
                               return true;
                             }},
                 .property = "readable",
                 .exactly = {"readable"},
                 .shows = {deviation(Q::ddl_message_delay, 0, sim::minutes(9))}});
}

}  // namespace

const std::vector<PlantedBug>& planted_bugs() {
  static const Corpus corpus = [] {
    Corpus all;
    in_the_source(all);
    in_the_connector(all);
    in_kafka(all);
    in_flink(all);
    in_the_tables(all);
    in_the_merge(all);
    in_the_backfill(all);
    in_the_control_plane(all);
    in_the_readers(all);
    return all;
  }();
  return corpus;
}

}  // namespace converge::support
