// Probabilities as people read them. Floating point, and it may be: they describe what was counted, and decide nothing.
#pragma once

#include <cstdint>
#include <string>

#include "sim/verdict.hpp"

namespace converge::sim {

enum class Rounded : std::uint8_t { nearest, down, up };

// "2.12 %": three significant digits of what is nearer, none or all; "3.2e-08" below a millionth. Only a certainty is
// written as "100 %" or "0 %", unless it is a bound. At most 11 characters; "?" for what is not a number.
std::string percent(double, Rounded = Rounded::nearest);

// "1.85 % to 2.42 %": outwards, so that it is never written narrower than it is.
std::string interval(double low, double high);
std::string interval(const Probability&);

}  // namespace converge::sim
