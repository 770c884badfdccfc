// The control plane: detects a change, regenerates code, waits for review, and walks the plan through each system's
// cadence.
//
// Kept (docs/facts/pinterest-three-phase.md 2, 3): push detection by a DDL message that may be lost, a daily pull that
// finds what push missed; classification (unsupported or sensitive changes are blocked); code generation, review, CI,
// staging for Flink; tables altered at the trigger, after the merge of the pull request, or after staging; one change
// at a time, later ones queue; the changes of two tables are carried by one rollout, which waits until all of them are
// detected and generates, reviews and deploys one build that knows both (assumption: whoever plans a rollout over
// tables that share jobs wants it so; a change that is blocked holds it up for good); ALTER TABLE is not retried by the
// engine when it loses its race (iceberg.md 2.2), so the workflow tries again; rollback by revert puts code back, never
// a column. Left out: the audit store, the pull request's check upstream, human errors in review. Assumption: the plan
// goes on when a step has been refused by Flink (the supervisor keeps trying) or waits for its column (the backfill
// keeps waiting): those are over for the plan, not for the system; and the plan stops at a table that cannot be
// altered. A step may wait for a condition on a metric. Assumption: whoever waits looks at once and then each
// `check_every`, begins at the first look at which the condition is true, and looks for a slot of the cadence from that
// instant on; it may be untrue again when the slot comes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "models/claims.hpp"
#include "models/event.hpp"
#include "models/schema.hpp"
#include "models/source.hpp"
#include "models/tables.hpp"
#include "sim/cadence.hpp"
#include "sim/calendar.hpp"
#include "sim/time.hpp"

namespace converge::models {

enum class StepKind : std::uint8_t {
  generate,
  review,
  ci,
  staging,  // the control plane's own, in front of every plan
  alter_cdc_table,
  alter_base_table,
  deploy_spark,
  deploy_flink,
  backfill,
  rollback_flink,
  rollback_spark,
  source_ddl
};

struct StepConfig {
  StepKind kind = StepKind::backfill;
  std::string name;                               // unique in the plan; the kind's name when empty
  std::string table{};                            // whose, of a step that is about one table, where there are two
  std::optional<std::vector<std::string>> after;  // steps that must be over; without it: the one written before it
  std::optional<sim::Cadence> cadence;            // without it: its system's
  sim::Duration delay;                            // waits this long once it could start
  std::optional<Condition> when;                  // then waits until this is true
};

struct ControlConfig {
  enum class AlterAt : std::uint8_t { trigger, merge, staging_passed };

  sim::Window push_delay{sim::seconds(5), sim::minutes(2), sim::minutes(10)};
  std::int32_t push_loss_ppm = 0;  // fault: per DDL
  sim::Duration pull_every = sim::hours(24);
  sim::Duration pull_offset;
  bool any_pull_offset = false;  // nobody knows it: a choice
  sim::Window generate{sim::seconds(10), sim::minutes(2), sim::minutes(15)};
  sim::Window review{sim::minutes(10), sim::hours(4), sim::days(3)};
  sim::Window ci{sim::minutes(10), sim::minutes(30), sim::minutes(120)};
  sim::Window staging{sim::minutes(10), sim::minutes(30), sim::hours(4)};
  std::int32_t bad_code_ppm = 0;                                   // fault: per generation, code that cannot run (P2)
  std::int32_t staging_catches_ppm = 900'000;                      // of that, what staging catches
  sim::Window fix{sim::minutes(30), sim::hours(4), sim::days(3)};  // assumption: as long as a review
  sim::Window alter{sim::milliseconds(200), sim::milliseconds(600), sim::seconds(5)};
  std::int32_t alter_attempts = 10;
  sim::Duration alter_retry = sim::seconds(1);
  AlterAt alter_at = AlterAt::trigger;
  sim::Cadence deploy_spark;
  sim::Cadence deploy_flink;
  sim::Duration check_every = sim::minutes(1);  // assumption: between two looks at the condition of a step
  std::vector<StepConfig> steps;                // the plan, for each change in turn
};

// The plan with names resolved: predecessors as bits, in the order of the list.
struct Step {
  StepKind kind = StepKind::backfill;
  std::string name;
  std::string table;
  std::uint32_t after = 0;
  sim::Cadence cadence;
  sim::Duration delay;
  std::optional<Condition> when;
};

inline constexpr std::size_t kStepsMax = 24;

// The canonical plan: tables, Spark, Flink, backfill (pinterest-three-phase.md 3.1).
std::vector<StepConfig> canonical_plan();
// The same over two tables: what is about a table, for each of them.
std::vector<StepConfig> canonical_plan(const std::vector<std::string>& tables);
std::string_view name(StepKind);
bool is_about_one_table(StepKind);  // the others are about a job, which all tables share
// "alter_cdc_table(orders)": what a step without a name is called.
std::string default_name(const StepConfig&);

// Additive or widening, and not blocked (pinterest-three-phase.md 4).
bool automated(const ChangeConfig&);

// The plan with the control plane's own steps in front. Names that no step has, and cycles, are the loader's to refuse:
// here they stop the program.
std::vector<Step> resolve(const ControlConfig&);

struct StepState {
  enum class Status : std::uint8_t { waiting, ready, running, released, done, failed };
  Status status = Status::waiting;
  bool held_up = false;  // its condition was not true when it could have begun
  std::uint8_t attempt = 0;
  std::uint32_t version = 0;  // ALTER: of the metadata that it was staged on
  sim::Instant ready;
  sim::Instant started;
  sim::Instant finished;

