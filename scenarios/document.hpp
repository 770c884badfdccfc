// The form of a scenario file, section by section, as it is written; build() makes a Scenario of it. Only
// scenarios/*.cpp see it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/pipeline.hpp"
#include "scenarios/decode.hpp"
#include "scenarios/scenario.hpp"

namespace converge::scenarios {

// When a system deploys. Exactly one of every, cron, manual; none: continuously.
struct CadenceSection {
  std::optional<sim::Duration> every;
  sim::Duration offset;
  bool any_offset = false;
  std::string cron;
  bool train = false;
  sim::Duration cutoff;
  std::optional<sim::Window> manual;
};

struct FreezeSection {
  std::string from;  // "2026-01-09T16:00Z", or weekly "Fri 16:00"
  std::string until;
};

// The bound of a condition, as it was written: which of both it must be hangs on the metric.
struct Bound {
  bool is_duration = false;
  std::int64_t value = 0;  // microseconds of a duration
};

struct ConditionSection {
  std::string actor;
  std::string metric;
  std::optional<Bound> at_most;
  std::optional<Bound> at_least;
  std::optional<Bound> equals;
};

struct StepSection {
  models::StepKind step = models::StepKind::backfill;
  std::string name;
  std::string table;
  std::optional<std::vector<std::string>> after;
  std::optional<CadenceSection> cadence;
  sim::Duration delay;
  std::optional<ConditionSection> when;
};

struct SlaSection {
  sim::Duration convergence = sim::hours(24);
  std::optional<sim::Duration> schema;
};

struct DetectSection {
  sim::Window push_delay = models::ControlConfig{}.push_delay;
  std::int32_t push_loss = 0;
  sim::Duration pull_period = sim::hours(24);
  sim::Duration pull_offset;
  bool any_pull_offset = false;
};

struct ReviewSection {
  sim::Window delay = models::ControlConfig{}.review;
};

struct CicdSection {
  sim::Window generation = models::ControlConfig{}.generate;
  sim::Window duration = models::ControlConfig{}.ci;
  std::int32_t bad_code = 0;
  sim::Window fix = models::ControlConfig{}.fix;
};

struct StagingSection {
  sim::Window validation = models::ControlConfig{}.staging;
  std::int32_t catches_bad_code = models::ControlConfig{}.staging_catches_ppm;
};

struct DeploySection {
  CadenceSection spark;
  CadenceSection flink;
  std::vector<FreezeSection> freeze;
  std::optional<sim::Duration> check_every;
};

struct AlterSection {
  models::ControlConfig::AlterAt at = models::ControlConfig::AlterAt::trigger;
  sim::Window duration = models::ControlConfig{}.alter;
  std::int32_t attempts = models::ControlConfig{}.alter_attempts;
  sim::Duration retry_delay = models::ControlConfig{}.alter_retry;
};

struct DeviationSection {
  std::string actor;
  std::string choice;
  std::uint32_t occurrence = 1;
  std::string answer;
};

// Exactly one of always, never, within, at_most, sometimes.
struct PropertySection {
  std::string name;
  std::optional<ConditionSection> always;
  std::optional<ConditionSection> never;
  std::optional<ConditionSection> sometimes;
  std::optional<sim::Duration> within;
  std::optional<ConditionSection> then;
  std::optional<std::uint32_t> at_most;
  std::optional<ConditionSection> times;
  std::optional<ConditionSection> after;
  std::optional<ConditionSection> until;
};

struct Document {
  std::string title;
  std::string description;
  std::string start = "2026-01-05T00:00:00Z";
  sim::Duration horizon = sim::days(3);
  SlaSection sla;
  std::vector<std::string> tables;
  models::SourceConfig source;
  std::vector<models::ChangeConfig> changes;
  models::CdcConfig cdc;
  models::KafkaConfig kafka;
  models::FlinkConfig flink;
  models::CdcTableConfig cdc_table;
  models::BaseTableConfig base_table;
  models::MergeConfig merge;
  models::BackfillConfig backfill;
  DetectSection detect;
  CicdSection cicd;
  ReviewSection review;
  StagingSection staging;
  AlterSection alter;
  DeploySection deploy;
  std::vector<StepSection> plan;
  models::ReadersConfig readers;
  models::MaintenanceConfig maintenance;
  std::vector<PropertySection> properties;
  std::vector<DeviationSection> given;
  std::optional<Expect> expect;
};

const Object<Document>& document_table();
const Object<DeviationSection>& deviation_table();

// A schedule inside of another document; nothing, and a problem, where it is none.
std::optional<SavedSchedule> read_schedule(const Located&, Context&);

// What the tables cannot say: names that refer to each other, cycles, dates, cadences.
Scenario build(const Document&, Context&);

// Given deviations, by name, against the questions that the scenario asks. Problems stand at `pointer`/index.
std::vector<sim::Deviation> resolve_given(const std::vector<DeviationSection>&, const std::vector<sim::Question>&,
                                          std::string_view pointer, Context&);

}  // namespace converge::scenarios
