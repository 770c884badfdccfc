// Floating point, but only products, sums and roundings, which are the same on every machine; no logarithm, which is
// not.
#include "sim/probability.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace converge::sim {
namespace {

constexpr int decimals_max = 6;
constexpr double decimal_min = 1e-6;  // what is less has no place among that many decimals of a percentage

// What lies within a billionth of a whole number is one: a product of two doubles is not exact, and a bound of 7 % must
// not come out as 7.01 %.
double whole(double x, Rounded how) {
  const double nearest = std::round(x);
  if (how == Rounded::nearest || std::abs(x - nearest) <= 1e-9 * nearest) return nearest;
  return how == Rounded::down ? std::floor(x) : std::ceil(x);
}

// Of a number between 0 and 1.
std::string scientific(double p, Rounded how) {
  int exponent = 0;
  while (p < 1) {
    p *= 10;
    --exponent;
  }
  double digits = whole(10 * p, how);
  if (digits >= 100) {
    digits /= 10;
    ++exponent;
  }
  return fmt::format("{:.1f}e-{:02}", digits / 10, -exponent);
}

}  // namespace

std::string percent(double p, Rounded how) {
  if (std::isnan(p)) return "?";
  if (p <= 0) return "0 %";
  if (p >= 1) return "100 %";
  if (p < decimal_min) return scientific(p, how);
  const double percent = 100 * p;
  int decimals = 0;
  double scale = 1;
  for (double least = std::min(percent, 100 - percent); least < 100 && decimals < decimals_max; least *= 10) {
    scale *= 10;
    ++decimals;
  }
  double scaled = whole(scale * percent, how);
  if (how == Rounded::nearest) scaled = std::min(scaled, 100 * scale - 1);
  std::string out = fmt::format("{:.{}f}", scaled / scale, decimals);
  if (decimals != 0) out.resize(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out + " %";
}

std::string interval(double low, double high) {
  return fmt::format("{} to {}", percent(low, Rounded::down), percent(high, Rounded::up));
}

std::string interval(const Probability& p) { return interval(p.low, p.high); }

}  // namespace converge::sim
