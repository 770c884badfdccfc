#include "models/plan_variants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace converge::models {

namespace {

using Guard = MergeConfig::Guard;
using Kind = BackfillConfig::Kind;

template <class T, std::size_t N>
using Names = std::array<std::pair<T, std::string_view>, N>;

constexpr Names<Guard, 4> kGuards{{{Guard::none, "none"},
                                   {Guard::position_at_least, "position_at_least"},
                                   {Guard::position_greater, "position_greater"},
                                   {Guard::position_and_build, "position_and_build"}}};
constexpr Names<BackfillConfig::Watermark, 4> kWatermarks{{{BackfillConfig::Watermark::snapshot, "snapshot"},
                                                           {BackfillConfig::Watermark::ddl, "ddl"},
                                                           {BackfillConfig::Watermark::cut_over, "cut_over"},
                                                           {BackfillConfig::Watermark::keep, "keep"}}};
constexpr Names<BackfillConfig::Snapshot, 2> kSnapshots{
    {{BackfillConfig::Snapshot::at_start, "at_start"}, {BackfillConfig::Snapshot::last_backup, "last_backup"}}};
constexpr Names<BackfillConfig::From, 3> kFrom{{{BackfillConfig::From::ddl, "ddl"},
                                                {BackfillConfig::From::spark_deploy, "spark_deploy"},
                                                {BackfillConfig::From::flink_deploy, "flink_deploy"}}};
constexpr Names<BackfillConfig::MissingColumn, 2> kMissing{
    {{BackfillConfig::MissingColumn::wait, "wait"}, {BackfillConfig::MissingColumn::fail, "fail"}}};
constexpr Names<BackfillConfig::Start, 2> kStarts{
    {{BackfillConfig::Start::at_once, "at_once"}, {BackfillConfig::Start::after_next_merge, "after_next_merge"}}};
constexpr Names<Kind, 4> kKinds{
    {{Kind::remerge, "remerge"}, {Kind::reparse, "reparse"}, {Kind::bootstrap, "bootstrap"}, {Kind::rewind, "rewind"}}};
constexpr Names<bool, 2> kYesNo{{{true, "true"}, {false, "false"}}};

template <class T, std::size_t N>
std::string_view name_in(const Names<T, N>& names, T value) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.first == value; });
  return found->second;
}

// One change for every other value of a setting. `weakest` is the value that stands for no guard at all.
template <class Section, class T, std::size_t N>
void others(std::vector<PlanChange>& all, const PipelineConfig& config, std::string_view what,
            Section PipelineConfig::* section, T Section::* field, const Names<T, N>& names,
            std::optional<T> weakest = {}) {
  const T now = config.*section.*field;
  for (const auto& [value, name] : names) {
    if (value == now) continue;
    PlanChange c{.what = std::string{what}, .removes = weakest && value == *weakest};
    c.text = fmt::format("{}: {} instead of {}", what, name, name_in(names, now));
    c.apply = [section, field, v = value](PipelineConfig& p) { p.*section.*field = v; };
    all.push_back(std::move(c));
  }
}

// What steps wait for: taken away, or put before the backfill, where a merge's lag is what spoils most.
void preconditions(std::vector<PlanChange>& all, const PipelineConfig& config, const PlanSteps& plan) {
  const auto& metrics_of_all = metrics();
  const auto lag = std::find_if(metrics_of_all.begin(), metrics_of_all.end(),
                                [](const Metric& m) { return m.actor == Actor::merge && m.name == "lag"; });
  const Condition merged{.metric = static_cast<MetricId>(lag - metrics_of_all.begin())};
  for (std::size_t i = 0; i < plan.kinds.size(); ++i) {
    const bool waits = i < config.control.steps.size() && config.control.steps[i].when.has_value();
    if (!waits && plan.kinds[i] != StepKind::backfill) continue;
    PlanChange c{.what = "plan.when " + plan.names[i], .removes = waits};
    c.text = waits ? fmt::format("plan: {} does not wait until {}", plan.names[i], words(*config.control.steps[i].when))
                   : fmt::format("plan: {} waits until {}", plan.names[i], words(merged));
    c.apply = [i, when = waits ? std::optional<Condition>{} : std::optional{merged}](PipelineConfig& p) {
      if (p.control.steps.empty()) p.control.steps = canonical_plan();
      p.control.steps[i].when = when;
    };
    all.push_back(std::move(c));
  }
}

}  // namespace

