// What an adapter says while it replays one recorded case: what is done next, and what the real system and the model
// answered. The first difference decides the case.
//
// An adapter turns a recorded step into a call on the model and the model's answer into the recording's words; it
// decides nothing. What it leaves out it names before the first answer is compared, by what the case asks and never by
// what was answered, so that being out of scope cannot hide a disagreement.
#pragma once

#include <concepts>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "sim/conformance.hpp"

namespace converge::scenarios::recorded {

using Json = nlohmann::json;

// A whole number that the type can hold; anything else is no case in the documented form. What the library itself does
// with a fraction, or with a number that is too large, is undefined.
template <std::integral T>
T whole(const Json& value) {
  if (value.is_number_unsigned()) {
    if (const auto n = value.get<std::uint64_t>(); std::in_range<T>(n)) return static_cast<T>(n);
  } else if (value.is_number_integer()) {
    if (const auto n = value.get<std::int64_t>(); std::in_range<T>(n)) return static_cast<T>(n);
  }
  throw Json::other_error::create(501, value.dump() + " is no whole number for this", &value);
}

class Comparison {
 public:
  explicit Comparison(bool telling) : telling_{telling} {}

  // What is done next, in the recording's words.
  void step(std::string_view what);

  // Is what the model answered what was recorded? False here, and the case is decided.
  bool same(std::string_view what, const Json& recorded, const Json& modelled);

  // Left out on purpose; only as long as nothing differed.
  void out_of_scope(const sim::OutOfScope&);

  // Decided: nothing that comes can change it.
  bool over() const { return case_.answer != sim::ConformCase::Answer::agrees; }
  std::uint64_t compared() const { return compared_; }

  const sim::ConformCase& result() const { return case_; }
  sim::ConformCase& result() { return case_; }

 private:
  bool telling_;
  std::uint64_t compared_ = 0;
  std::string step_;
  sim::ConformCase case_;
};

}  // namespace converge::scenarios::recorded
