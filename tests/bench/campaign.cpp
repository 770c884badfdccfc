// What a campaign costs beyond its runs, and what a second core gains. Each round times the three one after the other
// on the same schedules, and the ratios are medians over rounds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "models/campaign.hpp"
#include "scenarios/json_text.hpp"
#include "scenarios/scenario.hpp"

namespace {

using namespace converge;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 7;
constexpr std::uint64_t kSchedules = 800;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// The runs themselves, and nothing of what they show.
double bare(const models::Pipeline& model, const models::Sampling& sampling, std::uint64_t& sum) {
  const auto start = Clock::now();
  for (std::uint64_t i = 0; i < kSchedules; ++i) {
    sim::SampledChooser drawn{model.questions(), sim::schedule_seed(0, i)};
    sim::ReplayedChooser chooser{drawn, sampling.given};
    sum += models::run(model, chooser, models::Recording::off).trace_hash;
  }
  return seconds_since(start);
}

double campaign(const models::Pipeline& model, const models::Sampling& sampling, unsigned jobs, std::uint64_t& sum) {
  sim::CampaignHooks hooks;
  hooks.run = [&](std::uint64_t seed) { return models::sample(model, sampling, seed); };
  const auto start = Clock::now();
  sum += sim::campaign({.seed = 0, .schedules = kSchedules, .jobs = jobs}, hooks).tally.violated;
  return seconds_since(start);
}

}  // namespace

int main() {
  std::uint64_t sum = 0;
  fmt::print("campaigns of {} schedules; medians of {} rounds\n", kSchedules, kRounds);
  fmt::print("scenario                 schedules/s  beyond the runs  two threads to one\n");
  for (const char* name : {"add-column-three-phase", "everything-may-fail"}) {
    const auto file = scenarios::read_file(fmt::format("{}/scenarios/{}.json", CONVERGE_SOURCE_DIR, name));
    const auto parsed = scenarios::parse(file.text);
    if (!parsed.scenario) return 2;
    const models::Pipeline model{parsed.scenario->pipeline};
    const models::Sampling sampling{.given = parsed.scenario->given};
    std::vector<double> rates;
    std::vector<double> beyond;
    std::vector<double> gains;
    for (int round = 0; round < kRounds; ++round) {
      const double runs = bare(model, sampling, sum);
      const double one = campaign(model, sampling, 1, sum);
      const double two = campaign(model, sampling, 2, sum);
      rates.push_back(kSchedules / one);
      beyond.push_back(100 * (one / runs - 1));
      gains.push_back(one / two);
    }
    fmt::print("{:24} {:11.0f} {:14.1f} % {:19.2f}\n", name, median(rates), median(beyond), median(gains));
  }
  return sum == 0 ? 1 : 0;
}
