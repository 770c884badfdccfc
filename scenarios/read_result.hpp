// A result's document (`--json`) back into the result. Nobody vouches for the file: what does not fit is a problem with
// its place, and a result is given only where there is none. Keys that nobody knows are passed over, since documents
// may grow.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/problem.hpp"
#include "sim/evidence.hpp"

namespace converge::scenarios {

inline constexpr std::size_t result_bytes_max = std::size_t{32} * 1024 * 1024;

struct ReadResult {
  std::optional<sim::Result> result;  // only without problems
  std::string made_by;                // version
  std::vector<Problem> problems;
};

ReadResult read_result(std::string_view text, std::size_t bytes_most = result_bytes_max);

}  // namespace converge::scenarios
