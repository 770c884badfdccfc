#include "models/bound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "models/questions.hpp"
#include "sim/critical_path.hpp"

namespace converge::models {

namespace {

using sim::Activity;
using sim::Duration;
using sim::Instant;
using sim::Window;
using Figure = sim::CriticalPath::Figure;

constexpr Duration kNone;
constexpr Duration kTie = sim::microseconds(1);  // of two events of one instant, either may come first

// Thrown inside this file alone: no bound can be given, and why.
struct NoBound {
  std::string why;
};

Window operator+(const Window& a, const Window& b) { return {a.least + b.least, a.usual + b.usual, a.most + b.most}; }

// How often each kind of fault may strike in one schedule.
struct Faults {
  std::int64_t crash = 0;
  std::int64_t leader = 0;
  std::int64_t push_loss = 0;
  std::int64_t flink = 0;
  std::int64_t tail = 0;
  std::int64_t merge = 0;
  std::int64_t backfill = 0;
  std::int64_t bad_code = 0;
  std::int64_t missed = 0;  // bad code that staging lets pass: two faults
};

// In how many ways at most so many faults are dealt out to the kinds that a config declares; each way is a bound of its
// own, and the worst of them holds for all.
class Deals {
 public:
  Deals(const PipelineConfig& c, std::uint64_t faults)
      : staging_catches_all_{c.control.staging_catches_ppm >= 1'000'000} {
    const auto kind = [&](std::int32_t ppm, std::int64_t Faults::* count) {
      if (ppm > 0) kinds_.push_back(count);
    };
    kind(c.cdc.crash_ppm, &Faults::crash);
    kind(c.kafka.leader_loss_ppm, &Faults::leader);
    kind(c.control.push_loss_ppm, &Faults::push_loss);
    kind(c.flink.failure_ppm, &Faults::flink);
    kind(c.flink.restore_tail_ppm, &Faults::tail);
    kind(c.merge.failure_ppm, &Faults::merge);
    kind(c.backfill.failure_ppm, &Faults::backfill);
    kind(c.control.bad_code_ppm, &Faults::bad_code);
    const auto most = static_cast<std::int64_t>(std::min<std::uint64_t>(faults, kFaultsMost));
    if (ways(most) <= kWaysMost) {
      deal(0, most, {});
      return;
    }
    Faults all;  // too many ways to go through: as if each kind had all of them
    for (const auto count : kinds_) all.*count = most;
    keep(all);
  }

  const std::vector<Faults>& all() const { return all_; }

 private:
  static constexpr std::uint64_t kFaultsMost = 1'000;
  static constexpr std::int64_t kWaysMost = 500;

  std::int64_t ways(std::int64_t faults) const {  // so many faults, over the kinds and nobody
    std::int64_t n = 1;
    for (std::size_t i = 1; i <= kinds_.size() && n <= kWaysMost; ++i) {
      n = n * (faults + static_cast<std::int64_t>(i)) / static_cast<std::int64_t>(i);
    }
    return n;
  }

  void deal(std::size_t kind, std::int64_t left, const Faults& f) {
    if (kind == kinds_.size()) return keep(f);
    for (std::int64_t n = 0; n <= left; ++n) {
      Faults more = f;
      more.*kinds_[kind] = n;
      deal(kind + 1, left - n, more);
    }
  }

  // Bad code that staging lets pass is two faults; both lie within those of bad code.
  void keep(Faults f) {
    if (f.bad_code >= 2 && !staging_catches_all_) f.missed = 1;
    all_.push_back(f);
  }

  bool staging_catches_all_;
  std::vector<std::int64_t Faults::*> kinds_;
  std::vector<Faults> all_;
};

// From when something begins to wait for a job of this period and duration, at worst, until a run that started after
// that has ended: the run that is going on, then the next tick that does not meet it.
Duration cycle(Duration every, Duration takes) { return every * (takes / every + 1); }

class Rollouts {
 public:
  Rollouts(const PipelineConfig& c, const Faults& faults)
      : c_{c},
        f_{faults},
        steps_{resolve(c.control)},
        kept_{KafkaModel{c.kafka, SourceModel{c.source, c.changes}.rows_per_day()}.kept()} {}

