// Which answers an exploration tries, of all that the questions of a model allow: the bounds of its verdict.
//
//   a duration     its usual, least and most; or, under a resolution, every whole multiple of that within its range,
//   the
//                  one nearest to the usual first, so that times stay on a grid and more worlds are the same
//   one observed   each value, if there are five or fewer
//   an offset      within a period: four, a quarter of the period apart, from the usual one on; or the multiples
//   an option      the quiet one, and each that has a probability
//   random bits    none: they are left to the workload's seed
//
// A range that is narrower than the resolution, or not wider than what is called negligible, keeps its usual value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/chooser.hpp"
#include "sim/enumerate.hpp"
#include "sim/time.hpp"

namespace converge::sim {

struct CutOptions {
  std::optional<Duration> resolution;
  Duration negligible;
  std::optional<std::uint16_t> faults;  // strike at most, wherever they do most harm; none: each as it is drawn
};

inline constexpr std::size_t kAnswersMost = 65'535;  // of one question

struct CutResult {
  std::vector<Cut> cuts;              // by question; as they should be, unless there is a problem
  std::vector<std::string> problems;  // "flink restore has 1,800,001 answers at a resolution of 1 us; ..."
};

CutResult cut(const std::vector<Question>&, const CutOptions&);

// What an exploration under these options starts with.
Budget budget_of(const CutOptions&);

// "each of 11 durations at its least, usual or most; at most 1 fault of 3 kinds; ...": for the verdict. The cuts are
// those of the same questions and options.
std::string words(const std::vector<Question>&, const std::vector<Cut>&, const CutOptions&);

// An answer that is tried, and the least value that is nearer to it than to any below it. What lies in the middle
// between two goes to the greater.
struct Territory {
  std::int64_t answer = 0;
  std::int64_t from = 0;  // of the least answer: the answer itself, and all below belongs to it as well

  bool operator==(const Territory&) const = default;
};
std::vector<Territory> territories(const Cut&);  // in the order of their answers

// Draws from the laws that the cuts leave: what SampledChooser would answer under the same seed, moved to the nearest
// answer that is tried. A campaign with it estimates what sim/odds.hpp computes. Once so many faults have struck, there
// are no more of them.
class CutChooser final : public Chooser {
 public:
  CutChooser(const std::vector<Question>&, const std::vector<Cut>&, std::uint64_t seed,
             std::uint16_t faults = Budget::no_end, std::uint64_t workload = 0);
  std::int64_t answer(QuestionId q, std::uint32_t occurrence) override;

 private:
  const std::vector<Cut>& cuts_;
  SampledChooser sampled_;
  NominalChooser elsewhere_;
  std::vector<std::vector<Territory>> territories_;  // by question
  std::uint16_t faults_;                             // left
};

}  // namespace converge::sim
