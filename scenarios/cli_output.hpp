// Where the commands' output goes: standard output or a file, whole or not at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/terminal.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/problem.hpp"
#include "sim/verdict.hpp"

namespace converge::scenarios {

// Thrown when output cannot be written; main() turns it into one line and exit code 2.
struct CannotWrite {
  std::string what;
};

// What standard output can show, and the environment's wishes.
reports::Terminal terminal(const Options&);

Exit exit_code(sim::Outcome);

void put(const Options&, const std::string& text);

// By way of a temporary file beside it, so that nobody ever sees half of it. Links are followed, devices written to.
void write_file(const std::string& path, const std::string& text);

std::string problems_json(std::string_view command, const std::string& file, const std::vector<Problem>&);

// What `validate` found in each file: one document, however many there are.
struct Checked {
  std::string file;
  std::vector<Problem> problems;
};

std::string validation_json(const std::vector<Checked>&);

}  // namespace converge::scenarios