  sim::Bound bound(BoundSteps with_steps) {
    check_changes();
    check_plan();
    check_steady();
    std::vector<std::size_t> before;  // what the next rollout waits for
    std::vector<std::size_t> agreements;
    for (std::size_t i = 0; i < c_.changes.size(); ++i) {
      agreements.push_back(rollout(i, before));
    }
    const std::size_t end = activity("agreement", {});
    for (std::size_t i = 0; i < end; ++i) link(i, end);
    const auto path = with_steps == BoundSteps::on ? network_.solve(c_.epoch, end) : network_.timings(c_.epoch);
    assert(path);  // the loader refuses a plan whose steps wait for each other
    return answer(*path, agreements, end, with_steps);
  }

 private:
  // ---- what we cannot bound

  [[noreturn]] static void no(std::string why) { throw NoBound{std::move(why)}; }

  void check_changes() const {
    if (c_.changes.empty()) no("the scenario has no change");
    if (table_names(c_.changes).size() > 1)
      no("one rollout carries the changes of two tables, and the bound knows one");
    for (std::size_t i = 0; i < c_.changes.size(); ++i) {
      const ChangeConfig& change = c_.changes[i];
      if (!automated(change)) {
        no(fmt::format("the change of {} is unsupported or sensitive, so no rollout ever carries it", change.name));
      }
      if (i > 0 && change.at <= c_.changes[i - 1].at) {
        no("changes that are not one after the other may be rolled out in an order that no build knows");
      }
      if (change.announced != c_.changes[0].announced) no("some changes are announced and others are not");
      const bool retyped = change.kind == ChangeConfig::Kind::change_type;
      if (i > 0 && retyped && !change.announced && c_.flink.on_overflow == FlinkConfig::Overflow::fail) {
        no(fmt::format("a wide value of {} may stop Flink before an earlier change has cut over", change.name));
      }
      if (change.has_default && f_.leader > 0) {
        no("where a partition is held up, a row may show without its default at any later time");
      }
    }
    if (c_.maintenance.compaction) no("compaction may make merges fail again and again");
  }

  void check_plan() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const StepKind kind = steps_[i].kind;
      if (kind == StepKind::rollback_flink || kind == StepKind::rollback_spark) {
        no("the plan takes a deploy back, and what is wrong after that depends on the data");
      }
      std::size_t& place = place_[static_cast<std::size_t>(kind)];
      if (place != kNowhere) no(fmt::format("the plan has {} more than once", name(kind)));
      place = i;
      ancestors_.push_back(steps_[i].after);
      if (steps_[i].when) {
        no(fmt::format("{} waits for a metric, and no figure of the scenario says when that comes true",
                       steps_[i].name));
      }
      if (steps_[i].cadence.any_offset && !steps_[i].cadence.freezes.empty()) {
        no(fmt::format("{} has slots at an unknown offset beside a freeze", steps_[i].name));
      }
    }
    close_ancestors();
    for (const StepKind kind :
         {StepKind::alter_cdc_table, StepKind::alter_base_table, StepKind::deploy_spark, StepKind::deploy_flink}) {
      if (!has(kind)) no(fmt::format("the plan has no {}, so some layer never has the change", name(kind)));
    }
    if (c_.changes[0].announced != has(StepKind::source_ddl)) no("no step of the plan changes the source");
    refusable_ = f_.missed > 0 || !precedes(StepKind::alter_cdc_table, StepKind::deploy_flink);
    refused_ = precedes(StepKind::deploy_flink, StepKind::alter_cdc_table);
    if (c_.merge.watermark_saved == MergeConfig::Saved::before && (f_.merge > 0 || !c_.backfill.pauses_merges)) {
      no("a merge that fails after it saved its watermark skips rows for good");
    }
    if (has(StepKind::backfill)) {
      check_backfill();
    } else {
      check_without_backfill();
    }
  }

  void close_ancestors() {
    for (std::size_t round = 0; round < steps_.size(); ++round) {
      for (std::uint32_t& mask : ancestors_) {
        for (std::size_t i = 0; i < steps_.size(); ++i) {
          if ((mask & (1U << i)) != 0) mask |= ancestors_[i];
        }
      }
    }
  }

