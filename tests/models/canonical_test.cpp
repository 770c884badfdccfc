// The canonical form: worlds that it calls equal are equal from there on, and it does call many equal.
#include "models/canonical.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "models/counters.hpp"
#include "models/gathered.hpp"
#include "models/words.hpp"
#include "sim/random.hpp"
#include "tests/support/experiment.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/two_tables.hpp"

namespace converge::models {
namespace {

using support::Case;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kEventsMax = 60'000;

Bytes form(const Pipeline& model, const PipelineWorld& world) {
  Bytes bytes;
  canonical(model, world, bytes);
  return bytes;
}

// Deviates from the usual now and then: of `in` choices of a question one is drawn from its law. Random bits come from
// the workload, whoever asks.
class Wanderer final : public sim::Chooser {
 public:
  Wanderer(const std::vector<sim::Question>& questions, std::uint64_t seed, std::uint64_t in, std::uint64_t workload)
      : questions_{questions}, usual_{questions, workload}, drawn_{questions, seed}, seed_{seed}, in_{in} {}

  std::int64_t answer(sim::QuestionId q, std::uint32_t occurrence) override {
    if (questions_[q].answers == sim::AnswerKind::bits) return usual_.answer(q, occurrence);
    const std::uint64_t dice = sim::fold(seed_ ^ (std::uint64_t{q} << 40U) ^ occurrence, 0x9E3779B97F4A7C15ULL);
    if (dice % in_ != 0) return usual_.answer(q, occurrence);
    const sim::Question& asked = questions_[q];
    // Faults have small probabilities, or none: here they strike.
    if (asked.answers == sim::AnswerKind::option && (dice >> 32U) % 3 == 0) {
      return static_cast<std::int64_t>((dice >> 40U) % asked.options.size());
    }
    return drawn_.answer(q, occurrence);
  }

