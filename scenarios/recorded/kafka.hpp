// Kafka's recordings: a log on its broker (K1, K2), where a consumer starts (K3), transactions (K4).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/recorded/comparison.hpp"

namespace converge::scenarios::recorded::kafka {

void replay_log(const Json&, Comparison&);
void replay_consumer(const Json&, Comparison&);
void replay_transactions(const Json&, Comparison&);

// What a recorded word means to the model; one that is not in the list is no case in the documented form.
template <typename T>
T meaning(const Json& word, std::initializer_list<std::pair<std::string_view, T>> words) {
  const auto& text = word.get_ref<const std::string&>();
  for (const auto& [name, value] : words) {
    if (name == text) return value;
  }
  throw Json::other_error::create(501, "\"" + text + "\" is no word for this", &word);
}

}  // namespace converge::scenarios::recorded::kafka
