// Each distribution function against the draws that it is of, and the shares that are read from it.
//
// Seeds are fixed, so a statistical test passes always or never; its critical value is that of one failure in ten
// thousand.
#include "sim/law.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "sim/hash.hpp"

namespace converge::sim {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;

constexpr std::uint64_t draws = 100'000;
constexpr std::size_t cells = 40;

struct ChiSquare {
  double statistic = 0;
  double critical = 0;
};

// `below`: of the value, in the law that is claimed.
template <class Below>
ChiSquare chi_square(const Distribution& d, std::uint64_t seed, const Below& below) {
  const std::int64_t range = d.most - d.least;
  std::vector<std::int64_t> ends;  // of the cells, each the least value beyond; cells that are too rare are joined
  std::vector<double> expected;
  double before = 0;
  for (std::size_t i = 1; i <= cells; ++i) {
    // Finer toward both ends, where laws differ most.
    const double x = (1 - std::cos(3.14159265358979 * static_cast<double>(i) / cells)) / 2;
    const std::int64_t end =
        i == cells ? d.most + 1 : d.least + static_cast<std::int64_t>(static_cast<double>(range) * x);
    const double up_to = i == cells ? 1 : below(end);
    if ((up_to - before) * draws < 20) {
      if (i == cells) ends.back() = end, expected.back() += (up_to - before) * draws;
      continue;
    }
    ends.push_back(end);
    expected.push_back((up_to - before) * draws);
    before = up_to;
  }
  std::vector<double> seen(ends.size());
  for (std::uint64_t i = 0; i < draws; ++i) {
    Bits bits(seed, hash_of("law_test"), i);
    const auto cell = std::upper_bound(ends.begin(), ends.end(), sample(d, bits)) - ends.begin();
    ++seen[static_cast<std::size_t>(cell)];
  }
  ChiSquare result;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    result.statistic += (seen[i] - expected[i]) * (seen[i] - expected[i]) / expected[i];
  }
  if (ends.size() == 1) return {0, 1};  // next to all of it lies at one end
  const double freedom = static_cast<double>(ends.size()) - 1;
  const double third = 1 - 2 / (9 * freedom) + 3.719 * std::sqrt(2 / (9 * freedom));  // Wilson and Hilferty
  result.critical = freedom * third * third * third;
  return result;
}

constexpr std::int64_t minute = 60'000'000;

std::vector<Distribution> laws_between(std::int64_t least, std::int64_t usual, std::int64_t most) {
  return {uniform(least, most), triangular(least, usual, most), window(least, usual, most),
          exponential(least, usual, most), lognormal(least, usual, most)};
}

constexpr std::array<std::array<std::int64_t, 3>, 7> figures{{
    {2 * minute, 3 * minute, 41 * minute},
    {0, 30 * minute, 60 * minute},
    {0, 47 * minute, 60 * minute},
    {0, 0, minute},
    {0, minute, minute},
    {-minute, -minute / 3, minute},
    {10, 13, 49},
}};

TEST(ProbabilityBelow, IsThatOfTheDraws) {
  std::uint64_t seed = 0;
  for (const auto& [least, usual, most] : figures) {
    for (const Distribution& d : laws_between(least, usual, most)) {
      const ChiSquare x = chi_square(d, ++seed, [&](std::int64_t v) { return probability_below(d, v); });
      EXPECT_LT(x.statistic, x.critical) << testing::PrintToString(d);
    }
  }
}

// The test above can fail: it sees a usual value that is off by a fiftieth of the range.
TEST(ProbabilityBelow, IsNotThatOfDrawsWhoseUsualValueIsOff) {
  for (const Distribution& d : laws_between(0, 20 * minute, 60 * minute)) {
    if (d.shape == Shape::uniform) continue;
    Distribution off = d;
    off.usual += minute * 12 / 10;
    const ChiSquare x = chi_square(d, 1, [&](std::int64_t v) { return probability_below(off, v); });
    EXPECT_GT(x.statistic, x.critical) << testing::PrintToString(d);
  }
}