 private:
  const std::vector<sim::Question>& questions_;
  sim::NominalChooser usual_;
  sim::SampledChooser drawn_;
  std::uint64_t seed_;
  std::uint64_t in_;
};

// ---- what a world does

// Of a note everything but figures that count what has been; and of snapshots that expire nothing: how many there were
// is history too.
std::string told(sim::Note n) {
  switch (static_cast<Told>(n.kind)) {
    case Told::snapshots_expired: return {};
    case Told::flink_failed:
    case Told::merge_committed:
    case Told::merge_unresolved:
    case Told::merge_conflict:
    case Told::merge_crashed:
    case Told::merge_skipped_tick:
    case Told::merge_overflow: n.a = 0; break;
    case Told::merge_start_expired: n.a = n.b = 0; break;
    case Told::flink_started:
    case Told::flink_cut_over: n.b = 0; break;
    default: break;
  }
  return fmt::format("{} actor {} kind {}: {} {} {}", text(n.at), n.actor, n.kind, n.a, n.b, n.c);
}

struct Lived {
  std::vector<std::string> story;
  std::vector<std::int64_t> gathered;
};

// Nothing is left of how often each question was asked, but for the workload's.
PipelineWorld forgetful(PipelineWorld world) {
  for (std::size_t q = 0; q < world.agenda.asked.size(); ++q) {
    if (q != id(Q::source_change)) world.agenda.asked[q] = 0;
  }
  return world;
}

bool too_many(const PipelineWorld& world) { return world.agenda.emitted > kEventsMax; }

// Two worlds side by side, from an instant on. What first differs; empty: nothing does.
std::string first_difference(const Pipeline& model, const PipelineWorld& one, const PipelineWorld& other,
                             sim::Chooser& chooser) {
  std::array<PipelineWorld, 2> worlds{forgetful(one), forgetful(other)};
  const std::size_t properties = gathers(model).size();
  std::array<std::vector<std::int64_t>, 2> gathered;
  std::array<sim::Record, 2> records;
  std::array<sim::Trace, 2> traces{sim::Trace{&records[0]}, sim::Trace{&records[1]}};
  for (std::size_t i = 0; i < 2; ++i) {
    gathered[i].resize(properties);
    take(model, worlds[i].state, gathered[i]);
  }
  if (form(model, worlds[0]) != form(model, one)) return "taking what was gathered changes the form";
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  const auto stories = [&]() -> std::string {
    std::array<std::vector<std::string>, 2> lines;
    for (std::size_t i = 0; i < 2; ++i) {
      for (const sim::Note& n : records[i].notes) {
        if (std::string line = told(n); !line.empty()) lines[i].push_back(std::move(line));
      }
      for (const sim::Answered& a : records[i].answers) {
        lines[i].push_back(fmt::format("{} asks {} number {}: {}", text(a.at), a.question, a.occurrence, a.answer));
      }
      records[i].notes.clear();
      records[i].answers.clear();
    }
    for (std::size_t k = 0; k < std::max(lines[0].size(), lines[1].size()); ++k) {
      const std::string a = k < lines[0].size() ? lines[0][k] : "nothing";
      const std::string b = k < lines[1].size() ? lines[1][k] : "nothing";
      if (a != b) return fmt::format("one: {}; other: {}", a, b);
    }
    return {};
  };
  for (sim::Instant hour = worlds[0].agenda.now; hour < end;) {
    hour = std::min(end, sim::Instant{(hour.us / sim::hours(1).us + 1) * sim::hours(1).us});
    std::array<std::uint64_t, 2> events{};
    for (std::size_t i = 0; i < 2; ++i) {
      const std::uint64_t before = traces[i].events();
      sim::run_until(model, worlds[i], hour, chooser, traces[i]);
      events[i] = traces[i].events() - before;
    }
    if (std::string difference = stories(); !difference.empty()) return difference;
    if (events[0] != events[1]) return fmt::format("by {}: {} events, {} events", text(hour), events[0], events[1]);
    if (form(model, worlds[0]) != form(model, worlds[1])) return fmt::format("the forms differ at {}", text(hour));
    if (too_many(worlds[0])) return {};
  }
  for (std::size_t i = 0; i < 2; ++i) {
    last_look(model, worlds[i], chooser, traces[i]);
    take(model, worlds[i].state, gathered[i]);
  }
  if (gathered[0] != gathered[1]) return "another stretch was gathered";
  for (std::size_t i = 0; i < 2; ++i) take_at_end(model, worlds[i].state, gathered[i]);
  for (std::size_t p = 0; p < properties; ++p) {
    if (gathered[0][p] != gathered[1][p]) {
      return fmt::format("property {} at the end: {} and {}", p, gathered[0][p], gathered[1][p]);
    }
  }
  return {};
}

struct Found {
  std::uint64_t forms = 0;  // at all instants
  std::uint64_t worlds = 0;
  std::uint64_t pairs = 0;  // that were compared
  std::string difference;
};

// Many schedules of one model, side by side; at each instant those that the form calls equal are compared.
Found compare(const Pipeline& model, std::uint64_t seed, std::size_t schedules, sim::Duration every,
              std::size_t pairs_each) {
  Found found;
  const std::uint64_t workload = seed % 3;
  std::vector<PipelineWorld> worlds;
  std::vector<std::unique_ptr<Wanderer>> choosers;
  std::vector<sim::Instant> until;
  sim::Trace trace;
  Wanderer calm{model.questions(), seed, 1'000'000'007, workload};
  for (std::size_t i = 0; i < schedules; ++i) {
    constexpr std::array<std::uint64_t, 4> rates{2, 9, 40, 200};
    choosers.push_back(
        std::make_unique<Wanderer>(model.questions(), seed * 1'000 + i, rates.at(i % rates.size()), workload));
    // Offsets that are drawn for good would keep the worlds apart.
    worlds.push_back(sim::initial<Pipeline>(model, calm, trace));
    until.push_back(sim::Instant{} + every * static_cast<std::int64_t>(1 + i % 7));
  }
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  std::uint64_t future = seed;
  for (sim::Instant at = sim::Instant{} + every; at < end; at = at + every) {
    std::map<Bytes, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < worlds.size(); ++i) {
      sim::Chooser& chooser = at <= until[i] ? static_cast<sim::Chooser&>(*choosers[i]) : calm;
      sim::run_until(model, worlds[i], at, chooser, trace);
      if (too_many(worlds[i])) return found;
      groups[form(model, worlds[i])].push_back(i);
    }
    found.forms += groups.size();
    found.worlds += worlds.size();
    std::size_t pairs = 0;
    for (const auto& [bytes, members] : groups) {
      for (std::size_t k = 1; k < members.size() && pairs < pairs_each; ++k) {
        const PipelineWorld& a = worlds[members[k - 1]];
        const PipelineWorld& b = worlds[members[k]];
        if (a.state == b.state) continue;
        ++pairs;
        ++found.pairs;
        ++future;
        Wanderer next{model.questions(), future, future % 3 == 0 ? 2U : future % 3 == 1 ? 12U : 60U, workload};
        if (std::string difference = first_difference(model, a, b, next); !difference.empty()) {
          found.difference = fmt::format("worlds {} and {} are equal at {}, future {}: {}", members[k - 1], members[k],
                                         text(at), future, difference);
          return found;
        }
      }
    }
  }
  return found;
}

// ---- claims of every pattern, drawn

Condition condition(std::uint64_t dice) {
  using Unit = sim::PropertyResult::Unit;
  Condition c{.metric = static_cast<MetricId>(dice % metrics().size())};
  const bool duration = metrics()[c.metric].unit == Unit::duration;
  c.compare = static_cast<Condition::Compare>((dice >> 8U) % (duration ? 2 : 3));
  constexpr std::array<std::int64_t, 6> counts{0, 1, 2, 5, 40, 100'000};
  constexpr std::array durations{sim::Duration{}, sim::minutes(1),  sim::minutes(10),
                                 sim::hours(1),   sim::minutes(75), sim::hours(5)};
  const std::size_t which = (dice >> 16U) % 6;
  c.bound = duration ? durations.at(which).us : counts.at(which);
  return c;
}

std::vector<Claim> claims(std::uint64_t seed, std::size_t many) {
  std::vector<Claim> all;
  for (std::size_t i = 0; i < many; ++i) {
    const auto dice = [&](std::uint64_t n) { return sim::fold(seed * 64 + i * 8 + n, 0xD6E8FEB86659FD93ULL); };
    Claim claim{.name = fmt::format("claim {}", i), .pattern = static_cast<Claim::Pattern>(dice(0) % 5)};
    claim.condition = condition(dice(1));
    claim.trigger = condition(dice(2));
    claim.limit = sim::minutes(static_cast<std::int64_t>(dice(3) % 300));
    claim.times = static_cast<std::uint32_t>(dice(4) % 4);
    if (dice(5) % 2 == 0) claim.after = condition(dice(5) >> 8U);
    if (dice(6) % 2 == 0) claim.until = condition(dice(6) >> 8U);
    all.push_back(claim);
  }
  return all;
}

// Every other case without claims: they keep worlds apart.
PipelineConfig with_claims(const Case& drawn) {
  PipelineConfig config = drawn.config();
  if (drawn.seed % 2 == 1) config.claims = claims(drawn.seed, 1 + drawn.seed % 5);
  return config;
}

// ---- soundness

RC_GTEST_PROP(Canonical, EqualFormsGoOnAlike, (const Case& drawn)) {
  if (support::kSanitized && drawn.seed % 4 != 0) return;  // a quarter of the cases takes as long there
  const Pipeline model{with_claims(drawn)};
  const Found found = compare(model, drawn.seed, 12, sim::hours(2), 4);
  if (!found.difference.empty()) RC_FAIL(found.difference);
}

RC_GTEST_PROP(Canonical, EqualFormsGoOnAlikeOverTwoTables, (const Case& drawn)) {
  if (support::kSanitized && drawn.seed % 8 != 0) return;
  const Pipeline model{support::over_two_tables(with_claims(drawn))};
  const Found found = compare(model, drawn.seed, 12, sim::hours(2), 4);
  if (!found.difference.empty()) RC_FAIL(found.difference);
}

// As the gallery has it, and every kind of backfill, guard and watermark in turn.
PipelineConfig scene(std::size_t n) {
  PipelineConfig c = support::faulty_rollout();
  const auto pick = [&](std::size_t base) {
    const std::size_t digit = n % base;
    n /= base;
    return digit;
  };
  c.horizon = sim::days(2);
  c.backfill.kind = static_cast<BackfillConfig::Kind>(pick(4));
  c.backfill.watermark = static_cast<BackfillConfig::Watermark>(pick(4));
  c.merge.guard = static_cast<MergeConfig::Guard>(pick(4));
  c.backfill.from = static_cast<BackfillConfig::From>(pick(3));
  c.backfill.write = static_cast<BackfillConfig::Write>(pick(2));
  c.backfill.snapshot = static_cast<BackfillConfig::Snapshot>(pick(2));
  c.backfill.guard = static_cast<MergeConfig::Guard>(pick(4));
  c.merge.watermark_saved = static_cast<MergeConfig::Saved>(pick(3));
  c.merge.isolation = static_cast<MergeConfig::Isolation>(pick(2));
  c.merge.overlap = static_cast<MergeConfig::Overlap>(pick(2));
  c.backfill.pauses_merges = pick(2) == 0;
  c.cdc_table.keeps_raw = c.backfill.kind == BackfillConfig::Kind::reparse;
  c.maintenance.compaction = pick(2) == 1;
  c.merge.mode = static_cast<MergeConfig::Mode>(pick(2));
  if (pick(3) == 1) c.kafka.retention = sim::hours(3);
  if (pick(3) == 1) c.cdc_table.snapshot_expiry = c.base_table.snapshot_expiry = sim::hours(2);
  if (pick(3) == 1) c.changes.push_back(support::widened_column("amount", sim::hours(14)));
  if (pick(3) == 1) c.changes[0].has_default = true;
  if (pick(4) == 1) {
    for (ChangeConfig& change : c.changes) change.announced = true;
    c.control.steps = canonical_plan();
    c.control.steps.insert(c.control.steps.begin() + static_cast<std::ptrdiff_t>(pick(6)),
                           support::step(StepKind::source_ddl));
  }
  c.flink.restore = {sim::minutes(1), sim::minutes(4), sim::hours(2)};
  c.control.review = {sim::minutes(30), sim::hours(1), sim::hours(6)};
  c.source.hot_keys = 8;
  c.kafka.leader_loss_ppm = 10'000;
  c.changes[0].at = sim::hours(5);
  return c;
}

TEST(Canonical, EqualFormsGoOnAlikeUnderEveryBackfill) {
  std::uint64_t pairs = 0;
  for (std::uint64_t n = 0; n < (support::kSanitized ? 12 : 60); ++n) {
    PipelineConfig config = scene(sim::fold(n + 1, 0xA0761D6478BD642FULL) >> 8U);
    if (n % 3 == 2) config.claims = claims(n, 3);
    const Pipeline model{config};
    const Found found = compare(model, n, 14, sim::hours(2), 3);
    pairs += found.pairs;
    ASSERT_EQ(found.difference, "") << "scene " << n;
  }
  EXPECT_GT(pairs, support::kSanitized ? 200U : 1'000U);
}

TEST(Canonical, EqualFormsGoOnAlikeOverTwoTablesUnderEveryBackfill) {
  std::uint64_t pairs = 0;
  for (std::uint64_t n = 0; n < (support::kSanitized ? 8 : 30); ++n) {
    PipelineConfig config = support::over_two_tables(scene(sim::fold(n + 1, 0xA0761D6478BD642FULL) >> 8U));
    if (n % 3 == 2) config.claims = claims(n, 3);
    const Pipeline model{config};
    const Found found = compare(model, n, 14, sim::hours(2), 3);
    pairs += found.pairs;
    ASSERT_EQ(found.difference, "") << "scene " << n;
  }
  EXPECT_GT(pairs, support::kSanitized ? 80U : 300U);
}

// ---- worlds meet again

struct Apart {
  std::size_t forms = 0;  // most at one minute
  sim::Duration from;     // the first minute at which there is more than one
  sim::Duration until;    // and the last
  std::size_t at_the_end = 0;

  bool operator==(const Apart&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Apart& a) {
    return out << a.forms << " forms from " << text(sim::Instant{} + a.from) << " to " << text(sim::Instant{} + a.until)
               << ", in the end " << a.at_the_end;
  }
};

// The nominal run, but for one choice that is given each of these answers.
Apart apart(const PipelineConfig& config, Q question, std::uint32_t occurrence, std::vector<sim::Duration> answers) {
  const Pipeline model{config};
  sim::NominalChooser nominal{model.questions()};
  std::vector<std::unique_ptr<sim::ReplayedChooser>> choosers;
  std::vector<PipelineWorld> worlds;
  sim::Trace trace;
  for (const sim::Duration answer : answers) {
    choosers.push_back(
        std::make_unique<sim::ReplayedChooser>(nominal, std::vector{support::deviation(question, occurrence, answer)}));
    worlds.push_back(sim::initial<Pipeline>(model, *choosers.back(), trace));
  }
  Apart result;
  for (sim::Duration at; at <= config.horizon; at = at + sim::minutes(1)) {
    std::set<Bytes> forms;
    for (std::size_t i = 0; i < worlds.size(); ++i) {
      sim::run_until(model, worlds[i], sim::Instant{} + at, *choosers[i], trace);
      forms.insert(form(model, worlds[i]));
    }
    if (forms.size() > 1) {
      if (result.forms == 0) result.from = at;
      result.until = at;
    }
    if (forms.size() > 1) result.forms = std::max(result.forms, forms.size());
    result.at_the_end = forms.size();
  }
  return result;
}

constexpr sim::Duration option(std::int64_t n) { return sim::microseconds(n); }

TEST(Canonical, WorldsThatDifferInOneEarlyAnswerMeetAgain) {
  using sim::hours, sim::minutes, sim::seconds;
  const PipelineConfig c = support::faulty_rollout();  // the DDL is at noon, the backfill done at 17:35
  EXPECT_EQ(apart(c, Q::flink_checkpoint, 40, {seconds(1), seconds(5), seconds(50)}),
            (Apart{3, minutes(68), minutes(68), 1}));
  EXPECT_EQ(apart(c, Q::merge_duration, 3, {minutes(1), minutes(6), minutes(40)}),
            (Apart{3, minutes(60), minutes(110), 1}));
  EXPECT_EQ(apart(c, Q::cdc_lag, 100, {seconds(0), seconds(1), seconds(60)}),
            (Apart{2, minutes(204), minutes(205), 1}));
  EXPECT_EQ(apart(c, Q::cdc_crash, 100, {option(0), option(1)}), (Apart{2, minutes(204), minutes(215), 1}));
  EXPECT_EQ(apart(c, Q::flink_failure, 60, {option(0), option(1), option(2)}),
            (Apart{3, minutes(109), minutes(111), 1}));
  EXPECT_EQ(apart(c, Q::merge_failure, 20, {option(0), option(1), option(2)}),
            (Apart{3, minutes(315), minutes(335), 1}));
  EXPECT_EQ(apart(c, Q::flink_restore, 0, {minutes(1), minutes(4), hours(2)}),
            (Apart{3, minutes(1025), minutes(1190), 1}));
  EXPECT_EQ(apart(c, Q::review, 0, {minutes(30), hours(1), hours(2), hours(4)}),
            (Apart{4, minutes(724), minutes(1070), 1}));
  EXPECT_EQ(apart(c, Q::backfill_duration, 0, {minutes(20), minutes(30), hours(2)}),
            (Apart{3, minutes(1030), minutes(1169), 1}));
}

// A remerge leaves null what was written before Flink's new build, and that hangs on when this build came.
TEST(Canonical, WorldsWhoseRowsEndDifferentlyStayApart) {
  PipelineConfig c = support::faulty_rollout();
  c.backfill.kind = BackfillConfig::Kind::remerge;
  EXPECT_EQ(apart(c, Q::review, 0, {sim::minutes(30), sim::hours(1), sim::hours(2), sim::hours(4)}).at_the_end, 4U);
}

TEST(Canonical, AFormIsSmall) {
  const Pipeline model{support::faulty_rollout()};
  sim::NominalChooser nominal{model.questions()};
  sim::Trace trace;
  PipelineWorld world = sim::initial<Pipeline>(model, nominal, trace);
  std::size_t most = 0;
  for (sim::Duration at; at <= model.config().horizon; at = at + sim::minutes(5)) {
    sim::run_until(model, world, sim::Instant{} + at, nominal, trace);
    most = std::max(most, form(model, world).size());
  }
  EXPECT_LT(most, 400U);
}

// ---- what is gathered

RC_GTEST_PROP(Gathered, StretchesTogetherSayWhatTheWholeRunSays, (const Case& drawn)) {
  PipelineConfig config = drawn.config();
  config.claims = claims(drawn.seed, 8);
  const Pipeline model{config};
  Wanderer chooser{model.questions(), drawn.seed, 1 + drawn.seed % 20, drawn.seed};
  sim::Trace trace;
  PipelineWorld whole = sim::initial<Pipeline>(model, chooser, trace);
  const sim::Instant end = sim::Instant{} + model.config().horizon;
  const std::vector<Gather> how = gathers(model);
  std::vector<std::int64_t> sums(how.size());
  for (std::size_t i = 0; i < how.size(); ++i) sums[i] = how[i] == Gather::sum ? 0 : kNothing;
  std::vector<std::int64_t> stretch(how.size());
  const auto add = [&] {
    for (std::size_t i = 0; i < how.size(); ++i) sums[i] = combined(how[i], sums[i], stretch[i]);
  };
  PipelineWorld cut = whole;
  std::uint64_t dice = drawn.seed;
  const std::uint64_t often = drawn.seed % 3 == 0 ? 1 : drawn.seed % 3 == 1 ? 7 : 100;
  while (!whole.agenda.pending.empty() && whole.agenda.pending.front().at <= end && !too_many(whole)) {
    sim::step(model, whole, chooser, trace);
    sim::step(model, cut, chooser, trace);
    dice = sim::fold(dice + 1, 0x9E3779B97F4A7C15ULL);
    if (dice % often != 0) continue;
    take(model, cut.state, stretch);
    add();
  }
  for (PipelineWorld* world : {&whole, &cut}) {
    world->agenda.now = end;
    last_look(model, *world, chooser, trace);
  }
  RC_ASSERT(form(model, whole) == form(model, cut));
  take(model, cut.state, stretch);
  add();
  take_at_end(model, cut.state, stretch);
  add();
  const std::vector<sim::PropertyResult> properties = models::properties(model, whole.state);
  RC_ASSERT(properties.size() == how.size());
  for (std::size_t i = 0; i < how.size(); ++i) {
    if (margin(model, i, sums[i]) != properties[i].margin) {
      RC_FAIL(fmt::format("{}: {} gathered, margin {}, and it is {}", properties[i].claim, sums[i],
                          margin(model, i, sums[i]), properties[i].margin));
    }
  }
}

TEST(Counters, EveryMetricIsDecidedOn) { EXPECT_EQ(metrics_decided(), metrics().size()); }

}  // namespace
}  // namespace converge::models
