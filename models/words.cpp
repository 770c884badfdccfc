#include "models/words.hpp"

#include <fmt/format.h>

#include <array>
#include <cassert>

#include "models/pipeline.hpp"

namespace converge::models {

namespace {

// The names of the columns in a set, as the scenario calls them.
std::string columns(const Pipeline& model, std::int64_t set) {
  std::string names;
  for (std::size_t i = 0; i < model.config().changes.size(); ++i) {
    if ((set & (std::int64_t{2} << i)) != 0) names += (names.empty() ? "" : ", ") + title(model.config().changes, i);
  }
  return names;
}

std::string change_name(const Pipeline& model, std::int64_t i) {
  return title(model.config().changes, static_cast<std::size_t>(i));
}

// What stands in front of a step: the change that its rollout carries, unless it carries several.
std::string of_rollout(const Pipeline& model, std::int64_t i) {
  return model.control().together() ? std::string{} : change_name(model, i) + ": ";
}

std::string_view step_name(const Pipeline& model, std::int64_t i) {
  return model.control().steps()[static_cast<std::size_t>(i)].name;
}

std::string_view kind_name(std::int64_t kind) {
  constexpr std::array<std::string_view, 4> names{"remerge", "reparse", "bootstrap", "rewind"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace

std::string_view actor_name(std::uint16_t actor) {
  constexpr std::array<std::string_view, kActors> names{"source",    "cdc",         "kafka",       "flink",
                                                        "cdc-table", "base-table",  "spark/merge", "spark/backfill",
                                                        "control",   "maintenance", "readers",     "monitor"};
  return names[actor];
}

std::string actor_words(const Pipeline& model, std::uint16_t told_by) {
  const std::string name{actor_name(static_cast<std::uint16_t>(actor_of(told_by)))};
  const std::vector<std::string> tables = table_names(model.config().changes);
  const Actor who = actor_of(told_by);
  const bool has_parts = who == Actor::cdc_table || who == Actor::base_table || who == Actor::merge ||
                         who == Actor::backfill || who == Actor::maintenance;
  return tables.size() > 1 && has_parts ? name + "(" + tables[table_of(told_by)] + ")" : name;
}

std::string words(const Pipeline& model, const sim::Note& n) {
  const auto rows = [&](std::int64_t tracked) {
    return fmt::format("{} tracked row{}", tracked, tracked == 1 ? "" : "s");
  };
  switch (static_cast<Told>(n.kind)) {
    case Told::ddl_executed:
      return fmt::format("DDL: column {} changes, at log position {}", change_name(model, n.a), n.b);
    case Told::cdc_crashed: return fmt::format("crashes at position {}; stored is {}", n.b, n.a);
    case Told::cdc_recovered: return fmt::format("resumes behind position {}: what follows is handed over again", n.a);
    case Told::cdc_failed: return fmt::format("position {} is no longer in the source's log: fails for good", n.a);
    case Told::leader_lost: return fmt::format("partition {} lost its leader", n.a);
    case Told::ddl_message_sent: return fmt::format("the DDL message for {} is on its way", change_name(model, n.a));
    case Told::ddl_message_lost:
      return fmt::format("the DDL message for {} is lost: the daily pull will find it", change_name(model, n.a));
    case Told::flink_failed: return fmt::format("a task fails; goes back to checkpoint {}", n.a);
    case Told::flink_recovered: return fmt::format("runs again, {} to read", rows(n.a));
    case Told::flink_stopping: return fmt::format("stops with savepoint: build {} -> {}", n.a, n.b);
    case Told::flink_cancelled: return fmt::format("cannot stop with savepoint, cancelled: build {} -> {}", n.a, n.b);
    case Told::flink_refused:
      return fmt::format("build {} is refused: the CDC table lacks {}", n.a, columns(model, n.b));
    case Told::flink_cannot_run: return fmt::format("build {} cannot run: its generated code is broken", n.a);
    case Told::flink_started: return fmt::format("build {} runs, {} after the stop", n.a, text(sim::seconds(n.b)));
    case Told::flink_cannot_checkpoint:
      return fmt::format("build {} fails at its checkpoint: the table has {}, which its writer lacks", n.a,
                         columns(model, n.b));
    case Told::flink_poisoned:
      return fmt::format("build {} cannot read the change at position {}: a value is too wide for its type", n.a, n.b);
    case Told::flink_truncated:
      return fmt::format("build {} cuts a value at position {} to its type's range", n.a, n.b);
    case Told::flink_gap:
      return fmt::format("offsets are below the log start in {} partitions: {} changes are gone", n.b, n.a);
    case Told::flink_offset_invalid:
      return fmt::format("build {} has no valid offset and no reset policy: fails for good", n.a);
    case Told::flink_cut_over: return fmt::format("build {} commits its first checkpoint ({}): cut over", n.a, n.b);
    case Told::flink_rewound: return fmt::format("reads Kafka again from behind position {}: {} records", n.a, n.b);
    case Told::table_altered: return fmt::format("altered for {}: schema {}", change_name(model, n.a), n.b);
    case Told::alter_lost_race:
      return fmt::format("ALTER TABLE for {} lost to another commit (attempt {})", change_name(model, n.a), n.b);
    case Told::alter_failed: return fmt::format("ALTER TABLE for {} given up", change_name(model, n.a));
    case Told::merge_committed: return fmt::format("run {} commits {} with build {}", n.a, rows(n.b), n.c);
    case Told::merge_unresolved:
      return fmt::format("run {} of build {} fails in analysis: cannot resolve {}", n.a, n.b, columns(model, n.c));
    case Told::merge_conflict: return fmt::format("run {} fails validation: another commit came first", n.a);
    case Told::merge_crashed:
      return fmt::format(fmt::runtime(n.b == 0 ? "run {} fails before its commit" : "run {} dies after its commit"),
                         n.a);
    case Told::merge_skipped_tick: return fmt::format("tick skipped: run {} is still going", n.a);
    case Told::merge_start_expired: return fmt::format("run {} fails: snapshot {} has expired", n.a, n.b);
    case Told::merge_overflow: return fmt::format("run {} fails: a value at position {} is too wide", n.a, n.b);
    case Told::spark_deployed: return fmt::format("build {} is live from the next run on", n.a);
    case Told::backfill_waits: return fmt::format("waits for {} to be in the table", change_name(model, n.a));
    case Told::backfill_started:
      return fmt::format("{} for {} starts, source position {}", kind_name(n.b), change_name(model, n.a), n.c);
    case Told::backfill_committed: return fmt::format("commits {} for {}", rows(n.b), change_name(model, n.a));
    case Told::backfill_conflict:
      return fmt::format("attempt {} for {} fails validation: another commit came first", n.b, change_name(model, n.a));
    case Told::backfill_failed: return fmt::format("attempt {} for {} fails", n.b, change_name(model, n.a));
    case Told::backfill_gave_up: return fmt::format("given up for {} after {} attempts", change_name(model, n.a), n.b);
    case Told::merges_paused: return "paused for the backfill";
    case Told::merges_resumed: return "resumed";
    case Told::detected:
      return fmt::format("{} detected by {}", change_name(model, n.a), n.b == 0 ? "push" : "the daily pull");
    case Told::queued:
      return fmt::format(fmt::runtime(model.control().together() ? "{} waits for the change of the other table"
                                                                 : "{} waits in the queue: one change at a time"),
                         change_name(model, n.a));
    case Told::bad_code_caught:
      return fmt::format("staging catches generated code for {} that cannot run", change_name(model, n.a));
    case Told::refused_change: return fmt::format("{} is not an automated change: blocked", change_name(model, n.a));
    case Told::step_started: return fmt::format("{}{} starts", of_rollout(model, n.a), step_name(model, n.b));
    case Told::step_finished: return fmt::format("{}{} is over", of_rollout(model, n.a), step_name(model, n.b));
    case Told::step_failed: return fmt::format("{}{} failed", of_rollout(model, n.a), step_name(model, n.b));
    case Told::snapshots_expired:
      return fmt::format("{} snapshots of the {} table expire", n.b, n.a == 0 ? "CDC" : "base");
    case Told::compacted: return "base table compacted";
    case Told::compaction_conflict: return "compaction fails validation: a merge came first";
    case Told::read_failed: return "a query names a column that the table does not have";
    case Told::diverged: return fmt::format("divergence: schema {} layers, code {} jobs, data {} rows", n.a, n.b, n.c);
    case Told::row_regressed: return fmt::format("key {} goes back from position {} to {}", n.a, n.b, n.c);
    case Told::converged: return fmt::format("{}: all layers agree", change_name(model, n.a));
    case Told::step_waits:
      return fmt::format("{}{} waits until {}", of_rollout(model, n.a), step_name(model, n.b),
                         words(*model.control().steps()[static_cast<std::size_t>(n.b)].when));
    case Told::step_goes_on:
      return fmt::format("{}{} waits no longer: {}", of_rollout(model, n.a), step_name(model, n.b),
                         words(*model.control().steps()[static_cast<std::size_t>(n.b)].when));
  }
  assert(false);
  return {};
}

}  // namespace converge::models