// And it tells our beta-PERT from the textbook's, where they differ.
TEST(ProbabilityBelow, OfAWindowIsThatOfTheBrokenStickAndNotTheTextbooks) {
  const Distribution d = window(0, 2 * minute, 60 * minute);
  const double c = (2.0 * minute + 0.5) / (60.0 * minute + 1);
  std::vector<double> sums{0};
  constexpr std::size_t steps = 60'000;
  for (std::size_t i = 0; i < steps; ++i) {
    const double x = (static_cast<double>(i) + 0.5) / steps;
    sums.push_back(sums.back() + std::pow(x, 4 * c) * std::pow(1 - x, 4 - 4 * c));
  }
  const auto textbook = [&](std::int64_t v) {
    return sums[static_cast<std::size_t>(static_cast<double>(v) / (60.0 * minute) * steps)] / sums.back();
  };
  const ChiSquare theirs = chi_square(d, 3, textbook);
  EXPECT_GT(theirs.statistic, theirs.critical);
  double furthest = 0;
  for (std::int64_t v = 0; v < 60 * minute; v += minute / 2) {
    furthest = std::max(furthest, std::fabs(textbook(v) - probability_below(d, v)));
  }
  EXPECT_GT(furthest, 0.003);
  EXPECT_LT(furthest, 0.006);  // as distribution.cpp says
}

// Where the usual value makes t whole, no stick is broken, and the law is the textbook's in closed form.
TEST(ProbabilityBelow, OfASymmetricWindowIsBetaOfThreeAndThree) {
  const Distribution d = window(0, 500, 1000);
  for (const std::int64_t v : {1, 100, 250, 500, 501, 900, 1000}) {
    const double x = static_cast<double>(v) / 1001;
    EXPECT_NEAR(probability_below(d, v), x * x * x * (10 - 15 * x + 6 * x * x), 1e-12) << v;
  }
}

// The mean of all laws by a window is (least + 4 usual + most) / 6, in the real numbers from least - 1/2 to most + 1/2.
TEST(ProbabilityBelow, OfAWindowHasTheMeanOfPert) {
  for (const std::int64_t usual : {0, 3, 137, 499, 800, 999, 1000}) {
    const Distribution d = window(0, usual, 1000);
    double mean = 0;
    for (std::int64_t v = 1; v <= 1000; ++v) mean += 1 - probability_below(d, v);
    EXPECT_NEAR(mean, (-0.5 + 4 * static_cast<double>(usual) + 1000.5) / 6, 0.01) << usual;
  }
}

TEST(ProbabilityBelow, RisesFromNoneToAll) {
  for (const auto& [least, usual, most] : figures) {
    for (const Distribution& d : laws_between(least, usual, most)) {
      EXPECT_EQ(probability_below(d, d.least), 0);
      EXPECT_EQ(probability_below(d, d.most + 1), 1);
      double before = 0;
      for (std::int64_t i = 1; i < 50; ++i) {
        const double now = probability_below(d, d.least + (d.most - d.least) * i / 50);
        EXPECT_GE(now, before) << testing::PrintToString(d);
        before = now;
      }
    }
  }
}

TEST(ProbabilityBelow, OfConstantsAndOfWhatWasObservedIsCounted) {
  EXPECT_EQ(probability_below(constant(5), 5), 0);
  EXPECT_EQ(probability_below(constant(5), 6), 1);
  const Distribution d = empirical({1, 3, 3, 9});
  EXPECT_EQ(probability_below(d, 3), 0.25);
  EXPECT_EQ(probability_below(d, 4), 0.75);
  EXPECT_EQ(probability_below(d, 9), 0.75);
  EXPECT_EQ(probability_below(d, 10), 1);
}

Question lasts(const Distribution& d) { return {.actor = "a", .kind = "k", .distribution = d}; }

Question fails(std::vector<Option> options) {
  options.insert(options.begin(), {"none", 0});
  return {.actor = "a", .kind = "failure", .answers = AnswerKind::option, .options = options, .fault = true};
}

CutLaw law_of(const Question& q, const CutOptions& options = {}) {
  const std::vector<Question> questions{q};
  return cut_laws(questions, cut(questions, options).cuts, options).at(0);
}

TEST(CutLaws, GiveEachAnswerWhatIsNearestToIt) {
  Question q = lasts(uniform(0, 9));  // usual 4: tried 4, 0, 9; 2 and 7 are the first of theirs
  EXPECT_THAT(law_of(q).share, ElementsAre(DoubleNear(0.5, 1e-15), DoubleNear(0.2, 1e-15), DoubleNear(0.3, 1e-15)));
  EXPECT_TRUE(law_of(q).drawn);
  q = lasts(empirical({1, 1, 1, 2, 3}));  // usual 1
  EXPECT_THAT(law_of(q).share, ElementsAre(DoubleNear(0.6, 1e-15), DoubleNear(0.2, 1e-15), DoubleNear(0.2, 1e-15)));
  EXPECT_THAT(law_of(lasts(constant(3))).share, ElementsAre(1));
}

