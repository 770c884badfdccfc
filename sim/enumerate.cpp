#include "sim/enumerate.hpp"

#include <algorithm>

namespace converge::sim {

EnumeratedChooser::EnumeratedChooser(const std::vector<Cut>& cuts, Chooser& elsewhere,
                                     const std::vector<Deviation>& fixed)
    : cuts_{cuts}, elsewhere_{elsewhere, fixed}, fixed_{fixed} {
  std::sort(fixed_.begin(), fixed_.end());
}

void EnumeratedChooser::begin(const Budget& budget) {
  start_ = left_ = budget;
  branches_.clear();
  asked_ = 0;
}

bool EnumeratedChooser::next() {
  left_ = start_;
  asked_ = 0;
  while (!branches_.empty() && branches_.back().taken + 1 == branches_.back().of) branches_.pop_back();
  if (branches_.empty()) return false;
  ++branches_.back().taken;
  return true;
}

std::int64_t EnumeratedChooser::answer(QuestionId q, std::uint32_t occurrence) {
  const Cut& cut = cuts_[q];
  if (cut.answers.empty()) return elsewhere_.answer(q, occurrence);
  if (!fixed_.empty()) {
    const auto at = std::lower_bound(fixed_.begin(), fixed_.end(), Deviation{q, occurrence, INT64_MIN});
    if (at != fixed_.end() && at->question == q && at->occurrence == occurrence) return at->answer;
  }
  const bool free = cut.answers.size() > 1 && left_.deviations > 0 && (!cut.fault || left_.faults > 0);
  if (!free) return cut.answers.front();
  if (asked_ == branches_.size()) {
    branches_.push_back({.question = q, .of = static_cast<std::uint16_t>(cut.answers.size())});
  }
  const Branch& branch = branches_[asked_++];
  if (branch.taken != 0) {
    if (cut.fault && left_.faults != Budget::no_end) --left_.faults;
    if (left_.deviations != Budget::no_end) --left_.deviations;
  }
  return cut.answers[branch.taken];
}

}  // namespace converge::sim
