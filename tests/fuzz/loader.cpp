// Whatever the bytes are, reading them as a scenario or as a schedule ends: with a value, or with problems that can be
// shown.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scenarios/scenario.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace converge::scenarios;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const Parsed scenario = parse(text);
  if (scenario.scenario.has_value() != scenario.problems.empty()) std::abort();
  if (!scenario.problems.empty() && explain("fuzz.json", text, scenario.problems).empty()) std::abort();
  const ParsedSchedule schedule = parse_schedule(text);
  if (schedule.saved.has_value() != schedule.problems.empty()) std::abort();
  return 0;
}
