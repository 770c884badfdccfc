// When has a campaign seen enough? `decide` says whether the probability of a hit lies below or above a threshold, and
// may be asked after every run: looking often, and stopping at the first answer, costs nothing of what it guarantees.
//
// What is guaranteed, with alpha = 1 - confidence and p the true probability of a hit:
//   - if p >= threshold, the chance that `below` is ever said, in a campaign of any length, is at most alpha;
//   - if p <= threshold, the chance that `above` is ever said is at most alpha.
// So at most one of the two claims can be wrong, with at most that chance; only if p is the threshold to the last digit
// are both, with at most alpha each. A campaign whose p is near the threshold may run for very long undecided.
//
// Why: each claim has a bet against it. A bet's capital starts at 1 and is multiplied after each run by the likelihood
// of what was seen under some q, divided by that under the threshold. If the claim is wrong, no such bet gains on
// average, nor does a fixed mixture of them, so capital is a nonnegative supermartingale, and by Ville's inequality
// (Étude critique de la notion de collectif, 1939) the chance that it ever reaches 1 / alpha is at most alpha.
// Mixtures: Robbins, "Statistical methods related to the law of the iterated logarithm", Ann. Math. Stat. 41, 1970;
// this use: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", J. R. Stat. Soc. B 86,
// 2024. Against p >= threshold three quarters are staked on q = 0, because most campaigns see no hit at all, and a
// quarter is spread evenly over [0, threshold]; against p <= threshold everything is spread evenly over [threshold, 1].
//
// It takes runs in an order that does not depend on what they give, such as by seed. Runs counted as they happen to
// finish are not in such an order: those that miss their window may well be the slow ones.
//
// It computes with floating point, and may: it says when a campaign has seen enough, and decides nothing in a run.
#pragma once

#include <cstdint>

namespace converge::sim {

enum class Sure : std::uint8_t { not_yet, below, above };

// `hits` among the first `runs` runs; 0 < threshold < 1, 0 < confidence < 1.
Sure decide(std::uint64_t hits, std::uint64_t runs, double threshold, double confidence);

// The least number of runs after which `below` is said if there are `hits` among them: what a campaign needs that sees
// no more of them. With no hit at all it is at most 1 + ln(4/3) / ln(1/alpha) times, and one run, what a test with its
// number of runs fixed beforehand needs, which is ln(alpha) / ln(1 - threshold).
std::uint64_t runs_until_below(std::uint64_t hits, double threshold, double confidence);

}  // namespace converge::sim
