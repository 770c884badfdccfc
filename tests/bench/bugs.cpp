// How many schedules it takes to find each planted bug: drawn at random, and by the search for the worst. The table of
// docs/planted-bugs.md. Figures are medians over seeds; what half of the seeds do not find counts as the cap, so a
// ratio with ">" is a lower bound.
//
//   --seeds 5, --cap 2000   how often, and how many schedules at most
//   --only TEXT             those whose name holds the text
//   --weights 0,6,2,1,1     shares of the strategies, in the order of sim/worst.hpp
//   --search-only           samples nothing
//   --list                  what the bugs are, and nothing else
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/hunt.hpp"

namespace {

using namespace converge;

// Of how many schedules each seed needed; those that found nothing stand at the end, as one more than the cap.
std::uint64_t median(std::vector<std::uint64_t> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string shown(std::uint64_t schedules, std::uint64_t cap) {
  return schedules > cap ? fmt::format(">{}", cap) : fmt::format("{}", schedules);
}

std::array<unsigned, sim::kStrategies> weights_of(const std::string& text) {
  std::array<unsigned, sim::kStrategies> weights{};
  std::istringstream in{text};
  std::string part;
  for (unsigned& w : weights) {
    if (std::getline(in, part, ',')) w = static_cast<unsigned>(std::strtoul(part.c_str(), nullptr, 10));
  }
  return weights;
}

// Schedules until it is found; one more than the cap: it is not.
struct Needed {
  std::uint64_t sampled = 0;
  std::uint64_t searched = 0;
  std::optional<sim::Strategy> found_by;  // nobody's doing where the nominal run shows it
};

Needed hunted(const support::Hunt& hunt, sim::WorstOptions options, std::uint64_t seed, bool samples) {
  Needed needed{options.tries + 1, options.tries + 1, std::nullopt};
  if (samples) needed.sampled = hunt.by_sampling(seed * 1'000'000'007, options.tries).value_or(options.tries + 1);
  options.seed = seed;
  const sim::Worst worst = hunt.by_search(options);
  if (!worst.violated) return needed;
  needed.searched = worst.tries;
  if (worst.tries > 1) needed.found_by = worst.found_by;
  return needed;
}

// Geometric means: a ratio of ratios should not be ruled by the rarest bug.
struct Total {
  std::size_t bugs = 0;
  std::size_t sampled_missed = 0;
  std::size_t searched_missed = 0;
  double sampled_log = 0;
  double searched_log = 0;

  void add(std::uint64_t sampled, std::uint64_t searched, std::uint64_t cap) {
    ++bugs;
    sampled_missed += sampled > cap ? 1 : 0;
    searched_missed += searched > cap ? 1 : 0;
    sampled_log += std::log(static_cast<double>(std::min(sampled, cap)));
    searched_log += std::log(static_cast<double>(std::min(searched, cap)));
  }
  void print(const std::string& which) const {
    const auto n = static_cast<double>(bugs);
    fmt::print("| geometric mean of {}: {} | | | {:.1f} | {:.1f} | {:.1f} |\n", bugs, which, std::exp(sampled_log / n),
               std::exp(searched_log / n), std::exp((sampled_log - searched_log) / n));
  }
};

constexpr std::uint64_t kSeldom = 10;  // a bug that sampling meets sooner needs no search

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 5;
  std::uint64_t cap = 2'000;
  std::string only;
  bool samples = true;
  sim::WorstOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option{argv[i]};
    if (option == "--list") {
      for (const support::PlantedBug& bug : support::planted_bugs()) fmt::print("- `{}`: {}\n", bug.name, bug.is);
      return 0;
    }
    if (option == "--search-only") {
      samples = false;
      continue;
    }
    if (i + 1 == argc) return 2;
    const char* value = argv[++i];
    if (option == "--seeds") {
      seeds = std::strtoull(value, nullptr, 10);
    } else if (option == "--cap") {
      cap = std::strtoull(value, nullptr, 10);
    } else if (option == "--only") {
      only = value;
    } else if (option == "--weights") {
      options.weights = weights_of(value);
    } else {
      return 2;
    }
  }
  const auto shares = std::accumulate(options.weights.begin(), options.weights.end(), 0U);
  if (seeds == 0 || cap == 0 || shares == 0) return 2;
  options.tries = cap;

  std::array<std::uint64_t, sim::kStrategies> finders{};
  Total all;
  Total seldom;
  fmt::print("| bug | component | breaks | sampled | searched | ratio |\n| --- | --- | --- | ---: | ---: | ---: |\n");
  for (const support::PlantedBug& bug : support::planted_bugs()) {
    if (bug.name.find(only) == std::string::npos) continue;
    const support::Hunt hunt{bug};
    std::vector<std::future<Needed>> runs;  // each seed on a thread of its own: they share nothing that changes
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      runs.push_back(std::async(std::launch::async, [&, seed] { return hunted(hunt, options, seed, samples); }));
    }
    std::vector<std::uint64_t> sampled;
    std::vector<std::uint64_t> searched;
    for (std::future<Needed>& run : runs) {
      const Needed needed = run.get();
      sampled.push_back(needed.sampled);
      searched.push_back(needed.searched);
      if (needed.found_by) ++finders[static_cast<std::size_t>(*needed.found_by)];
    }
    const std::uint64_t a = median(sampled);
    const std::uint64_t b = median(searched);
    all.add(a, b, cap);
    if (a > kSeldom) seldom.add(a, b, cap);
    fmt::print("| `{}` | {} | {} | {} | {} | {}{:.1f} |\n", bug.name, bug.component, bug.property, shown(a, cap),
               shown(b, cap), a > cap ? ">" : "",
               static_cast<double>(std::min(a, cap)) / static_cast<double>(std::min(b, cap)));
    std::fflush(stdout);
  }
  if (all.bugs == 0) return 2;
  all.print("all");
  if (seldom.bugs > 0) seldom.print(fmt::format("sampled in more than {}", kSeldom));
  fmt::print("\nMedians of {} seeds, {} schedules at most. Not found within them: {} sampled, {} searched. Found by:",
             seeds, cap, all.sampled_missed, all.searched_missed);
  for (std::size_t i = 0; i < sim::kStrategies; ++i) {
    fmt::print(" {} {}{}", sim::name(static_cast<sim::Strategy>(i)), finders[i],
               i + 1 < sim::kStrategies ? "," : ".\n");
  }
  return 0;
}