  bool operator==(const StepState&) const = default;
  friend auto fields(const StepState& s) {
    return std::tie(s.status, s.held_up, s.attempt, s.version, s.ready, s.started, s.finished);
  }
};

// Of a change. Where one rollout carries the changes of two tables, they are in one phase from when both are known, and
// the steps are the first one's.
struct Rollout {
  enum class Phase : std::uint8_t { unseen, queued, open, done, refused };
  Phase phase = Phase::unseen;
  bool drifted = false;   // the source has it, or it was announced: there is something to detect
  bool bad_code = false;  // generated code that cannot run, and nobody has noticed yet
  sim::Instant detected;
  sim::Instant opened;
  sim::Instant finished;
  boost::container::static_vector<StepState, kStepsMax> steps;

  bool operator==(const Rollout&) const = default;
  friend auto fields(const Rollout& r) {
    return std::tie(r.phase, r.drifted, r.bad_code, r.detected, r.opened, r.finished, r.steps);
  }
};

struct Control {
  std::vector<Rollout> rollouts;  // by change
  sim::Duration pull_offset;
  sim::Duration spark_slots;  // offsets of the deploy slots, where nobody knows them
  sim::Duration flink_slots;

  bool operator==(const Control&) const = default;
  friend auto fields(const Control& c) { return std::tie(c.rollouts, c.pull_offset, c.spark_slots, c.flink_slots); }
};

struct ControlIo {
  PerTable<CdcTable>& ledger;
  BaseTable& base;
};

class ControlModel {
 public:
  ControlModel(const ControlConfig& config, sim::Epoch epoch, const std::vector<ChangeConfig>& changes);

  void start(Control&, Context&) const;
  // The connector reads the DDL `from` that instant on, and sends the message that starts the workflow.
  void ddl_executed(Control&, std::uint8_t change, sim::Instant from, Context&) const;
  void detected(Control&, std::uint8_t change, bool by_pull, Context&) const;
  // A step that could begin looks at its condition, which is true or not.
  void look(Control&, std::uint8_t change, std::size_t step, bool holds, Context&) const;
  void go(Control&, std::uint8_t change, std::size_t step, ControlIo, Context&) const;
  void alter(Control&, std::uint8_t change, std::size_t step, ControlIo, Context&) const;
  void step_done(Control&, std::uint8_t change, std::size_t step, Context&) const;
  // The build that a step installs.
  Build installs(std::uint8_t change, std::size_t step) const { return build(version_of(steps_[step].kind, change)); }
  void cut_over(Control&, std::uint8_t build, Context&) const;
  void refused(Control&, std::uint8_t build, Context&) const;
  void backfill(Control&, std::uint8_t change, StepState::Status, Context&) const;

  Build build(std::size_t version) const;  // knows the first `version` changes
  // The version of the build that the rollout of this change brings, and whether that version brings the change.
  std::size_t version_with(std::size_t change) const { return together_ ? changes_.size() : change + 1; }
  bool brings(std::size_t version, std::size_t change) const { return version == version_with(change); }
  // The rollout that carries a change, by the change whose steps are its steps.
  std::size_t rollout_of(std::size_t change) const { return together_ ? 0 : change; }
  // The change that a step of a rollout is about; of one that is about a job, the first that it carries.
  std::uint8_t change_of(std::size_t rollout, std::size_t step) const {
    return static_cast<std::uint8_t>(together_ ? about_[step] : rollout);
  }
  bool together() const { return together_; }  // one rollout carries the changes of two tables
  const std::vector<Step>& steps() const { return steps_; }
  const ControlConfig& config() const { return config_; }
  bool busy(const Control&) const;  // a rollout is open

 private:
  void found(Control&, std::uint8_t change, bool by_pull, Context&) const;
  void open_next(Control&, Context&) const;
  void open(Control&, std::size_t rollout, Context&) const;
  iceberg::Table& altered(ControlIo, std::size_t step) const;
  void make_ready(Control&, std::uint8_t change, std::size_t step, Context&) const;
  void find_slot(const Control&, std::uint8_t change, std::size_t step, sim::Instant could, Context&) const;
  sim::Instant slot_for(const Control&, const Step&, sim::Instant could) const;
  void settle(Control&, std::uint8_t change, std::size_t step, StepState::Status, Context&) const;
  std::uint8_t version_of(StepKind, std::uint8_t change) const;

  ControlConfig config_;
  sim::Epoch epoch_;
  const std::vector<ChangeConfig>& changes_;
  std::vector<Step> steps_;
  bool together_;
  std::vector<std::size_t> about_;  // by step: the change of its table
};

}  // namespace converge::models
