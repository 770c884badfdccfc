#include "reports/html_view.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace converge::reports {
namespace {

using sim::Playback;

void find_stories(View& v) {
  const std::vector<Playback>& all = v.evidence().playbacks;
  std::vector<bool> told(all.size(), false);
  if (!told.empty()) told[0] = true;
  const auto tell = [&](const std::vector<sim::Counterexample>& counterexamples) {
    for (const sim::Counterexample& c : counterexamples) {
      Story story{.title = c.property + " is violated", .counterexample = &c};
      for (std::size_t i = 1; i < all.size() && story.playback == nullptr; ++i) {
        if (told[i] || all[i].property != c.property) continue;
        told[i] = true;
        story.playback = &all[i];
      }
      v.stories.push_back(story);
    }
  };
  if (v.check != nullptr) tell(v.check->counterexamples);
  if (v.explore != nullptr) tell(v.explore->counterexamples);
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (!told[i]) v.stories.push_back({.title = all[i].label, .playback = &all[i]});
  }
}

}  // namespace

View view_of(const sim::Reported& reported, std::string_view id) {
  View v;
  v.reported = &reported;
  v.id = id;
  std::visit(
      [&](const auto& r) {
        using Result = std::remove_cvref_t<decltype(r)>;
        v.command = r.command;
        v.file = r.file;
        v.title = r.title.empty() ? std::string_view("Untitled scenario") : std::string_view(r.title);
        v.scenario = r.scenario;
        v.strength = r.strength;
        v.sentence = r.sentence;
        v.outcome = r.outcome;
        v.vacuous_for = &r.vacuous_for;
        v.sla = r.sla;
        v.horizon = r.horizon;
        v.fingerprint = r.fingerprint;
        if constexpr (std::is_same_v<Result, sim::RunResult>) v.run = &r;
        if constexpr (std::is_same_v<Result, sim::CheckResult>) v.check = &r;
        if constexpr (std::is_same_v<Result, sim::ExploreResult>) v.explore = &r;
        if constexpr (std::is_same_v<Result, sim::AdviseResult>) v.advise = &r;
        if constexpr (std::is_same_v<Result, sim::OrderingsResult>) v.orderings = &r;
      },
      reported.result);
  if (!reported.evidence.playbacks.empty()) {
    v.usual = &reported.evidence.playbacks.front();
    v.usual_run = &v.usual->run;
  } else if (v.run != nullptr) {
    v.usual_run = v.run;
  }
  find_stories(v);
  return v;
}

std::vector<const sim::PropertyResult*> properties_of(const View& v) {
  std::vector<const sim::PropertyResult*> out;
  if (v.check != nullptr) {
    for (const sim::PropertyCount& p : v.check->properties) out.push_back(&p.worst);
  }
  const auto* plain = v.run != nullptr ? &v.run->properties : v.explore != nullptr ? &v.explore->properties : nullptr;
  if (plain != nullptr) {
    for (const sim::PropertyResult& p : *plain) out.push_back(&p);
  }
  return out;
}

const std::vector<sim::FaultCount>* faults_of(const View& v) {
  if (v.run != nullptr) return &v.run->faults;
  if (v.check != nullptr) return &v.check->faults;
  if (v.explore != nullptr) return &v.explore->faults;
  return nullptr;
}

Latest latest_of(const View& v) {
  if (v.run != nullptr) return {v.run->changed.has_value() || v.run->convergence.has_value(), v.run->convergence};
  if (v.check != nullptr) {
    return {v.check->schedules != 0, v.check->never_converged != 0 ? std::nullopt : v.check->most};
  }
  if (v.explore != nullptr) {
    return {v.explore->complete && (v.explore->never_converges || v.explore->worst_convergence.has_value()),
            v.explore->never_converges ? std::nullopt : v.explore->worst_convergence};
  }
  if (v.advise != nullptr) {
    return {v.advise->worst.has_value() || v.advise->bound.has_value(), v.advise->worst ? v.advise->worst
                                                                        : v.advise->bound
                                                                            ? std::optional(v.advise->bound->latest)
                                                                            : std::nullopt};
  }
  return {};
}

}  // namespace converge::reports
