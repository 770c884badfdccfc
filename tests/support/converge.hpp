// The program `converge` itself, as run_program() starts it: it never dies of a signal or of a fault of its own.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/program.hpp"

namespace converge::support {

inline Ended converge(Start start) {
  // Without a locale, a terminal is taken for one that shows ASCII alone.
  start.environment.emplace_back("LC_ALL=C.UTF-8");
  Ended ended = run_program(CONVERGE_PROGRAM, start);
  EXPECT_EQ(ended.signal, 0) << ended.err;
  EXPECT_NE(ended.exit, 4) << ended.err;
  return ended;
}

inline Ended converge(std::vector<std::string> arguments, const std::string& folder = {}) {
  return converge(Start{.arguments = std::move(arguments), .folder = folder});
}

// One document on standard output.
inline nlohmann::json document(const Ended& ended) {
  nlohmann::json json = nlohmann::json::parse(ended.out, nullptr, false);
  EXPECT_TRUE(json.is_object()) << ended.out << ended.err;
  return json;
}

}  // namespace converge::support