std::vector<PlanChange> plan_changes(const PipelineConfig& config) {
  std::vector<PlanChange> all;
  const PlanSteps plan = plan_steps(config);
  const BackfillConfig& b = config.backfill;
  const bool writes_all = b.kind == Kind::bootstrap && b.write == BackfillConfig::Write::replace;
  others(all, config, "merge.guard", &PipelineConfig::merge, &MergeConfig::guard, kGuards, {Guard::none});

  const auto backfills = static_cast<std::size_t>(std::count(plan.kinds.begin(), plan.kinds.end(), StepKind::backfill));
  if (backfills == 0) {
    PlanChange c{.what = "plan", .text = "plan: a backfill behind the last step"};
    c.apply = [](PipelineConfig& p) {
      for (const std::string& table : table_names(p.changes))
        p.control.steps.push_back({.kind = StepKind::backfill, .table = table});
    };
    const std::vector<std::string> tables = table_names(config.changes);
    const bool named = std::any_of(tables.begin(), tables.end(), [&](const std::string& table) {
      const std::string own = default_name({.kind = StepKind::backfill, .table = table});
      return std::find(plan.names.begin(), plan.names.end(), own) != plan.names.end();
    });
    const std::size_t steps = 4 + plan.names.size() + tables.size();  // with the control plane's four
    if (!named && steps <= kStepsMax) all.push_back(std::move(c));
    preconditions(all, config, plan);
    return all;
  }
  preconditions(all, config, plan);
  others(all, config, "backfill.kind", &PipelineConfig::backfill, &BackfillConfig::kind, kKinds);
  std::erase_if(all, [&](const PlanChange& c) {  // there is no payload to parse; a rewind is of one table alone
    return (!config.cdc_table.keeps_raw && c.text.starts_with("backfill.kind: reparse")) ||
           (table_names(config.changes).size() > 1 && c.text.starts_with("backfill.kind: rewind"));
  });
  if (b.kind == Kind::bootstrap) {
    others(all, config, "backfill.snapshot", &PipelineConfig::backfill, &BackfillConfig::snapshot, kSnapshots);
    others(all, config, "backfill.watermark", &PipelineConfig::backfill, &BackfillConfig::watermark, kWatermarks);
  }
  if (b.kind == Kind::remerge || b.kind == Kind::reparse) {
    others(all, config, "backfill.from", &PipelineConfig::backfill, &BackfillConfig::from, kFrom);
  }
  if (!writes_all && b.kind != Kind::rewind) {
    others(all, config, "backfill.guard", &PipelineConfig::backfill, &BackfillConfig::guard, kGuards, {Guard::none});
  }
  if (b.kind != Kind::rewind) {
    others(all, config, "backfill.missing_column", &PipelineConfig::backfill, &BackfillConfig::missing_column, kMissing,
           {BackfillConfig::MissingColumn::fail});
    others(all, config, "backfill.pauses_merges", &PipelineConfig::backfill, &BackfillConfig::pauses_merges, kYesNo,
           {false});
    if (b.missing_column == BackfillConfig::MissingColumn::wait) {
      others(all, config, "backfill.start", &PipelineConfig::backfill, &BackfillConfig::start, kStarts);
    }
  }
  for (std::size_t h = 0; backfills == 1 && h < plan.kinds.size(); ++h) {
    if (plan.kinds[h] != StepKind::backfill) continue;
    for (std::size_t step = 0; step < plan.kinds.size(); ++step) {
      if (step == h) continue;
      all.push_back(
          {.what = "trigger",
           .text = fmt::format("{} is triggered by {}: it comes directly behind it", plan.names[h], plan.names[step]),
           .directly = sim::Edge{step, h}});
    }
  }
  return all;
}

}  // namespace converge::models