  // The backfill must leave every row right whatever the data are, and nothing behind it may make one wrong again.
  void check_backfill() const {
    using Kind = BackfillConfig::Kind;
    const BackfillConfig& b = c_.backfill;
    const auto first = [&](StepKind kind) {
      if (!precedes(kind, StepKind::backfill)) {
        no(fmt::format("the backfill may come before {}, and what is written after it may be wrong for good",
                       name(kind)));
      }
    };
    first(StepKind::alter_base_table);
    first(StepKind::deploy_spark);
    for (const ChangeConfig& change : c_.changes) {
      if (change.has_default && change.announced) first(StepKind::source_ddl);
      if (change.has_default && b.kind != Kind::bootstrap) {
        no(fmt::format("only a bootstrap gives old rows the default of {}", change.name));
      }
    }
    if (f_.backfill >= b.attempts) no("the backfill may fail in each of its attempts, and then nobody repairs history");
    switch (b.kind) {
      case Kind::remerge: no("a re-merge of typed rows repairs no null that the old Flink build wrote");
      case Kind::rewind: no("what a rewind repairs depends on what Kafka still has and on the merge's guard");
      case Kind::reparse:
        first(StepKind::alter_cdc_table);
        if (!c_.cdc_table.keeps_raw) no("the CDC table keeps no raw payload to parse again");
        if (b.from != BackfillConfig::From::ddl) no("a re-parse that does not begin at the DDL may leave rows wrong");
        if (b.guard != MergeConfig::Guard::none && b.guard != MergeConfig::Guard::position_at_least) {
          no("the backfill's guard keeps it from repairing rows at their own position");
        }
        if (!b.pauses_merges) no("a backfill beside running merges may lose its commit each time");
        return;
      case Kind::bootstrap: break;
    }
    first(StepKind::deploy_flink);
    if (b.write != BackfillConfig::Write::replace) no("a bootstrap that merges may keep rows that were deleted");
    if (b.snapshot != BackfillConfig::Snapshot::at_start) {
      no("the snapshot may be older than Flink's cut-over, and the merges behind it then copy old nulls");
    }
    if (!b.pauses_merges && (refusable_ || c_.merge.isolation != MergeConfig::Isolation::serializable)) {
      no("a merge that runs beside the backfill may take back its watermark");
    }
    switch (b.watermark) {
      case BackfillConfig::Watermark::snapshot: return;
      case BackfillConfig::Watermark::cut_over:
        if (refusable_) no("the backfill may begin before the cut-over that its watermark goes back to");
        return;
      case BackfillConfig::Watermark::ddl: no("merges from the DDL on copy the old Flink build's nulls again");
      case BackfillConfig::Watermark::keep: no("merges from the old watermark on may copy old rows again");
    }
  }

  // Nothing to repair: no row is ever wrong for its own position.
  void check_without_backfill() const {
    for (const ChangeConfig& change : c_.changes) {
      if (change.kind == ChangeConfig::Kind::change_type) {
        if (c_.flink.on_overflow == FlinkConfig::Overflow::fail &&
            c_.merge.on_overflow == MergeConfig::Overflow::fail) {
          continue;
        }
        no("the plan has no backfill, and values may be cut");
      }
      const bool last = change.announced && !change.has_default &&
                        precedes(StepKind::deploy_spark, StepKind::source_ddl) &&
                        precedes(StepKind::deploy_flink, StepKind::source_ddl);
      if (!last) no(fmt::format("the plan has no backfill, and rows may be null in {} for good", change.name));
    }
  }

  // Once the rollouts are over: how old the oldest change that the base table misses can become. Were that more than
  // the freshness objective, layers would part again at any later time.
  void check_steady() {
    const Duration checkpoint = c_.flink.checkpoint.most + c_.flink.commit.most;
    ledger_ = cycle(c_.flink.checkpoint_interval, checkpoint) + checkpoint;
    merged_ = cycle(c_.merge.every, c_.merge.duration.most) * (1 + f_.merge) + c_.merge.duration.most;
    const Duration crash = c_.cdc.failover.most + c_.cdc.flush_interval;
    const Duration leader = c_.kafka.election.most + c_.flink.checkpoint_interval;
    const Duration failure = c_.flink.restart.most + c_.flink.checkpoint_interval;
    reads_ = c_.cdc.lag.most + crash * f_.crash + leader * f_.leader + failure * f_.flink + ledger_;
    if (f_.crash > 0 && c_.source.log_retention < reads_) {
      no("the connector may come back to a log that no longer has its position");
    }
    if (kept_ < reads_) no("Kafka may drop records before a restarted Flink reads them");
    too_old(kNone);
    if (c_.merge.watermark == MergeConfig::Watermark::snapshot && c_.cdc_table.snapshot_expiry < reads_ + merged_) {
      no("the snapshot from which a merge reads on may be expired before it starts");
    }
  }

