#include "reports/html_view.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace converge::reports {
namespace {

using sim::Playback;

Story of_run(std::string title, const sim::RunResult& r) {
  Story s{.title = std::move(title), .deviations = &r.deviations, .workload = r.workload, .sentence = r.sentence};
  if (!r.points.empty()) s.point = &r.points.front();
  if (r.search) {
    s.file = r.search->file;
    s.replay = r.search->replay;
  }
  return s;
}

Story of_playback(const Playback& p) {
  Story s = of_run(p.label, p.run);
  s.replay = p.replay;
  s.playback = &p;
  if (p.point) s.point = &*p.point;
  return s;
}

// To what is known of a story, its run to watch.
void watch(Story& s, const Playback& p) {
  s.playback = &p;
  if (p.point) s.point = &*p.point;
  if (s.replay.empty()) s.replay = p.replay;
}

std::vector<Story> told(const std::vector<sim::Counterexample>& counterexamples) {
  std::vector<Story> out;
  for (const sim::Counterexample& c : counterexamples) {
    out.push_back({.title = c.property + " is violated",
                   .deviations = &c.deviations,
                   .workload = c.workload,
                   .sentence = c.sentence,
                   .detail = c.detail,
                   .file = c.file,
                   .replay = c.replay,
                   .counterexample = &c});
  }
  return out;
}

// The counterexamples with their runs, then whatever else there is to watch; then what there is to tell without.
void find_stories(View& v) {
  const std::vector<Playback>& all = v.evidence().playbacks;
  if (v.check != nullptr) v.stories = told(v.check->counterexamples);
  if (v.explore != nullptr) v.stories = told(v.explore->counterexamples);
  std::vector<bool> shown(all.size(), false);
  for (Story& s : v.stories) {
    for (std::size_t i = 1; i < all.size() && s.playback == nullptr; ++i) {
      if (shown[i] || all[i].property != s.counterexample->property) continue;
      shown[i] = true;
      watch(s, all[i]);
    }
  }
  bool rest = false;
  // The usual run is a story where it fails itself.
  if (v.run != nullptr && !all.empty() && !all.front().property.empty()) {
    v.stories.push_back(of_playback(all.front()));
    rest = true;
  }
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (shown[i]) continue;
    v.stories.push_back(of_playback(all[i]));
    rest = true;
  }
  if (rest) return;
  if (v.explore != nullptr && v.explore->complete && !v.explore->worst_replay.empty()) {
    v.stories.push_back({.title = "The worst case",
                         .deviations = &v.explore->worst_schedule,
                         .file = v.explore->worst_file,
                         .replay = v.explore->worst_replay});
  }
  if (v.run != nullptr && (!v.run->deviations.empty() || !v.run->points.empty())) {
    Story s = of_run("This run", *v.run);
    if (!all.empty() && all.front().run.trace_hash == v.run->trace_hash) watch(s, all.front());
    v.stories.push_back(s);
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
  v.shown = v.usual;
  v.shown_run = v.run != nullptr ? v.run : v.usual_run;
  if (v.run != nullptr) {
    const auto own = std::ranges::find(reported.evidence.playbacks, v.run->trace_hash,
                                       [](const Playback& p) { return p.run.trace_hash; });
    v.shown = own != reported.evidence.playbacks.end() ? &*own : nullptr;
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
