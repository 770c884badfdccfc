// The table of metrics: each against a recount of the whole state, at every event of runs in which things go wrong.
#include "models/metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "models/words.hpp"
#include "tests/support/experiment.hpp"

namespace converge::models {
namespace {

using support::Bench;

const Metric& metric(Actor actor, std::string_view name) {
  const auto all = metrics();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Metric& m) { return m.actor == actor && m.name == name; });
  EXPECT_NE(found, all.end()) << name;
  return *found;
}

std::int64_t value(const Pipeline& model, const PipelineState& s, sim::Instant now, Actor actor,
                   std::string_view name) {
  return metric(actor, name).value(model, s, now);
}

TEST(Metrics, EachHasANameOfItsOwnAndSaysWhatItIs) {
  std::set<std::pair<Actor, std::string_view>> seen;
  Actor before = Actor::source;
  for (const Metric& m : metrics()) {
    EXPECT_TRUE(seen.emplace(m.actor, m.name).second) << m.name;
    EXPECT_FALSE(m.doc.empty()) << m.name;
    EXPECT_FALSE(m.doc.ends_with('.')) << m.name;
    EXPECT_NE(m.value, nullptr) << m.name;
    EXPECT_EQ(m.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << m.name;
    EXPECT_FALSE(actor_name(static_cast<std::uint16_t>(m.actor)).empty());
    EXPECT_LE(before, m.actor) << "in the order of the actors: " << m.name;
    before = m.actor;
  }
  EXPECT_LE(metrics().size(), 64U);
}

PipelineConfig faulty() {
  PipelineConfig c;
  c.horizon = sim::days(2);
  c.changes.push_back(support::added_column("discount", sim::hours(9)));
  c.changes.push_back(support::widened_column("amount", sim::hours(10)));
  c.flink.on_overflow = FlinkConfig::Overflow::truncate;
  c.control.steps = support::plan({StepKind::deploy_spark, StepKind::alter_base_table, StepKind::alter_cdc_table,
                                   StepKind::deploy_flink, StepKind::backfill});
  c.control.steps[1].delay = sim::hours(1);
  c.cdc.crash_ppm = 5'000;
  c.kafka.leader_loss_ppm = 5'000;
  c.flink.failure_ppm = 10'000;
  c.merge.failure_ppm = 100'000;
  c.backfill.failure_ppm = 200'000;
  return c;
}

// Visits each world of some sampled runs, after each event.
template <class Visit>
void each_world(const PipelineConfig& config, std::uint64_t seeds, Visit visit) {
  const Pipeline model{config};
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    sim::SampledChooser chooser{model.questions(), seed};
    sim::Trace trace;
    PipelineWorld world = sim::initial(model, chooser, trace);
    const sim::Instant end = sim::Instant{} + config.horizon;
    while (!world.agenda.pending.empty() && world.agenda.pending.front().at <= end) {
      sim::step(model, world, chooser, trace);
      visit(model, world.state, world.agenda.now);
    }
  }
}

TEST(Metrics, AreNeverNegative) {
  std::vector<std::int64_t> most(metrics().size());
  each_world(faulty(), 20, [&](const Pipeline& model, const PipelineState& s, sim::Instant now) {
    for (std::size_t i = 0; i < metrics().size(); ++i) {
      const std::int64_t v = metrics()[i].value(model, s, now);
      ASSERT_GE(v, 0) << metrics()[i].name;
      most[i] = std::max(most[i], v);
    }
  });
  // And nearly all of them move: what never does was not tested.
  for (std::size_t i = 0; i < metrics().size(); ++i) {
    const bool quiet = metrics()[i].name == "failed_reads" ||
                       (metrics()[i].actor == Actor::flink && metrics()[i].name == "lost") ||
                       (metrics()[i].actor == Actor::backfill && metrics()[i].name == "failed");
    EXPECT_TRUE(quiet || most[i] > 0) << actor_name(static_cast<std::uint16_t>(metrics()[i].actor)) << " "
                                      << metrics()[i].name;
  }
}

// Durations grow by the time that passes, or not at all; the rest waits for events.
TEST(Metrics, OnlyDurationsMoveWithTime) {
  each_world(faulty(), 3, [&](const Pipeline& model, const PipelineState& s, sim::Instant now) {
    for (const Metric& m : metrics()) {
      const std::int64_t here = m.value(model, s, now);
      const std::int64_t later = m.value(model, s, now + sim::seconds(7)) - here;
      ASSERT_TRUE(later == 0 || (m.grows() && later == sim::seconds(7).us)) << m.name;
    }
  });
}

TEST(Metrics, FreshnessIsTheAgeOfTheOldestChangeThatTheBaseTableMisses) {
  std::int64_t oldest = 0;
  each_world(faulty(), 5, [&](const Pipeline& model, const PipelineState& s, sim::Instant now) {
    std::int64_t age = 0;
    for (Lsn lsn = 1; lsn <= s.source.log.size() && age == 0; ++lsn) {
      const Change& c = model.source().at(s.source, lsn);
      const bool there = c.key < s.base.rows.size() && s.base.rows[c.key].lsn >= lsn;
      if (!there) age = (now - c.at).us;
    }
    ASSERT_EQ(value(model, s, now, Actor::base_table, "freshness"), age);
    oldest = std::max(oldest, age);
  });
  EXPECT_GT(oldest, sim::hours(1).us);
}

