// The gallery's scenarios, for tests that are held to each of them.
#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "scenarios/problem.hpp"
#include "scenarios/scenario.hpp"
#include "tests/support/program.hpp"

namespace converge::support {

// "add-column-three-phase", ...
inline std::vector<std::string> gallery() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{CONVERGE_SOURCE_DIR "/scenarios"}) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() == ".json" && path.stem().extension() != ".schema") names.push_back(path.stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline scenarios::Scenario load(const std::string& name) {
  const std::string text = slurp(CONVERGE_SOURCE_DIR "/scenarios/" + name + ".json");
  scenarios::Parsed parsed = scenarios::parse(text);
  if (!parsed.scenario) throw std::runtime_error{scenarios::explain(name, text, parsed.problems)};
  return *std::move(parsed.scenario);
}

// For GoogleTest: "AddColumnThreePhase".
inline std::string camel_case(const std::string& name) {
  std::string out;
  bool up = true;
  for (const char c : name) {
    if (c == '-') {
      up = true;
      continue;
    }
    out += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    up = false;
  }
  return out;
}

}  // namespace converge::support
