// In floating point, like its header, and for the same reason.
//
// Each law lives between least - 1/2 and most + 1/2; x is a place on that range as a fraction of it, and c is the place
// of the usual value. distribution.cpp says how each is drawn.
#include "sim/law.hpp"

#include <algorithm>
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cassert>
#include <cmath>

namespace converge::sim {

namespace {

double triangular_below(double x, double c) { return x < c ? x * x / c : 1 - (1 - x) * (1 - x) / (1 - c); }

double exponential_below(double x, double c) {
  constexpr double ln2 = 0.69314718055994530942;
  return std::expm1(-ln2 * x / c) / std::expm1(-ln2 / c);
}

double lognormal_below(double x, double c) {
  constexpr double z999 = 3.090232306167813541540;
  const double z = z999 * std::log(x / c) / -std::log(c);
  return boost::math::erfc(-z / std::sqrt(2.0)) / 2 / 0.999;
}

// Of five uniform draws in order, L is the j-th and R the next; a draw by the broken stick is L + (R - L) P, where P is
//   uniform between f and 1   with probability f / 2
//   uniform between 0 and f                    (1 - f) / 2
//   uniform between 0 and 1                    f (1 - f)
//   1                                          f^2 / 2
//   0                                          (1 - f)^2 / 2
// So it stays below x if L does, but for the cases in which L < x <= L + (R - L) P. `across` is the probability of
// those for one P = p. The joint density of L and R is known; integrated over R, what is left is a polynomial of degree
// four in L, of which three points of Gauss give the integral without error.
double across(double x, double p, int j) {
  constexpr std::array<double, 6> scale{0, 5, 20, 30, 20, 0};  // 5! / ((j - 1)! (5 - j)!), by j
  const auto power = [](double base, int exponent) {
    double product = 1;
    for (int i = 0; i < exponent; ++i) product *= base;
    return product;
  };
  const int m = 5 - j;
  const double from = p < x ? (x - p) / (1 - p) : 0;  // below it, L leaves no room for R
  const double wide = p < x ? p * (1 - x) / (1 - p) : x;
  const auto density = [&](double place) {  // at `place` of the way from there to x
    const double l = from + place * wide;
    const double above = p < x ? (1 - x) * place : ((p - x) + l * (1 - p)) / p;  // how far R's least is from 1
    return power(l, j - 1) * power(above, m);
  };
  return scale[static_cast<std::size_t>(j)] * wide *
         boost::math::quadrature::gauss<double, 3>::integrate(density, 0.0, 1.0);
}

// Over p, of what is smooth on either side of x. There it is a polynomial in p and 1 / p, or in 1 - p and 1 / (1 - p),
// so by the logarithm of p or of 1 - p a fixed number of points will do however near to the poles it goes.
double integral(double x, int j, double from, double to) {
  using Points = boost::math::quadrature::gauss<double, 30>;
  double sum = 0;
  if (from < std::min(to, x)) {
    const auto by_log = [&](double v) { return across(x, -std::expm1(v), j) * std::exp(v); };
    sum += Points::integrate(by_log, std::log1p(-std::min(to, x)), std::log1p(-from));
  }
  if (std::max(from, x) < to) {
    const auto by_log = [&](double u) { return across(x, std::exp(u), j) * std::exp(u); };
    sum += Points::integrate(by_log, std::log(std::max(from, x)), std::log(to));
  }
  return sum;
}

double pert_below(double x, double c) {
  const double t = 4 * c;
  const double whole = std::floor(t);
  const double f = t - whole;
  const int j = static_cast<int>(whole) + 1;  // 1 to 4
  constexpr std::array<double, 6> choose{1, 5, 10, 10, 5, 1};
  const auto exactly = [&](int i) {  // how probable it is that i of the five are below x
    double product = choose[static_cast<std::size_t>(i)];
    for (int k = 0; k < i; ++k) product *= x;
    for (int k = i; k < 5; ++k) product *= 1 - x;
    return product;
  };
  double below_x = 0;  // L is
  for (int i = j; i <= 5; ++i) below_x += exactly(i);
  if (f == 0) return below_x;
  const double lower = integral(x, j, 0, f);
  const double upper = integral(x, j, f, 1);
  const double at_one = exactly(j);
  return below_x - f / 2 * upper / (1 - f) - (1 - f) / 2 * lower / f - f * (1 - f) * (lower + upper) -
         f * f / 2 * at_one;
}

std::vector<double> option_shares(const std::vector<Option>& options, const Cut& cut) {
  constexpr std::int64_t million = 1'000'000;
  std::vector<double> share{0};
  std::int64_t left = million;  // what the options before leave; those that would have more than that get less
  for (std::size_t i = 1; i < cut.answers.size(); ++i) {
    const std::int64_t ppm = std::min<std::int64_t>(left, options[static_cast<std::size_t>(cut.answers[i])].ppm);
    share.push_back(static_cast<double>(ppm) / million);
    left -= ppm;
  }
  share.front() = static_cast<double>(left) / million;
  return share;
}

std::vector<double> duration_shares(const Distribution& d, const Cut& cut) {
  std::vector<double> share(cut.answers.size());
  const std::vector<Territory> all = territories(cut);
  double below = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double up_to = i + 1 == all.size() ? 1 : probability_below(d, all[i + 1].from);
    const auto place = std::find(cut.answers.begin(), cut.answers.end(), all[i].answer) - cut.answers.begin();
    share[static_cast<std::size_t>(place)] = std::max(0.0, up_to - below);
    below = up_to;
  }
  return share;
}

}  // namespace

double probability_below(const Distribution& d, std::int64_t value) {
  assert(valid(d));
  if (value <= d.least) return 0;
  if (value > d.most) return 1;
  const double n = static_cast<double>(d.most) - static_cast<double>(d.least) + 1;
  const double x = (static_cast<double>(value) - static_cast<double>(d.least)) / n;
  const double c = (static_cast<double>(d.usual) - static_cast<double>(d.least) + 0.5) / n;
  switch (d.shape) {
    case Shape::constant: return 1;
    case Shape::uniform: return x;
    case Shape::triangular: return triangular_below(x, c);
    case Shape::pert: return pert_below(x, c);
    case Shape::exponential: return exponential_below(x, c);
    case Shape::lognormal: return lognormal_below(x, c);
    case Shape::empirical: {
      const auto less = std::lower_bound(d.values.begin(), d.values.end(), value) - d.values.begin();
      return static_cast<double>(less) / static_cast<double>(d.values.size());
    }
  }
  assert(false);
  return 0;
}

std::vector<CutLaw> cut_laws(const std::vector<Question>& questions, const std::vector<Cut>& cuts,
                             const CutOptions& options) {
  assert(cuts.size() == questions.size());
  std::vector<CutLaw> laws;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question& q = questions[i];
    CutLaw& law = laws.emplace_back();
    law.drawn = q.drawn && !(q.fault && options.faults);
    if (!law.drawn || cuts[i].answers.empty()) continue;
    law.share =
        q.answers == AnswerKind::option ? option_shares(q.options, cuts[i]) : duration_shares(q.distribution, cuts[i]);
  }
  return laws;
}

}  // namespace converge::sim
