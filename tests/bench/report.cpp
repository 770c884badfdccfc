// What a report costs, however many runs its result is of: a campaign's tally is put together with itself until it
// stands for a million schedules. Times are ratios to one run of the same scenario.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <vector>

#include "models/campaign.hpp"
#include "models/counterexample.hpp"
#include "reports/check_json.hpp"
#include "reports/report.hpp"
#include "scenarios/json_text.hpp"
#include "scenarios/read_result.hpp"
#include "scenarios/reported.hpp"
#include "scenarios/scenario.hpp"

namespace {

using namespace converge;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kSchedules = 1'024;

double seconds_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double peak_mb() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

}  // namespace

int main() {
  const auto file = scenarios::read_file(CONVERGE_SOURCE_DIR "/scenarios/everything-may-fail.json");
  const auto parsed = scenarios::parse(file.text);
  if (!parsed.scenario) return 2;
  const models::Pipeline model{parsed.scenario->pipeline};
  const models::Sampling sampling{.given = parsed.scenario->given};

  sim::CampaignHooks hooks;
  hooks.run = [&](std::uint64_t seed) { return models::sample(model, sampling, seed); };
  sim::Tally tally = sim::campaign({.seed = 0, .schedules = kSchedules, .jobs = 1}, hooks).tally;
  const std::size_t cells = tally.bands.cells().size();
  while (tally.schedules < 1'000'000) sim::merge(tally, sim::Tally{tally});
  sim::CheckResult result = models::judge(model, sampling, {.seed = 0, .schedules = tally.schedules}, tally, 0.95);
  result.title = parsed.scenario->title;
  result.scenario = file.text;
  result.fingerprint = parsed.scenario->fingerprint;
  for (std::size_t i = 0; i < tally.first_broken.size() && result.counterexamples.size() < 2; ++i) {
    if (result.properties[i].violated == 0) continue;
    models::Story story = models::counterexample(model, sampling, sim::schedule_seed(0, *tally.first_broken[i]), i);
    story.counterexample.schedule_file = scenarios::write_schedule({"plan.json", story.schedule});
    result.counterexamples.push_back(std::move(story.counterexample));
  }

  sim::NominalChooser nominal{model.questions()};
  std::vector<double> runs;
  for (int i = 0; i < 21; ++i) {
    runs.push_back(seconds_of([&] { models::run(model, nominal, models::Recording::off); }));
  }
  std::nth_element(runs.begin(), runs.begin() + 10, runs.end());
  const double one = runs[10];
  const double before = peak_mb();

  const std::string document = reports::json(result);
  fmt::print("a result of {} schedules: {} KB, {} cells of bands\n", tally.schedules, document.size() / 1024, cells);
  fmt::print("part                     ms   runs that take as long\n");
  const auto line = [&](const char* name, double seconds) {
    fmt::print("{:20} {:8.1f} {:12.0f}\n", name, 1e3 * seconds, seconds / one);
  };
  scenarios::ReadResult read;
  line("reading it", seconds_of([&] { read = scenarios::read_result(document); }));
  if (!read.result) return 2;
  std::array<sim::Reported, 1> all;
  line("playing it again",
       seconds_of([&] { all[0] = scenarios::reported("result.json", *std::move(read.result), read.made_by); }));
  std::size_t bytes = 0;
  const auto format = [&](const char* name, auto write) {
    line(name, seconds_of([&] { bytes += write(std::span<const sim::Reported>{all}).size(); }));
  };
  format("HTML", reports::html);
  format("Markdown", reports::markdown);
  format("JUnit", [](std::span<const sim::Reported> r) { return reports::junit(r); });
  format("SARIF", reports::sarif);
  format("trace", reports::trace_events);
  format("Graphviz", reports::plan_dot);
  format("CSV", reports::csv);
  fmt::print("memory: {:.0f} MB more than the campaign took\n", peak_mb() - before);
  return bytes == 0 ? 1 : 0;
}
