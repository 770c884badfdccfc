// How fast the canonical scenario runs, and what its world costs to copy, to step and to hash. Figures are medians over
// rounds; the runs of a round are one after the other on one core. `successor` is what an exhaustive search does for
// each state: a copy, one event in it, and its end, here along the next events of the nominal run. `kept` is the memory
// for each of the worlds along that road when all of them are kept (by glibc's own count).
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "models/run.hpp"
#include "scenarios/json_text.hpp"
#include "scenarios/scenario.hpp"
#include "sim/fields.hpp"

namespace {

using namespace converge;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

constexpr int kRounds = 7;

// Runs per second of `once`, which returns something that depends on all its work.
template <class Once>
double rate(int times, const Once& once, std::uint64_t& sum) {
  std::vector<double> rates;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = Clock::now();
    for (int i = 0; i < times; ++i) sum += once(i);
    rates.push_back(times / seconds_since(start));
  }
  return median(rates);
}

}  // namespace

int main() {
  const auto file = scenarios::read_file(CONVERGE_SOURCE_DIR "/scenarios/add-column-three-phase.json");
  const auto parsed = scenarios::parse(file.text);
  if (!parsed.scenario) return 2;
  const models::Pipeline model{parsed.scenario->pipeline};
  sim::NominalChooser nominal{model.questions()};
  std::uint64_t sum = 0;

  const models::Run one = models::run(model, nominal, models::Recording::off);
  const double nominal_rate =
      rate(300, [&](int) { return models::run(model, nominal, models::Recording::off).trace_hash; }, sum);
  const double sampled_rate = rate(
      300,
      [&](int i) {
        sim::SampledChooser chooser{model.questions(), static_cast<std::uint64_t>(i)};
        return models::run(model, chooser, models::Recording::off).trace_hash;
      },
      sum);
  const double virtual_s = static_cast<double>(model.config().horizon.us) / 1e6;
  fmt::print("three-phase scenario: {} virtual days, {} events a run\n", model.config().horizon.us / sim::days(1).us,
             one.events);
  fmt::print("  nominal {:8.0f} runs/s  {:5.1f} ns an event  virtual time {:.2e} times real time\n", nominal_rate,
             1e9 / nominal_rate / static_cast<double>(one.events), nominal_rate * virtual_s);
  fmt::print("  sampled {:8.0f} runs/s\n", sampled_rate);

  fmt::print("world            copy successor      hash     kept   changes  ledger rows  base rows  pending\n");
  for (const auto& [name, at] : {std::pair{"at the start", sim::minutes(1)}, std::pair{"in phase 2", sim::hours(14)},
                                 std::pair{"at the end", sim::days(3)}}) {
    sim::Trace trace;
    models::PipelineWorld world = sim::initial(model, nominal, trace);
    sim::run_until(model, world, sim::Instant{} + at, nominal, trace);
    const double copies = rate(
        2000,
        [&](int) {
          const auto copy = world;
          return copy.agenda.emitted;
        },
        sum);
    const double hashes = rate(2000, [&](int) { return sim::fingerprint(world); }, sum);
    constexpr std::size_t kRoad = 1000;
    auto road = world;
    const double successors = rate(
        kRoad,
        [&](int i) {
          if (i == 0) road = world;
          auto next = road;
          sim::step(model, next, nominal, trace);
          road = std::move(next);
          return road.agenda.emitted;
        },
        sum);
    const std::size_t before = mallinfo2().uordblks;
    std::vector<models::PipelineWorld> kept;
    kept.reserve(kRoad);
    road = world;
    for (std::size_t i = 0; i < kRoad; ++i) {
      sim::step(model, road, nominal, trace);
      kept.push_back(road);
    }
    const std::size_t bytes = (mallinfo2().uordblks - before) / kRoad;
    fmt::print("  {:<12} {:6.0f} ns {:6.0f} ns {:6.0f} ns {:6} B {:8} {:12} {:10} {:8}\n", name, 1e9 / copies,
               1e9 / successors, 1e9 / hashes, bytes, world.state.source.log.size(), world.state.ledger.rows.size(),
               world.state.base.rows.size(), world.agenda.pending.size());
  }
  return sum == 0 ? 4 : 0;
}
