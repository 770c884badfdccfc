// Shrinking on whole scenarios: whatever fails in a drawn case ends as a short schedule that fails in the same
// property, without a deviation that could be left out, and whose saved file replays to the same trace.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "models/run.hpp"
#include "scenarios/scenario.hpp"
#include "sim/shrink.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/program.hpp"

namespace converge {
namespace {

using models::Pipeline;
using support::kSanitized;

models::Run replayed(const Pipeline& model, const sim::Found& found, models::Recording recording) {
  sim::NominalChooser nominal{model.questions(), found.workload};
  sim::ReplayedChooser chooser{nominal, found.deviations};
  return models::run(model, chooser, recording);
}

bool violates(const Pipeline& model, const sim::Found& found, std::size_t property) {
  const models::Run run = replayed(model, found, models::Recording::off);
  return !models::properties(model, run.world.state)[property].holds;
}

// What a schedule of this seed, with these answers, does otherwise than the usual run. Random changes stay those of the
// seed.
sim::Found found_in(const Pipeline& model, std::uint64_t seed, std::vector<sim::Deviation> given) {
  const auto is_bits = [&](const sim::Deviation& d) {
    return model.questions()[d.question].answers == sim::AnswerKind::bits;
  };
  std::erase_if(given, is_bits);
  sim::SampledChooser sampled{model.questions(), seed};
  sim::ReplayedChooser chooser{sampled, given};
  const models::Run run = models::run(model, chooser, models::Recording::on);
  sim::Found found{seed, sim::deviations_from_nominal(run.record, model.questions())};
  std::erase_if(found.deviations, is_bits);
  return found;
}

std::uint64_t hash_of_saved_file(const Pipeline& model, const sim::Found& found) {
  scenarios::SavedSchedule saved{"a.json", {}};
  if (found.workload != 0) saved.schedule.workload = found.workload;
  for (const sim::Deviation& d : found.deviations) saved.schedule.deviations.push_back(sim::name(d, model.questions()));
  const std::string text = scenarios::write_schedule(saved);
  const scenarios::ParsedSchedule parsed = scenarios::parse_schedule(text);
  if (!parsed.saved) return 0;
  std::vector<scenarios::Problem> problems;
  const auto deviations = scenarios::resolve(*parsed.saved, text, model.questions(), problems);
  if (!problems.empty()) return 0;
  const auto elsewhere = sim::elsewhere(parsed.saved->schedule, model.questions());
  sim::ReplayedChooser chooser{*elsewhere, deviations};
  return models::run(model, chooser, models::Recording::off).trace_hash;
}

// The first property that the schedule violates and the usual run keeps; else the first that it violates.
std::optional<std::size_t> violated_first(const Pipeline& model, const sim::Found& found) {
  const auto failing = models::properties(model, replayed(model, found, models::Recording::off).world.state);
  const auto usual = models::properties(model, replayed(model, {}, models::Recording::off).world.state);
  std::optional<std::size_t> first;
  for (std::size_t p = failing.size(); p-- > 0;) {
    if (!failing[p].holds && (usual[p].holds || !first || !usual[*first].holds)) first = p;
  }
  return first;
}

// What is wrong with a shrunk schedule, looked at from outside.
std::string wrong_with(const Pipeline& model, const sim::Found& least, std::size_t property) {
  const auto fails = [&](const sim::Found& f) { return violates(model, f, property); };
  if (!fails(least)) return "it does not fail";
  if (least.workload != 0 && fails({0, least.deviations})) return "it does not need its workload";
  for (std::size_t i = 0; i < least.deviations.size(); ++i) {
    sim::Found less = least;
    less.deviations.erase(less.deviations.begin() + static_cast<std::ptrdiff_t>(i));
    if (fails(less)) return "it does not need deviation " + std::to_string(i);
  }
  if (hash_of_saved_file(model, least) != replayed(model, least, models::Recording::off).trace_hash)
    return "its file replays to another trace";
  return "";
}

sim::Shrunk shrunk(const Pipeline& model, const sim::Found& found, std::size_t property, std::uint64_t tries_most) {
  const auto fails = [&](const sim::Found& f) { return violates(model, f, property); };
  return sim::shrink(model.questions(), found, fails, tries_most);
}

// Drawn scenarios: most of them fail by their plan alone, and then nothing is left. Tries are bounded
// for time's sake.
RC_GTEST_PROP(Shrinking, OfAnyCaseThatFailsIsMinimalAndReplaysFromItsFile, (const support::Case& drawn)) {
  const Pipeline model{drawn.config()};
  const sim::Found found = found_in(model, drawn.seed, drawn.schedule(model));
  const auto property = violated_first(model, found);
  if (!property) return;
  const std::uint64_t events = replayed(model, found, models::Recording::off).events;
  const sim::Shrunk least = shrunk(model, found, *property, 20 + 200'000 / (events + 1));
  RC_ASSERT(violates(model, least.schedule, *property));
  if (least.minimal) RC_ASSERT(wrong_with(model, least.schedule, *property) == "");
}

// A rollout whose usual run is sound, with faults and long tails; some schedules of it fail.
models::PipelineConfig fragile() {
  models::PipelineConfig c = support::small_pipeline();
  c.sla = sim::hours(12);
  c.changes.push_back({.name = "discount", .at = sim::hours(2)});
  c.readers.freshness = sim::hours(3);
  c.cdc.crash_ppm = 1'000;
  c.flink.failure_ppm = 5'000;
  c.merge.failure_ppm = 50'000;
  c.backfill.failure_ppm = 200'000;
  c.control.bad_code_ppm = 200'000;
  c.control.push_loss_ppm = 100'000;
  return c;
}

// Drawn plans of faults and delays over drawn schedules, alike each time.
TEST(Shrinking, OfDrawnFaultPlansLeavesFiveDeviationsAtMostInNineOfTen) {
  const Pipeline model{fragile()};
  const auto plans = rc::gen::container<std::vector<support::DeviationDraw>>(support::any_deviation());
  std::size_t failing = 0;
  std::size_t at_most_five = 0;
  std::size_t longest = 0;
  std::uint64_t tries = 0;
  constexpr std::uint64_t cases = kSanitized ? 15 : 100;
  for (std::uint64_t i = 0; i < cases; ++i) {
    std::vector<sim::Deviation> given;
    for (const support::DeviationDraw& d : plans(rc::Random{i}, 20).value())
      given.push_back(support::deviation(d, model.questions()));
    const sim::Found found = found_in(model, i, given);
    const auto property = violated_first(model, found);
    if (!property) continue;
    const sim::Shrunk least = shrunk(model, found, *property, 20'000);
    EXPECT_TRUE(least.minimal);
    EXPECT_EQ(wrong_with(model, least.schedule, *property), "") << "case " << i;
    ++failing;
    at_most_five += least.schedule.deviations.size() <= 5 ? 1 : 0;
    longest = std::max(longest, least.schedule.deviations.size());
    tries += least.tries;
  }
  RecordProperty("failing", static_cast<int>(failing));
  RecordProperty("at_most_five", static_cast<int>(at_most_five));
  RecordProperty("longest", static_cast<int>(longest));
  RecordProperty("tries", static_cast<int>(tries));
  EXPECT_GT(failing, cases / 4);
  EXPECT_GE(at_most_five * 10, failing * 9);
}

}  // namespace
}  // namespace converge
