#include "scenarios/recorded/comparison.hpp"

namespace converge::scenarios::recorded {

using Answer = sim::ConformCase::Answer;
using Kind = sim::ConformCase::Line::Kind;

void Comparison::step(std::string_view what) {
  step_ = what;
  if (telling_) case_.lines.push_back({.kind = Kind::step, .what = step_});
}

bool Comparison::same(std::string_view what, const Json& recorded, const Json& modelled) {
  ++compared_;
  const bool equal = recorded == modelled;
  if (telling_) {
    case_.lines.push_back({.kind = equal ? Kind::same : Kind::differs,
                           .what = std::string{what},
                           .recorded = recorded.dump(),
                           .modelled = modelled.dump()});
  }
  if (!equal && !over()) {
    case_.answer = Answer::disagrees;
    case_.reason = step_.empty() ? std::string{what} : step_ + ": " + std::string{what};
  }
  return equal;
}

void Comparison::out_of_scope(const sim::OutOfScope& left_out) {
  if (over()) return;
  case_.answer = Answer::out_of_scope;
  case_.reason = left_out.reason;
  case_.why = left_out.why;
}

}  // namespace converge::scenarios::recorded
