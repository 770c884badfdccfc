// One result as the page looks at it: what all kinds of results have, the one kind that it is, and the runs that belong
// to each of its stories. It points into the Reported, which must outlive it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/evidence.hpp"

namespace converge::reports {

// A violation, a worst case, a run that is not the usual one. Only some of these are known without a run to watch.
struct Story {
  std::string title;
  const std::vector<sim::DeviationText>* deviations = nullptr;
  std::optional<std::uint64_t> workload;
  std::string_view sentence, detail, file, replay;
  const sim::Counterexample* counterexample = nullptr;
  const sim::Playback* playback = nullptr;
  const sim::PointOfNoReturn* point = nullptr;
};

struct View {
  const sim::Reported* reported = nullptr;
  std::string id;  // before the names of its sections, where the page has several results: "a-"

  std::string_view command, file, title, scenario, strength, sentence;
  sim::Outcome outcome = sim::Outcome::inconclusive;
  const std::vector<std::string>* vacuous_for = nullptr;
  sim::Duration sla;
  sim::Duration horizon;
  std::uint64_t fingerprint = 0;

  const sim::RunResult* run = nullptr;  // exactly one of these
  const sim::CheckResult* check = nullptr;
  const sim::ExploreResult* explore = nullptr;
  const sim::AdviseResult* advise = nullptr;
  const sim::OrderingsResult* orderings = nullptr;

  const sim::Playback* usual = nullptr;       // the usual run to watch, if there is one
  const sim::RunResult* usual_run = nullptr;  // and what is known of it without
  const sim::Playback* shown = nullptr;       // the run that the result is about: its own, else the usual one
  const sim::RunResult* shown_run = nullptr;
  std::vector<Story> stories;

  const sim::Evidence& evidence() const { return reported->evidence; }
  std::string section(std::string_view name) const { return id + std::string(name); }
};

View view_of(const sim::Reported&, std::string_view id);

// Each property with its least margin, whatever the result.
std::vector<const sim::PropertyResult*> properties_of(const View&);
const std::vector<sim::FaultCount>* faults_of(const View&);

// The latest, or only, time to convergence that the result knows. None: it never converges, or it is not known.
struct Latest {
  bool known = false;
  std::optional<sim::Duration> convergence;
};
Latest latest_of(const View&);

}  // namespace converge::reports
