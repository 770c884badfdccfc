// Every recorded case against the models.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/problem.hpp"
#include "sim/conformance.hpp"

namespace converge::scenarios::recorded {

struct Asked {
  std::filesystem::path folder;
  std::vector<std::string> systems;  // none: all
  std::vector<std::string> groups;   // none: all
  std::string id;                    // this case alone, told step by step
};

struct Bad {
  std::string file;
  std::string text;  // the line where the problem is
  Problem problem;
};

struct Conformed {
  sim::ConformResult result;
  std::optional<sim::ConformCase> told;
  std::vector<std::string> systems;  // that were met, whether asked for or not
  std::vector<std::string> groups;   // of those asked for
  std::vector<Bad> bad;              // at most one for each file; then nothing else counts
};

// `go_on` is asked after each case, with how many there were.
Conformed conform(const Asked&, const std::function<bool(std::uint64_t cases)>& go_on);

}  // namespace converge::scenarios::recorded