  void too_old(Duration lag) const {
    const Duration age = reads_ + merged_ + lag;
    if (age <= c_.readers.freshness) return;
    no(fmt::format(
        "the base table may miss a change for {} at any later time, longer than the freshness objective of {}, "
        "and the layers then count as parted again",
        text(age), text(c_.readers.freshness)));
  }

  // ---- the network

  std::size_t activity(std::string name, const Window& takes, sim::Cadence cadence = {}) {
    return network_.add({.name = std::move(name), .takes = takes, .cadence = std::move(cadence)});
  }
  void link(std::size_t before, std::size_t after, const Window& wait = {}, bool always = true) {
    network_.link({.before = before, .after = after, .wait = wait, .always = always});
  }
  // Up to here the network is whole.
  Instant latest(std::size_t i) const {
    const auto path = network_.timings(c_.epoch);
    assert(path);
    check_slots(*path);
    return path->activities[i][Figure::most].finish;
  }

  void check_slots(const sim::CriticalPath& path) const {
    for (std::size_t i = 0; i < network_.size(); ++i) {
      for (const sim::Timing& t : path.activities[i].at) {
        if (t.start == sim::never && t.ready != sim::never) {
          no(fmt::format("no slot ever lets {} go", network_.activities()[i].name));
        }
      }
    }
  }