TEST(Metrics, FlinksLagIsWhatTheTopicHasAndTheCdcTableLacks) {
  PipelineConfig config = faulty();
  config.cdc.crash_ppm = 0;  // each change is then in the topic once
  std::int64_t most = 0;
  each_world(config, 10, [&](const Pipeline& model, const PipelineState& s, sim::Instant now) {
    const auto in_table = static_cast<std::int64_t>(s.ledger.rows.size());
    const auto in_topic = static_cast<std::int64_t>(s.topic.records.size());
    ASSERT_EQ(value(model, s, now, Actor::flink, "lag"), in_topic - in_table);
    ASSERT_EQ(value(model, s, now, Actor::cdc, "lag"), static_cast<std::int64_t>(s.source.log.size()) - in_topic);
    most = std::max(most, in_topic - in_table);
  });
  EXPECT_GT(most, 0);
}

TEST(Metrics, MergesLagIsWhatTheCdcTableHasBehindTheWatermark) {
  PipelineConfig config = support::rollout();
  config.merge.watermark_saved = MergeConfig::Saved::before;
  Bench bench{config};
  ASSERT_TRUE(
      bench.run_until([](const PipelineState& s) { return s.merge.running && s.merge.upto.row > 5; }, sim::days(1)));
  const PipelineState& s = bench.state();
  const sim::Instant now = support::at(bench.now());
  const std::int64_t lag = value(bench.model(), s, now, Actor::merge, "lag");
  EXPECT_EQ(lag, static_cast<std::int64_t>(s.ledger.rows.size()) - s.merge.from.row);
  EXPECT_GT(lag, static_cast<std::int64_t>(s.ledger.rows.size()) - s.merge.watermark.row) << "saved, and not merged";
  ASSERT_TRUE(bench.run_until([](const PipelineState& t) { return !t.merge.running; }, sim::days(1)));
  EXPECT_EQ(value(bench.model(), s, now, Actor::merge, "lag"),
            static_cast<std::int64_t>(s.ledger.rows.size()) - s.merge.watermark.row);
}

TEST(Metrics, FlinksDowntimeCountsTheStopThatIsGoingOn) {
  Bench bench{support::rollout()};
  ASSERT_TRUE(
      bench.run_until([](const PipelineState& s) { return s.flink.phase == Flink::Phase::stopping; }, sim::days(1)));
  const sim::Duration stopped = bench.now();
  bench.run_until(stopped + sim::minutes(3));
  const sim::Instant now = support::at(bench.now());
  EXPECT_EQ(value(bench.model(), bench.state(), now, Actor::flink, "down"), sim::minutes(3).us);
  EXPECT_EQ(value(bench.model(), bench.state(), now, Actor::flink, "stopped"), 1);
  bench.run_until(sim::days(1));
  EXPECT_EQ(value(bench.model(), bench.state(), support::at(sim::days(1)), Actor::flink, "down"), sim::minutes(5).us);
}

TEST(Metrics, VersionsFollowTheRollout) {
  Bench bench{support::rollout()};
  const auto versions = [&] {
    std::string all;
    for (const Actor actor :
         {Actor::source, Actor::cdc_table, Actor::base_table, Actor::merge, Actor::flink, Actor::readers}) {
      all += std::to_string(value(bench.model(), bench.state(), support::at(bench.now()), actor, "version"));
    }
    return all;
  };
  EXPECT_EQ(versions(), "000000");
  bench.run_until(sim::hours(12));
  EXPECT_EQ(versions(), "100000");
  bench.run_until(sim::hours(16) + sim::minutes(44));
  EXPECT_EQ(versions(), "111100");
  bench.run_to_horizon();
  EXPECT_EQ(versions(), "111111");
}

TEST(Metrics, RowsAreThoseOfTheReport) {
  PipelineConfig config = support::rollout();
  config.control.steps = canonical_plan();
  config.control.steps.pop_back();  // no backfill: nulls stay
  const Pipeline model{config};
  sim::NominalChooser chooser{model.questions()};
  const auto done = run(model, chooser, Recording::on);
  const sim::RunResult r = judge(model, done);
  const PipelineState& s = done.world.state;
  const sim::Instant end = support::at(config.horizon);
  ASSERT_GT(r.nulls_at_end, 0);
  EXPECT_EQ(value(model, s, end, Actor::base_table, "nulls"), r.nulls_at_end);
  EXPECT_EQ(value(model, s, end, Actor::base_table, "wrong"), r.wrong_at_end);
  EXPECT_EQ(value(model, s, end, Actor::base_table, "diverged"), r.diverged_at_end);
  EXPECT_EQ(value(model, s, end, Actor::monitor, "data"), r.data.back().value);
  EXPECT_EQ(value(model, s, end, Actor::readers, "reads"), static_cast<std::int64_t>(r.reads));
  EXPECT_EQ(value(model, s, end, Actor::merge, "committed"), static_cast<std::int64_t>(r.merges_committed));
  EXPECT_EQ(value(model, s, end, Actor::flink, "down"), r.flink_down.us);
  EXPECT_EQ(value(model, s, end, Actor::control, "done"), 1);
}

}  // namespace
}  // namespace converge::models
