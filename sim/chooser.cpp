#include "sim/chooser.hpp"

#include "sim/random.hpp"

namespace converge::sim {

NominalChooser::NominalChooser(const std::vector<Question>& questions, std::uint64_t workload)
    : questions_{questions}, workload_{workload} {
  for (const Question& q : questions) {
    usual_.push_back(q.answers == AnswerKind::bits ? 0 : nominal_answer(q, 0));
    streams_.push_back(q.stream());
  }
}

std::int64_t NominalChooser::answer(QuestionId q, std::uint32_t occurrence) {
  if (questions_[q].answers != AnswerKind::bits) return usual_[q];
  return static_cast<std::int64_t>(draw64(workload_, streams_[q], occurrence));
}

SampledChooser::SampledChooser(const std::vector<Question>& questions, std::uint64_t seed, bool swarm)
    : questions_{questions}, seed_{seed} {
  for (const Question& q : questions) {
    streams_.push_back(q.stream());
    const std::uint64_t coin = draw64(seed, hash_of("swarm") ^ q.stream(), 0);
    off_.push_back(swarm && declared_fault(q) && (coin & 1U) != 0);
  }
}

ReplayedChooser::ReplayedChooser(Chooser& elsewhere, const std::vector<Deviation>& deviations) : elsewhere_{elsewhere} {
  for (const Deviation& d : deviations) {
    answers_[{d.question, d.occurrence}] = d.answer;
    if (deviates_.size() <= d.question) deviates_.resize(d.question + std::size_t{1});
    deviates_[d.question] = true;
  }
}

std::int64_t ReplayedChooser::answer(QuestionId q, std::uint32_t occurrence) {
  if (q < deviates_.size() && deviates_[q]) {
    const auto found = answers_.find({q, occurrence});
    if (found != answers_.end()) return found->second;
  }
  return elsewhere_.answer(q, occurrence);
}

}  // namespace converge::sim