  // One change, from its DDL or announcement on. `before` are the activities of the rollout before it that must be
  // over, and then those of this one.
  std::size_t rollout(std::size_t change, std::vector<std::size_t>& before) {
    prefix_ = c_.changes.size() > 1 ? c_.changes[change].name + ": " : "";
    const Instant at = Instant{} + c_.changes[change].at;
    std::size_t opens =
        activity(prefix_ + (c_.changes[change].announced ? "announcement" : "DDL"), sim::exactly(at - Instant{}));
    origins_.push_back(opens);
    if (!c_.changes[change].announced) {
      const std::size_t detected = activity(prefix_ + "detect", detection(change));
      link(opens, detected);
      opens = detected;
    }
    if (!before.empty()) {
      const std::size_t turn = activity(prefix_ + "its turn", {});
      link(opens, turn);
      for (const std::size_t b : before) link(b, turn);
      opens = turn;
    }

    // Two places for each step: where it begins, and where the plan may go on.
    begins_.assign(steps_.size(), 0);
    settles_.assign(steps_.size(), 0);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      begins_[i] = settles_[i] = activity(prefix_ + steps_[i].name, takes(steps_[i].kind), steps_[i].cadence);
    }
    const std::size_t flink = place(StepKind::deploy_flink);
    runs_ = begins_[flink];
    if (refusable_) runs_ = refused(begins_[flink]);
    const std::size_t cut_over = first_checkpoint(runs_);
    settles_[flink] = cut_over;
    if (refused_) settles_[flink] = begins_[flink];
    if (refusable_ && !refused_) settles_[flink] = perhaps_refused(begins_[flink]);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].after == 0) link(opens, begins_[i], wait(steps_[i]));
      for (std::size_t b = 0; b < steps_.size(); ++b) {
        if ((steps_[i].after & (1U << b)) != 0) link(settles_[b], begins_[i], wait(steps_[i]));
      }
    }

    before = settles_;
    before.push_back(cut_over);
    return tail(change, before);
  }

  Window detection(std::size_t change) const {
    Window w = c_.control.push_delay;
    if (f_.crash > 0) w.most = w.most + c_.cdc.failover.most;
    const Duration at = c_.changes[change].at;
    if (f_.push_loss > 0) {
      const Duration every = c_.control.pull_every;
      Duration pull = c_.control.pull_offset;
      if (pull <= at) pull = pull + every * ((at - pull) / every + 1);
      w.most = std::max(w.most, c_.control.any_pull_offset ? every : pull - at);
    }
    // A pull may come at once, and so may the message of another change.
    if (f_.push_loss > 0 || c_.changes.size() > 1) w.least = kNone;
    return w;
  }

  Window takes(StepKind kind) const {
    const ControlConfig& k = c_.control;
    switch (kind) {
      case StepKind::generate: return k.generate;
      case StepKind::review: return k.review;
      case StepKind::ci: return k.ci;
      case StepKind::staging: {
        Window w = k.staging;  // bad code is caught, mended, and staged again
        if (f_.bad_code > 0) w.most = w.most * 2 + k.fix.most;
        return w;
      }
      case StepKind::alter_cdc_table:
        // One commit a barrier, one that is under way, a savepoint, and what a restart commits late.
        return alter(c_.flink.checkpoint_interval, 3 + f_.flink);
      case StepKind::alter_base_table:
        // One commit a run, one run under way and one queued.
        return alter(c_.merge.every, 3);
      case StepKind::deploy_spark: return c_.merge.deploy;
      case StepKind::deploy_flink: return stop_and_restore();
      case StepKind::backfill: return backfill();
      case StepKind::source_ddl: return {};
      case StepKind::rollback_flink:
      case StepKind::rollback_spark: break;
    }
    assert(false && "refused above");
    return {};
  }

  // Each attempt that loses has lost to a commit of its own, and there are only so many of those in a time.
  Window alter(Duration every, std::int64_t more) const {
    const ControlConfig& k = c_.control;
    for (std::int64_t n = 1; n <= k.alter_attempts; ++n) {
      const Duration span = k.alter.most * n + k.alter_retry * (n - 1);
      if (span / every + more < n) return {k.alter.least, k.alter.usual, span};
    }
    no("ALTER TABLE may lose its race in every attempt, and the plan stops at it");
  }

  Window stop_and_restore() const {
    Window restore = c_.flink.restore;
    if (f_.tail > 0) {
      restore.least = std::min(restore.least, c_.flink.restore_tail.least);
      restore.most = std::max(restore.most, c_.flink.restore_tail.most);
    }
    Window savepoint = c_.flink.savepoint;
    if (f_.flink > 0 || stalls()) savepoint.least = kNone;  // a job that does not run is cancelled
    return savepoint + restore;
  }

  // May a value that it cannot read stop the old Flink build until it is replaced?
  bool stalls() const {
    return c_.flink.on_overflow == FlinkConfig::Overflow::fail &&
           std::any_of(c_.changes.begin(), c_.changes.end(),
                       [](const ChangeConfig& x) { return x.kind == ChangeConfig::Kind::change_type; });
  }

  Window backfill() const {
    const BackfillConfig& b = c_.backfill;
    const Duration run = b.pauses_merges ? c_.merge.duration.most : kNone;
    Window w = b.duration;
    w.most = (run + b.duration.most) * (1 + f_.backfill) + b.retry_delay * f_.backfill;
    return w;
  }

  Window wait(const Step& step) const {
    Window w = sim::exactly(step.delay);
    if (step.cadence.kind == sim::Cadence::Kind::manual) w = w + approval();
    if (step.cadence.any_offset) {
      // One offset is drawn for all slots of a system, in the period of its own cadence.
      const sim::Cadence& systems =
          step.kind == StepKind::deploy_flink ? c_.control.deploy_flink : c_.control.deploy_spark;
      if (systems.any_offset && systems.every > step.cadence.every) w.most = w.most + systems.every;
    }
    return w;
  }

  Window approval() const {
    Window w;
    for (const Step& step : steps_) {  // one question for all of them: the last one's window, as questions() has it
      if (step.cadence.kind == sim::Cadence::Kind::manual) w = step.cadence.delay;
    }
    return w;
  }

  // The barriers come at multiples of the interval.
  std::size_t first_checkpoint(std::size_t runs) {
    Window w = c_.flink.checkpoint + c_.flink.commit;
    w.most = w.most + (c_.flink.restart.most + c_.flink.checkpoint_interval) * f_.flink;
    const std::size_t i = activity(prefix_ + step_name(StepKind::deploy_flink) + ": cut-over", w,
                                   {.kind = sim::Cadence::Kind::interval, .every = c_.flink.checkpoint_interval});
    link(runs, i, {kNone, kNone, kTie});
    return i;
  }

  // The new build is refused until its table has the column, and its code runs.
  std::size_t refused(std::size_t submitted) {
    Window w;
    if (f_.missed > 0) w.most = c_.control.fix.most + c_.flink.resubmit_every;
    const std::size_t runs = activity(prefix_ + step_name(StepKind::deploy_flink) + ": runs", w);
    const Duration every = c_.flink.resubmit_every;
    link(submitted, runs);
    link(settles_[place(StepKind::alter_cdc_table)], runs, {kNone, refused_ ? every / 2 : kNone, every});
    return runs;
  }

  // The plan goes on when the build is refused, or else when it has cut over.
  std::size_t perhaps_refused(std::size_t submitted) {
    const std::size_t settled = first_checkpoint(submitted);
    const std::size_t i = activity(prefix_ + step_name(StepKind::deploy_flink) + ": refused or not", {});
    link(settled, i, {}, false);
    link(submitted, i);
    return i;
  }

  // From the last step until no row is stale: Flink reads what waited, and a merge takes it.
  std::size_t tail(std::size_t change, const std::vector<std::size_t>& steps) {
    const Duration stop = stopped(change);
    const Duration restarts = c_.flink.restart.most * f_.flink;
    lag_ = lag_ + stop + restarts;
    check_kafka(stop);
    check_expiry(change);
    const std::int64_t speed = c_.flink.catch_up_speed;
    Duration usual = c_.flink.savepoint.usual + c_.flink.restore.usual;
    Window reading{kNone, usual, lag_};
    if (speed > 1) {
      reading = {kNone, usual / (speed - 1), lag_ / (speed - 1) + kTie};
      lag_ = kNone;  // at the end of it
    } else {
      too_old(lag_);
    }
    const std::size_t caught_up = activity(prefix_ + "Flink catches up", reading);
    link(runs_, caught_up);
    const std::size_t read = activity(prefix_ + "Flink writes the rest", {kNone, kNone, reads_ + lag_});
    link(caught_up, read);

    const bool stale = has(StepKind::backfill) && c_.backfill.pauses_merges &&
                       c_.backfill.duration.usual + c_.merge.duration.usual > c_.readers.freshness;
    const Duration usual_merge = stale ? c_.merge.every / 2 + c_.merge.duration.usual : kNone;
    const std::size_t merged = activity(prefix_ + "merge", {kNone, usual_merge, merged_});
    link(read, merged, {}, false);
    for (const std::size_t s : steps) link(s, merged, {}, false);
    if (c_.merge.offset > c_.merge.every) {
      origins_.push_back(activity(prefix_ + "the first merge tick", sim::exactly(c_.merge.offset)));
      link(origins_.back(), merged, {}, false);
    }

    const std::size_t agrees = activity(prefix_ + "agreement", {});
    for (const StepKind kind : {StepKind::alter_cdc_table, StepKind::alter_base_table, StepKind::deploy_spark}) {
      link(settles_[place(kind)], agrees);
    }
    if (has(StepKind::source_ddl)) link(settles_[place(StepKind::source_ddl)], agrees);
    link(runs_, agrees);
    link(merged, agrees, {}, false);
    return agrees;
  }

  // How long no Flink job reads, at most, until the new build does.
  Duration stopped(std::size_t change) const {
    if (refusable_ || stalls()) return latest(runs_) - (Instant{} + c_.changes[change].at);
    return stop_and_restore().most;
  }

  // Records that are gone when Flink comes back. A bootstrap has them all, if it begins when Flink has cut over.
  void check_kafka(Duration stop) const {
    const Duration restart = (c_.flink.restart.most + c_.flink.checkpoint_interval) * f_.flink;
    if (ledger_ + lag_ + restart <= kept_) return;
    const std::int64_t speed = c_.flink.catch_up_speed;
    const bool covered = has(StepKind::backfill) && c_.backfill.kind == BackfillConfig::Kind::bootstrap &&
                         !refusable_ && c_.flink.offset_reset != FlinkConfig::OffsetReset::none && speed > 1 &&
                         lag_ / (speed - 1) + ledger_ + restart <= kept_;
    if (covered) return;
    no(fmt::format("Flink may stand still for {}, and Kafka keeps {}: changes may be lost", text(stop), text(kept_)));
  }

  // The snapshot that merges read on from must outlive the time in which none of them moves it.
  void check_expiry(std::size_t change) const {
    if (c_.merge.watermark == MergeConfig::Watermark::position) return;
    const bool moved = has(StepKind::backfill) && c_.backfill.kind == BackfillConfig::Kind::bootstrap &&
                       c_.backfill.watermark == BackfillConfig::Watermark::snapshot;
    Duration still = backfill().most;
    if (!moved) {
      Instant last;
      for (const std::size_t s : settles_) last = std::max(last, latest(s));
      still = std::max(last, latest(runs_)) - (Instant{} + c_.changes[change].at);
    }
    if (still + reads_ + merged_ <= c_.cdc_table.snapshot_expiry) return;
    no("the snapshot from which a merge reads on may be expired before it starts");
  }

  // ---- the answer

  sim::Bound answer(const sim::CriticalPath& path, const std::vector<std::size_t>& agreements, std::size_t end,
                    BoundSteps with_steps) const {
    sim::Bound b;
    check_slots(path);
    const Instant last = path.activities[end][Figure::most].finish;
    for (std::size_t i = 0; i < agreements.size(); ++i) {
      const Instant from = Instant{} + c_.changes[i].at;
      b.earliest = std::max(b.earliest, path.activities[agreements[i]][Figure::least].finish - from);
      b.usual = std::max(b.usual, path.activities[agreements[i]][Figure::usual].finish - from);
      b.latest = std::max(b.latest, last - from);  // a later rollout may make rows stale, and all layers part again
    }
    if (with_steps == BoundSteps::off) return b;
    for (std::size_t i = 0; i < network_.size(); ++i) {
      const Activity& a = network_.activities()[i];
      const auto& passage = path.activities[i];
      if (a.takes.most == kNone && passage[Figure::most].start == passage[Figure::most].ready) continue;  // a joint
      if (std::find(origins_.begin(), origins_.end(), i) != origins_.end()) continue;  // an instant, and no step
      b.steps.push_back({.name = a.name,
                         .takes = a.takes,
                         .waits_usual = passage[Figure::usual].start - passage[Figure::usual].ready,
                         .waits_most = passage[Figure::most].start - passage[Figure::most].ready,
                         .ends_usual = passage[Figure::usual].finish,
                         .ends_most = passage[Figure::most].finish,
                         .critical = passage.critical,
                         .slack = passage.slack});
    }
    return b;
  }

  // ---- places in the plan

  static constexpr std::size_t kNowhere = ~std::size_t{0};
  static constexpr std::size_t kKinds = static_cast<std::size_t>(StepKind::source_ddl) + 1;

  std::size_t place(StepKind kind) const { return place_[static_cast<std::size_t>(kind)]; }
  bool has(StepKind kind) const { return place(kind) != kNowhere; }
  bool precedes(StepKind a, StepKind b) const {
    return has(a) && has(b) && (ancestors_[place(b)] & (1U << place(a))) != 0;
  }
  const std::string& step_name(StepKind kind) const { return steps_[place(kind)].name; }

  const PipelineConfig& c_;
  Faults f_;
  std::vector<Step> steps_;
  Duration kept_;  // by Kafka
  std::array<std::size_t, kKinds> place_ = [] {
    std::array<std::size_t, kKinds> nowhere{};
    nowhere.fill(kNowhere);
    return nowhere;
  }();
  std::vector<std::uint32_t> ancestors_;  // of each step, one bit each
  bool refusable_ = false;                // Flink's new build may be refused at first
  bool refused_ = false;                  // and always is
  Duration ledger_;                       // from Kafka to the CDC table, with a job that has caught up
  Duration reads_;                        // from the source to the CDC table, faults included
  Duration merged_;                       // from there to the base table, faults included
  Duration lag_;                          // by which Flink reads behind
  sim::ActivityNetwork network_;
  std::vector<std::size_t> origins_;  // the DDL or the announcement of each change, and the first merge tick
  // Of the rollout that is being built:
  std::string prefix_;
  std::vector<std::size_t> begins_;
  std::vector<std::size_t> settles_;
  std::size_t runs_ = 0;  // Flink's new build
};

