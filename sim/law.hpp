// What of a question's law falls on each answer that is tried (sim/cut.hpp): the figures of an exact probability.
//
// It computes with floating point, and may: it describes answers, and gives none. The laws themselves are drawn from in
// whole numbers (sim/distribution.hpp); here is the distribution function of those draws. Of beta-PERT that is the
// function of our draws by a broken stick, not the textbook's, from which it differs by up to 0.006.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cut.hpp"

namespace converge::sim {

// How probable it is that sample() gives less than this value. Exact up to the last digits of what sample() computes
// with, which are worth some 2^-30.
double probability_below(const Distribution&, std::int64_t value);

struct CutLaw {
  std::vector<double> share;  // by place in Cut::answers; they sum to 1, give or take 2^-50. Empty: nobody draws it
  bool drawn = true;          // false: an adversary answers
};

// By question. An answer's share is the law's mass on all that is nearer to it than to any other that is tried
// (`territories`). Faults are drawn unless their number is bounded, as where they strike is then the adversary's.
std::vector<CutLaw> cut_laws(const std::vector<Question>&, const std::vector<Cut>&, const CutOptions&);

}  // namespace converge::sim
