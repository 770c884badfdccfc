// Levels, moves and survivors are whole numbers; `summary` alone computes with floating point, as the header says.
#include "sim/splitting.hpp"

#include <algorithm>
#include <atomic>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <exception>
#include <limits>
#include <thread>
#include <utility>

#include "sim/hash.hpp"
#include "sim/interval.hpp"
#include "sim/random.hpp"

namespace converge::sim {

namespace {

constexpr std::int32_t kMillion = 1'000'000;
constexpr std::uint64_t pilot_number = std::numeric_limits<std::uint64_t>::max();  // replicates count from 0

// Does the work of every index below n on so many threads. Each index writes to its own place, and whoever folds the
// places does it in order, so the number of threads shows nowhere. The exception of the least index is thrown on.
template <class Work>
void for_each_index(std::size_t n, unsigned jobs, Work work) {
  std::vector<std::exception_ptr> thrown(n);
  std::atomic<std::size_t> next{0};
  const auto worker = [&] {
    for (std::size_t i = next++; i < n; i = next++) {
      try {
        work(i);
      } catch (...) {
        thrown[i] = std::current_exception();
      }
    }
  };
  std::vector<std::jthread> others;
  for (std::size_t k = 1; k < std::min<std::size_t>(jobs, n); ++k) others.emplace_back(worker);
  worker();
  others.clear();  // joins them
  for (const std::exception_ptr& e : thrown) {
    if (e) std::rethrow_exception(e);
  }
}

using Particle = Nearest;  // a schedule and its margin
using Particles = std::vector<Particle>;

struct Splitting {
  const std::vector<Question>& questions;
  const Margin& margin;
  const SplittingOptions& options;

  std::int64_t margin_of(const Layers& layers) const {
    LayeredChooser chooser{questions, layers};
    return margin(chooser);
  }

  // A seed that nothing else gets: `round` counts the moves of one replicate, and 0 is the first draw.
  std::uint64_t seed_of(std::uint64_t replicate, std::uint64_t round, std::size_t particle) const {
    Hasher h;
    h.add("splitting");
    h.add(replicate);
    h.add(round);
    return draw64(options.seed, h.value(), particle);
  }

  Particle drawn(std::uint64_t replicate, std::size_t i) const {
    Particle p{{seed_of(replicate, 0, i), {}}, 0};
    p.margin = margin_of(p.layers);
    return p;
  }

