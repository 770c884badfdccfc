// The recorded systems: for each, how its cases are known and how one is replayed against the models. An adapter is one
// source file for each system here, or one for each kind of case where a system has several.
#pragma once

#include <span>
#include <string_view>

#include "scenarios/recorded/comparison.hpp"

namespace converge::scenarios::recorded {

struct System {
  std::string_view name;           // of its folder
  bool (*knows)(const Json& one);  // is this one of its cases? By what is in it, whatever the folder's name
  void (*replay)(const Json& one,
                 Comparison&);  // a field that is missing or of another kind: nlohmann::json::exception
};

std::span<const System> systems();

bool knows_kafka(const Json&);
void replay_kafka(const Json&, Comparison&);

}  // namespace converge::scenarios::recorded
