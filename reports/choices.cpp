#include "reports/choices.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace converge::reports {

std::string choices(const sim::CheckResult& r, sim::ChoiceCount::Answered answered, bool asked) {
  std::vector<std::pair<std::string, std::string>> actors;  // and their kinds
  for (const sim::ChoiceCount& c : r.choices) {
    if (c.answered != answered || (c.asked != 0) != asked) continue;
    const auto same = std::find_if(actors.begin(), actors.end(), [&](const auto& a) { return a.first == c.actor; });
    if (same == actors.end()) {
      actors.emplace_back(c.actor, c.choice);
    } else {
      same->second += ", " + c.choice;
    }
  }
  std::string out;
  for (const auto& [actor, kinds] : actors) out += (out.empty() ? "" : ", ") + actor + " (" + kinds + ")";
  return out;
}

}  // namespace converge::reports
