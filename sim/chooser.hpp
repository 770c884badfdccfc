// The choosers that run one schedule: nominal, sampled by a seed, and replayed from a list of deviations.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/choice.hpp"

namespace converge::sim {

// The usual answer to everything; random bits, which have none, are drawn with the seed of a workload.
class NominalChooser final : public Chooser {
 public:
  explicit NominalChooser(const std::vector<Question>&, std::uint64_t workload = 0);
  std::int64_t answer(QuestionId q, std::uint32_t occurrence) override;

 private:
  const std::vector<Question>& questions_;
  std::uint64_t workload_;
  std::vector<std::int64_t> usual_;  // asked some ten thousand times a run, so looked up and not worked out
  std::vector<std::uint64_t> streams_;
};

// Draws every answer from its domain: a pure function of (seed, name of the choice). Under a swarm (Groce et al.,
// "Swarm testing", 2012) each kind of fault is first switched off with probability one half, for the whole run: what
// one fault hides, a run without it shows. The law is then another than the scenario's.
class SampledChooser final : public Chooser {
 public:
  SampledChooser(const std::vector<Question>& questions, std::uint64_t seed, bool swarm = false);
  std::int64_t answer(QuestionId q, std::uint32_t occurrence) override {
    return off_[q] ? 0 : sampled_answer(questions_[q], streams_[q], seed_, occurrence);
  }
  bool switched_off(QuestionId q) const { return off_[q]; }

 private:
  const std::vector<Question>& questions_;
  std::vector<std::uint64_t> streams_;
  std::vector<bool> off_;  // by question
  std::uint64_t seed_;
};

// One choice, and the answer that it gets instead of the one it would have had.
struct Deviation {
  QuestionId question = 0;
  std::uint32_t occurrence = 0;
  std::int64_t answer = 0;

  friend auto operator<=>(const Deviation&, const Deviation&) = default;
};

// The given deviations; whatever the other chooser says elsewhere.
class ReplayedChooser final : public Chooser {
 public:
  ReplayedChooser(Chooser& elsewhere, const std::vector<Deviation>& deviations);
  std::int64_t answer(QuestionId q, std::uint32_t occurrence) override;

 private:
  Chooser& elsewhere_;
  std::map<std::pair<QuestionId, std::uint32_t>, std::int64_t> answers_;
  std::vector<bool> deviates_;  // by question: spares the look-up for the many that never do
};

}  // namespace converge::sim
