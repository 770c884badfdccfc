// What the documents for programs have in common: the values that appear in several of them, and how all are printed.
//
// A document is built as a tree, so that its order is the order in which it is written down, and printed by a walk of
// our own: the library would print seconds as binary fractions, and a pair of a series over four lines.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/time.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

using Json = nlohmann::ordered_json;

std::string version();

// Keys in the order of the tree, two blanks for each level, a line break at the end. Broken UTF-8 is replaced, and text
// with characters that could harm a terminal is written in ASCII, as \uXXXX.
std::string print(const Json& document);

// Text that is JSON already, to be printed as it is.
Json verbatim(std::string_view text);

// "1.5" for 1 500 000 us, exact to the microsecond.
std::string decimal_seconds(std::int64_t us);
Json seconds(sim::Duration);
Json seconds(sim::Instant);  // null for never
Json seconds(const std::optional<sim::Duration>&);
Json seconds(const std::optional<sim::Instant>&);

// Six significant digits, so that the last bits of a sum change no byte; null for what is not a finite number.
Json number(double);

std::string hex(std::uint64_t);

// The fields with which the document of every verdict begins; of each kind of result that sim/verdict.hpp has.
template <class Result>
Json head(const Result&);

Json property(const sim::PropertyResult&);
Json fault(const sim::FaultCount&);
Json deviation(const sim::DeviationText&);
// The schedule that a schedule file would hold, as it is; null where there is none.
Json schedule_file(const std::string& text);
Json counterexample(const sim::Counterexample&);
Json probability(const sim::Probability&);
Json point_of_no_return(const sim::PointOfNoReturn&);

// Json is a parameter, and the library's large header is needed only where a list is made.
template <class T, class J>
J list(const std::vector<T>& values, J (*one)(const T&)) {
  J out = J::array();
  for (const T& value : values) out.push_back(one(value));
  return out;
}

}  // namespace converge::reports