TEST(CutLaws, SumToOneAtAnyResolution) {
  for (const auto& [least, usual, most] : figures) {
    for (const Distribution& d : laws_between(least, usual, most)) {
      for (const std::int64_t steps : {0, 1, 7, 300}) {
        CutOptions options;
        if (steps > 0) options.resolution = Duration{(d.most - d.least) / steps + 1};
        const CutLaw law = law_of(lasts(d), options);
        const double sum = std::accumulate(law.share.begin(), law.share.end(), 0.0);
        EXPECT_NEAR(sum, 1, 0x1p-50) << testing::PrintToString(d);
        for (const double share : law.share) EXPECT_GE(share, 0) << testing::PrintToString(d);
      }
    }
  }
}

// What CutChooser draws, counted.
TEST(CutLaws, AreThoseOfTheChooser) {
  CutOptions options;
  for (const auto& [least, usual, most] : figures) {
    options.resolution = Duration{(most - least) / 5};
    std::vector<Question> questions;
    for (const Distribution& d : laws_between(least, usual, most)) {
      questions.push_back({.actor = "a" + std::to_string(questions.size()), .kind = "k", .distribution = d});
    }
    const std::vector<Cut> cuts = cut(questions, options).cuts;
    const std::vector<CutLaw> laws = cut_laws(questions, cuts, options);
    CutChooser chooser{questions, cuts, 11};
    for (QuestionId q = 0; q < questions.size(); ++q) {
      constexpr int times = 20'000;
      std::vector<int> seen(cuts[q].answers.size());
      for (std::uint32_t i = 0; i < times; ++i) {
        const auto at = std::find(cuts[q].answers.begin(), cuts[q].answers.end(), chooser.answer(q, i));
        ++seen[static_cast<std::size_t>(at - cuts[q].answers.begin())];
      }
      for (std::size_t a = 0; a < seen.size(); ++a) {
        const double p = laws[q].share[a];
        EXPECT_NEAR(seen[a], p * times, 4.5 * std::sqrt(p * (1 - p) * times) + 1e-9)
            << testing::PrintToString(questions[q].distribution) << " answer " << a;
      }
    }
  }
}

// The figures of docs/decisions/016-exact-probability.md: three answers are a caricature of a law with a tail.
TEST(CutLaws, ComeNearToTheLawAtAFineResolutionOnly) {
  const std::vector<Question> questions{lasts(window(2 * minute, 3 * minute, 41 * minute))};
  const auto mean = [&](const CutOptions& options) {
    const std::vector<Cut> cuts = cut(questions, options).cuts;
    const CutLaw law = cut_laws(questions, cuts, options).at(0);
    double sum = 0;
    for (std::size_t i = 0; i < law.share.size(); ++i) {
      sum += law.share[i] * static_cast<double>(cuts[0].answers[i]) / minute;
    }
    return sum;
  };
  EXPECT_NEAR(mean({}), 4.31, 0.005);
  EXPECT_NEAR(mean({.resolution = minutes(5)}), 9.49, 0.005);
  EXPECT_NEAR(mean({.resolution = minutes(1)}), 9.16, 0.005);
  EXPECT_THAT(law_of(questions[0]).share,
              ElementsAre(DoubleNear(0.925, 5e-4), DoubleNear(0.039, 5e-4), DoubleNear(0.035, 5e-4)));
}

TEST(CutLaws, OfOptionsAreTheirProbabilities) {
  EXPECT_THAT(law_of(fails({{"x", 100'000}, {"never", 0}, {"y", 250'000}})).share,
              ElementsAre(DoubleEq(0.65), DoubleEq(0.1), DoubleEq(0.25)));
  EXPECT_THAT(law_of(fails({{"x", 700'000}, {"y", 700'000}})).share,
              ElementsAre(DoubleEq(0), DoubleEq(0.7), DoubleEq(0.3)));  // as sampled_option draws them
}

TEST(CutLaws, LeaveToTheAdversaryWhatNobodyDraws) {
  Question q = lasts(uniform(0, 9));
  q.drawn = false;
  EXPECT_FALSE(law_of(q).drawn);
  EXPECT_TRUE(law_of(q).share.empty());
  EXPECT_TRUE(law_of(fails({{"x", 1}})).drawn);
  EXPECT_FALSE(law_of(fails({{"x", 1}}), {.faults = 1}).drawn);
  EXPECT_TRUE(law_of(lasts(uniform(0, 9)), {.faults = 1}).drawn);
}

}  // namespace
}  // namespace converge::sim
