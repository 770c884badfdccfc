// What a command line asks for, as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace converge::scenarios {

// 0 all properties hold; 1 a property is violated; 2 the input or usage is wrong; 3 no verdict, or a vacuous one; 4 our
// fault.
enum class Exit : int { holds = 0, violated = 1, wrong_input = 2, no_verdict = 3, our_fault = 4 };

struct Options {
  std::string file;                // scenario, or schedule of `replay`
  std::vector<std::string> files;  // of `validate`
  std::optional<std::uint64_t> seed;
  bool json = false;
  bool quiet = false;
  bool no_color = false;
  bool trace = false;
  std::vector<std::string> actors;  // of the trace; none: all
  std::string output;               // a file instead of standard output
  std::string save;                 // where the schedule of this run is written
  std::string scenario;             // of `replay`: instead of the file that the schedule names
  bool reference = false;           // of `schema`: the reference page instead
};

Exit run(const Options&);
Exit replay(const Options&);
Exit validate(const Options&);
Exit schema(const Options&);

}  // namespace converge::scenarios