  // Metropolis: the move is symmetric, so it stands unless it leaves the level. Did it?
  bool move(Particle& p, const Level& level, std::uint64_t seed) const {
    p.layers.redrawn.push_back({seed, level.share_ppm});
    const std::int64_t moved = margin_of(p.layers);
    if (moved > level.margin) {
      p.layers.redrawn.pop_back();
      return false;
    }
    p.margin = moved;
    return true;
  }
};

std::size_t at_most(const std::vector<std::int64_t>& sorted, std::int64_t margin) {
  return static_cast<std::size_t>(std::ranges::upper_bound(sorted, margin) - sorted.begin());
}

// The particles within the level, copied in turn until there are as many as before. The turn begins anywhere, so that
// each survivor has the same number of copies on average; the estimate would not be unbiased otherwise.
Particles survivors(const Particles& particles, std::int64_t margin, std::uint64_t turn_seed) {
  Particles alive;
  for (const Particle& p : particles) {
    if (p.margin <= margin) alive.push_back(p);
  }
  if (alive.empty()) return alive;
  Bits bits{turn_seed, 0, 0};
  const std::size_t first = below(alive.size(), bits);
  Particles next;
  next.reserve(particles.size());
  for (std::size_t i = 0; i < particles.size(); ++i) next.push_back(alive[(first + i) % alive.size()]);
  return next;
}

// ---- the pilot

// The margin that about the stated share of particles meets, and not all of them do. Margins may be few, with many
// particles on each: a level that most of them meet would cost moves and gain little, so then it is the next margin
// down, unless hardly anyone is there. Nothing if all have the same margin.
std::optional<std::int64_t> next_level(const Particles& particles, std::int32_t keep_ppm) {
  std::vector<std::int64_t> sorted;
  for (const Particle& p : particles) sorted.push_back(p.margin);
  std::ranges::sort(sorted);
  const std::size_t wanted =
      std::max<std::size_t>(1, sorted.size() * static_cast<std::size_t>(keep_ppm) / std::size_t{kMillion});
  const std::int64_t usual = sorted[wanted - 1];
  const std::size_t lower = static_cast<std::size_t>(std::ranges::lower_bound(sorted, usual) - sorted.begin());
  const bool all = usual == sorted.back();
  const bool most = at_most(sorted, usual) > sorted.size() / 2;
  if (lower > 0 && (all || (most && lower >= std::max<std::size_t>(1, wanted / 10)))) return sorted[lower - 1];
  if (all) return std::nullopt;
  return usual;
}

// What share of the answers a move redraws: more as long as most moves stand, less when few do.
std::int32_t adapted(std::int32_t share_ppm, std::size_t stood, std::size_t moved) {
  if (stood * 5 < moved) return std::max(1, share_ppm / 2);
  if (stood * 5 > moved * 2) return std::min(kMillion, share_ppm + share_ppm / 2 + 1);
  return share_ppm;
}

struct Pilot {
  std::vector<Level> levels;
  bool reached = false;
  std::uint64_t runs = 0;
};

Pilot pilot(const Splitting& s, std::size_t size, std::uint64_t runs_most) {
  constexpr int patience = 10;  // how often all particles may move about on one margin before it counts as the last
  Pilot pilot;
  std::uint64_t round = 0;
  Particles particles(size);
  for_each_index(size, s.options.jobs, [&](std::size_t i) { particles[i] = s.drawn(pilot_number, i); });
  pilot.runs += size;
  Level level{std::numeric_limits<std::int64_t>::max(), kMillion / 2};

  const auto move_all = [&] {
    std::vector<char> stood(size);  // not bool: those share their bytes, and threads write here
    ++round;
    for_each_index(size, s.options.jobs,
                   [&](std::size_t i) { stood[i] = s.move(particles[i], level, s.seed_of(pilot_number, round, i)); });
    pilot.runs += size;
    level.share_ppm = adapted(level.share_ppm, static_cast<std::size_t>(std::ranges::count(stood, 1)), size);
  };

  for (int stuck = 0; stuck < patience && pilot.runs + size * s.options.moves <= runs_most;) {
    const auto next = next_level(particles, s.options.keep_ppm);
    if (next && *next < 0) {
      pilot.reached = true;
      break;
    }
    stuck = next ? 0 : stuck + 1;
    if (next) {
      level.margin = *next;
      particles = survivors(particles, *next, s.seed_of(pilot_number, ++round, 0));
    }
    for (unsigned k = 0; k < s.options.moves; ++k) move_all();
    if (next) pilot.levels.push_back(level);
    if (!next && !pilot.levels.empty()) pilot.levels.back() = level;
  }
  return pilot;
}

// ---- the replicates

struct Replicate {
  std::vector<std::size_t> passed;  // particles within each level, and of those that missed in the end; 0 is the last
  std::size_t first_missed = 0;
  std::uint64_t runs = 0;
  Nearest nearest;
};

std::size_t within(const Particles& particles, std::int64_t margin) {
  return static_cast<std::size_t>(std::ranges::count_if(particles, [&](const auto& p) { return p.margin <= margin; }));
}

Replicate replicate(const Splitting& s, const std::vector<Level>& levels, std::uint64_t number, std::size_t size) {
  Replicate r;
  std::uint64_t round = 0;
  Particles particles;
  for (std::size_t i = 0; i < size; ++i) particles.push_back(s.drawn(number, i));
  r.runs += size;
  r.first_missed = within(particles, -1);
  r.nearest = *std::ranges::min_element(particles, {}, &Particle::margin);
  for (const Level& level : levels) {
    r.passed.push_back(within(particles, level.margin));
    if (r.passed.back() == 0) return r;
    particles = survivors(particles, level.margin, s.seed_of(number, ++round, 0));
    for (unsigned k = 0; k < s.options.moves; ++k) {
      ++round;
      for (std::size_t i = 0; i < size; ++i) s.move(particles[i], level, s.seed_of(number, round, i));
      r.runs += size;
    }
    const Particle& lowest = *std::ranges::min_element(particles, {}, &Particle::margin);
    if (lowest.margin < r.nearest.margin) r.nearest = lowest;
  }
  r.passed.push_back(within(particles, -1));
  return r;
}

double product_of_shares(const Replicate& r, std::size_t size) {
  double product = 1;
  for (const std::size_t passed : r.passed) product *= static_cast<double>(passed) / static_cast<double>(size);
  return product;
}

void summary(SplittingResult& result, const std::vector<Replicate>& replicates) {
  const auto n = static_cast<double>(replicates.size());
  std::vector<double> estimates;
  for (const Replicate& r : replicates) estimates.push_back(product_of_shares(r, result.particles));
  double sum = 0;
  for (const double e : estimates) sum += e;
  result.estimate = sum / n;
  double squares = 0;
  for (const double e : estimates) squares += (e - result.estimate) * (e - result.estimate);
  result.standard_error = std::sqrt(squares / (n - 1) / n);
  if (result.extinct == result.replicates) {
    result.high = clopper_pearson(result.first_missed, result.first_draws, result.confidence).high;
    return;
  }
  const boost::math::students_t law{n - 1};
  const double t = boost::math::quantile(boost::math::complement(law, (1 - result.confidence) / 2));
  const double factor = std::exp(t * result.standard_error / result.estimate);
  result.low = result.estimate / factor;
  result.high = std::min(1.0, result.estimate * factor);
}

}  // namespace

SplittingResult splitting(const std::vector<Question>& questions, const Margin& margin,
                          const SplittingOptions& options) {
  assert(options.runs_most >= 1'000);
  assert(options.replicates >= 2 && options.moves >= 1);
  assert(options.keep_ppm > 0 && options.keep_ppm < kMillion);
  assert(options.confidence > 0 && options.confidence < 1);
  const Splitting s{questions, margin, options};

  // The pilot may be coarse: its levels only have to be about right. With ten moves and a quarter of the runs it can go
  // down some twenty levels of a fifth each, below any probability that matters.
  const std::uint64_t pilot_size = std::max<std::uint64_t>(50, options.runs_most / 1'000);
  const Pilot found = pilot(s, pilot_size, options.runs_most / 4);

  SplittingResult result;
  result.confidence = options.confidence;
  result.levels = found.levels;
  result.reached = found.reached;
  result.runs = found.runs;
  const std::uint64_t each = 1 + found.levels.size() * options.moves;  // runs for one particle of one replicate
  result.particles = (options.runs_most - found.runs) / options.replicates / each;
  if (result.particles == 0) return result;  // so few runs for so many replicates say nothing: [0, 1]

  std::vector<Replicate> replicates(options.replicates);
  for_each_index(replicates.size(), options.jobs,
                 [&](std::size_t i) { replicates[i] = replicate(s, found.levels, i, result.particles); });
  for (const Replicate& r : replicates) {
    result.runs += r.runs;
    result.first_draws += result.particles;
    result.first_missed += r.first_missed;
    ++result.replicates;
    result.extinct += r.passed.back() == 0;
    if (!result.nearest || r.nearest.margin < result.nearest->margin) result.nearest = r.nearest;
  }
  summary(result, replicates);
  return result;
}

}  // namespace converge::sim