void widen(Window& w, Duration to) {
  w.least = std::min(w.least, to);
  w.most = std::max(w.most, to);
}

// The same for what a rollout asks once: there the answer is the usual one too.
void fix(Window& w, Duration to) {
  widen(w, to);
  w.usual = to;
}

}  // namespace

BoundAnswer bound(const PipelineConfig& config, std::uint64_t faults, BoundSteps steps) {
  const Deals deals{config, faults};
  std::optional<sim::Bound> all;
  const Faults* worst = nullptr;
  try {
    for (const Faults& f : deals.all()) {
      const sim::Bound one = Rollouts{config, f}.bound(BoundSteps::off);
      if (!all) all = one;  // the first way has no fault, and is the usual one
      all->earliest = std::min(all->earliest, one.earliest);
      if (worst != nullptr && one.latest <= all->latest) continue;
      all->latest = one.latest;
      worst = &f;
    }
    if (steps == BoundSteps::on) all->steps = Rollouts{config, *worst}.bound(BoundSteps::on).steps;
  } catch (const NoBound& none) {
    return {.bound = std::nullopt, .why_not = none.why};
  }
  return {.bound = std::move(all), .why_not = {}};
}

Given with_given(PipelineConfig c, const std::vector<sim::Deviation>& given) {
  std::uint64_t forced = 0;
  for (const sim::Deviation& d : given) {
    const Duration to{d.answer};
    const auto strikes = [&](std::int32_t& ppm) {
      if (d.answer == 0) return;
      ppm = std::max(ppm, 1);
      ++forced;
    };
    switch (static_cast<Q>(d.question)) {
      case Q::cdc_lag: widen(c.cdc.lag, to); break;
      case Q::cdc_crash: strikes(c.cdc.crash_ppm); break;
      case Q::cdc_failover: widen(c.cdc.failover, to); break;
      case Q::kafka_leader: strikes(c.kafka.leader_loss_ppm); break;
      case Q::kafka_election: widen(c.kafka.election, to); break;
      case Q::ddl_message_delay: fix(c.control.push_delay, to); break;
      case Q::ddl_message: strikes(c.control.push_loss_ppm); break;
      case Q::flink_checkpoint: widen(c.flink.checkpoint, to); break;
      case Q::flink_commit: widen(c.flink.commit, to); break;
      case Q::flink_failure: strikes(c.flink.failure_ppm); break;
      case Q::flink_restart: widen(c.flink.restart, to); break;
      case Q::flink_savepoint: fix(c.flink.savepoint, to); break;
      case Q::flink_restore: fix(c.flink.restore, to); break;
      case Q::flink_tail: strikes(c.flink.restore_tail_ppm); break;
      case Q::flink_tail_takes: widen(c.flink.restore_tail, to); break;
      case Q::merge_duration: widen(c.merge.duration, to); break;
      case Q::merge_failure: strikes(c.merge.failure_ppm); break;
      case Q::spark_deploy: fix(c.merge.deploy, to); break;
      case Q::backfill_duration: fix(c.backfill.duration, to); break;
      case Q::backfill_failure: strikes(c.backfill.failure_ppm); break;
      case Q::alter: widen(c.control.alter, to); break;
      case Q::generate: fix(c.control.generate, to); break;
      case Q::review: fix(c.control.review, to); break;
      case Q::ci: fix(c.control.ci, to); break;
      case Q::staging: fix(c.control.staging, to); break;
      case Q::bad_code: strikes(c.control.bad_code_ppm); break;
      case Q::staging_misses:
        if (d.answer != 0) c.control.staging_catches_ppm = 0, ++forced;
        break;
      case Q::fix: fix(c.control.fix, to); break;
      case Q::approval:
        for (StepConfig& step : c.control.steps) {
          if (step.cadence && step.cadence->kind == sim::Cadence::Kind::manual) fix(step.cadence->delay, to);
        }
        for (sim::Cadence* systems : {&c.control.deploy_spark, &c.control.deploy_flink}) {
          if (systems->kind == sim::Cadence::Kind::manual) fix(systems->delay, to);
        }
        break;
      case Q::merge_offset:
        if (std::exchange(c.merge.any_offset, false)) c.merge.offset = to;
        break;
      case Q::pull_offset:
        if (std::exchange(c.control.any_pull_offset, false)) c.control.pull_offset = to;
        break;
      case Q::spark_slots:
        if (std::exchange(c.control.deploy_spark.any_offset, false)) c.control.deploy_spark.offset = to;
        break;
      case Q::flink_slots:
        if (std::exchange(c.control.deploy_flink.any_offset, false)) c.control.deploy_flink.offset = to;
        break;
      case Q::source_change:
      case Q::source_order:
      case Q::cdc_order:
      case Q::flink_order:
      case Q::merge_order:
      case Q::backfill_order:
      case Q::control_order:
      case Q::maintenance_order:
      case Q::readers_order: break;  // the bound holds for all data and all orders
    }
  }
  return {.config = std::move(c), .forced = forced};
}

}  // namespace converge::models
