// What commands read: scenarios, and where files are seen from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/cli_options.hpp"
#include "scenarios/json_text.hpp"
#include "scenarios/problem.hpp"
#include "scenarios/scenario.hpp"

namespace converge::scenarios {

// Thrown when a file that must be there cannot be read; main() turns it into one line and exit code 2.
struct CannotRead {
  std::string what;
};

struct Loaded {
  std::string file;  // as it is shown
  std::string text;
  Parsed parsed;
};

FileText read_input(const std::string& path, std::size_t bytes_max = text_bytes_max);  // "-" is standard input
std::string read_whole(const std::string& path);  // a file of ours, of any size: CannotRead
Loaded load(const std::string& path);

// Every problem, for people on standard error, for programs as the one document on standard output.
Exit refuse(const Options&, std::string_view command, const std::string& file, std::string_view text,
            const std::vector<Problem>&);

// Neither a result nor a schedule may take the place of what was read: CannotWrite.
void spare(const Options&, const std::string& input);

// Where the scenario is, seen from the schedule's folder; its name alone where that would lead upwards, which replay
// refuses.
struct SeenFrom {
  std::string path;
  bool found = true;  // replay finds it there, without --scenario
};
SeenFrom seen_from(const std::string& schedule, const std::string& scenario);

// What a file of that schedule would hold, beside its scenario's.
std::string schedule_file(const std::string& scenario, const sim::Schedule&);

// A schedule that a command found, beside others of its scenario: "plan.converged.schedule.json" in the folder of
// --save. Both are empty where nothing is to be saved.
struct KeptSchedule {
  std::string file;
  std::string replay;  // the command that plays it
};
KeptSchedule keep(const Options&, const std::string& what, const sim::Schedule&);

}  // namespace converge::scenarios
