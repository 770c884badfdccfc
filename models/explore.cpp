// Its floating point is the header's: how many schedules there are, and how likely.
#include "models/explore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>

#include "models/pipeline_space.hpp"
#include "sim/all_dependent.hpp"
#include "sim/law.hpp"
#include "sim/odds.hpp"

namespace converge::models {

namespace {

constexpr std::size_t kConverged = 0;  // its place among the properties

// Gathering this much violates the property: a margin falls by one with each unit.
std::int64_t too_much(const Pipeline& model, std::size_t property) { return margin(model, property, 0) + 1; }

// A run of a model that behaves like the pipeline, with these answers.
template <class M>
Run play(const M& m, const Pipeline& pipeline, const std::vector<sim::Deviation>& answers) {
  sim::NominalChooser nominal{pipeline.questions()};
  sim::ReplayedChooser chooser{nominal, answers};
  Run run;
  sim::Trace trace{&run.record};
  run.world = sim::initial(m, chooser, trace);
  sim::run_until(m, run.world, sim::Instant{} + pipeline.config().horizon, chooser, trace);
  last_look(pipeline, run.world, chooser, trace);
  run.events = trace.events();
  run.trace_hash = trace.hash();
  return run;
}

// One exploration: of a model whose worlds are those of the pipeline.
template <class M>
class Exploring {
 public:
  Exploring(const M& m, const Pipeline& pipeline, const Bounds& bounds, sim::ExploreOptions options, bool probability)
      : m_{m},
        pipeline_{pipeline},
        bounds_{bounds},
        options_{std::move(options)},
        probability_{probability},
        cut_{sim::cut(pipeline.questions(), bounds.cut)},
        view_{pipeline},
        space_{m, view_, cut_.cuts, bounds_.given, budget(), sim::Instant{} + pipeline.config().horizon} {
    options_.keep_branches = true;  // which faults struck
  }

  Explored run(const Checkpoint& checkpoint) {
    search(checkpoint);
    sim::ExploreResult& r = out_.result;
    r.command = "explore";
    r.sla = pipeline_.config().sla;
    r.horizon = pipeline_.config().horizon;
    r.bounds = {.resolution = bounds_.cut.resolution,
                .negligible = bounds_.cut.negligible,
                .faults = bounds_.cut.faults.value_or(0),
                .reduction = bounds_.reduction};
    if (bounds_.deviations) r.bounds.deviations = *bounds_.deviations;
    r.bounds.words = in_words();
    r.complete = explored_.complete;
    r.states = explored_.reached.states;
    r.transitions = explored_.reached.transitions;
    r.frontier = explored_.reached.frontier;
    r.reached = r.complete ? r.horizon : sim::minutes(15) * explored_.reached.layer;
    if (options_.fingerprints) r.collision = sim::collision_bound(r.states);
    if (r.complete) {
      const sim::HowMany all = sim::schedules(explored_.graph).value_or(sim::HowMany{});
      r.schedules = all.count;
      r.schedules_log10 = all.log10;
    }
    judge_properties();
    tell_worst();
    count_faults();
    if (probability_ && r.complete) weigh();
    give_verdict();
    return std::move(out_);
  }

 private:
  void search(const Checkpoint& checkpoint) {
    sim::Explorer<PipelineSpace<M>> explorer{space_, options_};
    sim::Hasher tag;
    tag.add(checkpoint.fingerprint);
    for (const std::string& bound : in_words()) tag.add(bound);
    tag.add(options_.fingerprints ? 1 : 0);
    const std::string& file = checkpoint.file;
    if (!file.empty() && std::filesystem::exists(file)) {
      if (const auto problem = explorer.resume(file, tag.value())) throw NoCheckpoint{*problem};
    }
    explorer.run();
    if (!file.empty() && !explorer.result().complete) {
      if (const auto problem = explorer.save(file, tag.value())) throw NoCheckpoint{*problem};
      out_.result.checkpoint = file;
    }
    explored_ = explorer.take();
  }

  sim::Budget budget() const {
    sim::Budget b = sim::budget_of(bounds_.cut);
    if (bounds_.deviations) b.deviations = *bounds_.deviations;
    return b;
  }

  std::vector<std::string> in_words() const {
    std::vector<std::string> all;
    const std::string tried = sim::words(pipeline_.questions(), cut_.cuts, bounds_.cut);
    for (std::size_t from = 0; from < tried.size();) {
      const std::size_t end = std::min(tried.find("; ", from), tried.size());
      all.push_back(tried.substr(from, end - from));
      from = end + 2;
    }
    if (bounds_.deviations) {
      all.push_back(fmt::format("at most {} answer{} of a schedule other than the usual one", *bounds_.deviations,
                                *bounds_.deviations == 1 ? "" : "s"));
    }
    if (!bounds_.given.empty()) {
      all.push_back(fmt::format("{} answer{} as the scenario gives {}", bounds_.given.size(),
                                bounds_.given.size() == 1 ? "" : "s", bounds_.given.size() == 1 ? "it" : "them"));
    }
    if (!bounds_.reduction) all.push_back("all orders of simultaneous events of different actors");
    return all;
  }

  // The answers of a path, all of them.
  std::vector<sim::Deviation> answers(const sim::Path& path) const {
    const sim::Record record = space_.follow(path);
    std::vector<sim::Deviation> all = sim::deviations_from_nominal(record, pipeline_.questions());
    std::erase_if(all, [&](const sim::Deviation& d) {
      return pipeline_.questions()[d.question].answers == sim::AnswerKind::bits;
    });
    return all;
  }

  struct Played {
    sim::RunResult result;
    std::vector<sim::DeviationText> own;  // beside what the scenario gives
    sim::Schedule schedule;
  };

  Played played(const sim::Path& path) const {
    const std::vector<sim::Deviation> all = answers(path);
    const Run run = play(m_, pipeline_, all);
    Played p{.result = judge(pipeline_, run)};
    std::set<std::pair<sim::QuestionId, std::uint32_t>> given;
    for (const sim::Deviation& d : bounds_.given) given.emplace(d.question, d.occurrence);
    sim::Record own;
    for (const sim::Answered& a : run.record.answers) {
      const sim::Deviation d{a.question, a.occurrence, a.answer};
      if (given.contains({d.question, d.occurrence}) || std::find(all.begin(), all.end(), d) == all.end()) continue;
      own.answers.push_back(a);
      p.schedule.deviations.push_back(sim::name(d, pipeline_.questions()));
    }
    p.own = deviations(pipeline_, own);
    return p;
  }

  // The run of a path must come to what was gathered along it: that ties the explorer to every other command.
  Played confirmed(const sim::Path& path, std::size_t property, std::int64_t gathered) const {
    Played p = played(path);
    const std::int64_t expected = margin(pipeline_, property, gathered);
    if (p.result.properties[property].margin != expected) {
      throw std::logic_error(fmt::format("{} has margin {} in a schedule that explore takes for one with {}",
                                         p.result.properties[property].name, p.result.properties[property].margin,
                                         expected));
    }
    return p;
  }

  void judge_properties() {
    sim::NominalChooser nominal{pipeline_.questions()};
    sim::ReplayedChooser usual{nominal, bounds_.given};
    const Run run = models::run(pipeline_, usual, Recording::on);
    const sim::RunResult quiet = judge(pipeline_, run);
    out_.result.vacuous_for = quiet.vacuous_for;
    for (std::size_t i = 0; i < quiet.properties.size(); ++i) {
      sim::PropertyResult p = quiet.properties[i];
      const bool reachability = p.kind == sim::PropertyResult::Kind::reachability;
      const std::int64_t threshold = too_much(pipeline_, i);
      if (explored_.complete) {
        const auto worst = sim::worst_path(explored_.graph, i);
        if (!worst) throw std::logic_error("an exploration that is complete leads nowhere");
        p = confirmed(worst->path, i, worst->gathered).result.properties[i];
        if (!reachability && worst->gathered >= threshold) tell(i, *sim::least_path(explored_.graph, i, threshold));
      } else if (!reachability && view_.gathers()[i] == sim::Gather::most && explored_.most[i] >= threshold) {
        if (const auto path = sim::least_prefix(explored_.graph, i, threshold)) tell(i, *path);
      }
      out_.result.properties.push_back(std::move(p));
    }
  }

  void tell(std::size_t property, const sim::LeastPath& path) {
    const Played p = explored_.complete ? confirmed(path.path, property, path.gathered) : played(path.path);
    const sim::PropertyResult& broken = p.result.properties[property];
    if (broken.holds) throw std::logic_error("a schedule that explore takes for a violation is none");
    out_.result.counterexamples.push_back({.property = broken.name,
                                           .deviations = p.own,
                                           .sentence = p.result.sentence,
                                           .detail = broken.detail,
                                           .trace_hash = p.result.trace_hash,
                                           .fewest = explored_.complete,
                                           .from = p.own.size()});
    out_.stories.push_back(p.schedule);
    violated_.push_back(broken);
  }

  void tell_worst() {
    if (!explored_.complete) return;
    const auto worst = sim::worst_path(explored_.graph, kConverged);
    const auto least = sim::least_path(explored_.graph, kConverged, worst->gathered);
    if (!least) return;  // no change ever began
    Played p = confirmed(least->path, kConverged, worst->gathered);
    out_.result.worst_convergence = p.result.convergence;
    out_.result.never_converges = !p.result.convergence;
    out_.result.worst_schedule = std::move(p.own);
    out_.result.worst_trace_hash = p.result.trace_hash;
    out_.worst = std::move(p.schedule);
  }

  void count_faults() {
    const std::vector<sim::FaultOption> options = sim::fault_options(pipeline_.questions());
    std::vector<std::uint64_t> fired(options.size());
    const sim::Graph& graph = explored_.graph;
    for (std::uint32_t n = 0; n < graph.nodes(); ++n) {
      for (const sim::Graph::Edge& e : graph.edges(n)) {
        for (const sim::Branch& b : e.branches) {
          const sim::Cut& cut = cut_.cuts[b.question];
          if (b.taken == 0 || !cut.fault) continue;
          const auto at =
              std::lower_bound(options.begin(), options.end(), sim::FaultOption{b.question, cut.answers[b.taken]});
          ++fired[static_cast<std::size_t>(at - options.begin())];
        }
      }
    }
    out_.result.faults = fault_counts(pipeline_, fired);
    if (!explored_.complete || (bounds_.cut.faults && *bounds_.cut.faults == 0)) return;
    for (const sim::FaultCount& f : out_.result.faults) {
      if (f.declared && f.fired == 0) {
        out_.result.vacuous_for.push_back(fmt::format("the fault {} is declared, and no schedule faces it", f.kind));
      }
    }
  }

  // The probability of missing the window, and the distribution of the time to convergence under the worst adversary.
  void weigh() {
    const std::vector<sim::CutLaw> laws = sim::cut_laws(pipeline_.questions(), cut_.cuts, bounds_.cut);
    const sim::Graph& graph = explored_.graph;
    const auto odds = sim::odds(graph, laws, kConverged, too_much(pipeline_, kConverged));
    if (!odds) return;
    out_.result.odds = sim::ExploreResult::Odds{};
    sim::ExploreResult::Odds& o = *out_.result.odds;
    o.best = odds->best;
    o.worst = odds->worst;
    for (const double share : {0.5, 0.9, 0.99, 0.999}) o.quantiles.push_back(quantile(laws, share));
    std::set<sim::QuestionId> asked;
    for (std::uint32_t n = 0; n < graph.nodes(); ++n) {
      for (const sim::Graph::Edge& e : graph.edges(n)) {
        for (const sim::Branch& b : e.branches) asked.insert(b.question);
      }
    }
    for (const sim::QuestionId q : asked) {
      const sim::Question& question = pipeline_.questions()[q];
      (laws[q].drawn ? o.drawn : o.adversarial).push_back(fmt::format("{} ({})", question.actor, question.kind));
    }
  }

  // The least time to convergence that this share of schedules does not exceed.
  sim::ExploreResult::Odds::Quantile quantile(const std::vector<sim::CutLaw>& laws, double share) const {
    if (figures_.empty()) figures_ = sim::figures(explored_.graph, kConverged, SIZE_MAX);
    // The first figure such that anything beyond it is reached with at most the rest of the probability.
    std::size_t low = 0;
    std::size_t high = figures_.size();  // beyond the last: nothing
    while (low + 1 < high) {
      std::vector<std::size_t> places;
      for (std::size_t i = 1; i <= 8; ++i) places.push_back(low + (high - low) * i / 9);
      places.erase(std::unique(places.begin(), places.end()), places.end());
      std::vector<std::int64_t> asked;
      for (const std::size_t at : places) asked.push_back(figures_[std::max<std::size_t>(at, 1)]);
      const auto reached = sim::reached(explored_.graph, laws, kConverged, too_much(pipeline_, kConverged), asked);
      std::size_t next_low = low;
      std::size_t next_high = high;
      for (std::size_t i = 0; i < places.size(); ++i) {
        const std::size_t at = std::max<std::size_t>(places[i], 1);
        if ((*reached)[i] > 1 - share) {
          next_low = std::max(next_low, at);
        } else {
          next_high = std::min(next_high, at);
        }
      }
      if (next_low == low && next_high == high) break;
      low = next_low;
      high = next_high;
    }
    const sim::Duration took = pipeline_.config().sla - sim::Duration{margin(pipeline_, kConverged, figures_[low])};
    const bool never = out_.result.never_converges && low + 1 == figures_.size();
    return {.share = share, .convergence = never ? std::nullopt : std::optional{took}};
  }

  void give_verdict() {
    sim::ExploreResult& r = out_.result;
    std::string broken;
    for (const sim::PropertyResult& p : violated_) broken += (broken.empty() ? "" : ", ") + p.name;
    const std::string within = r.complete ? "every schedule within the bounds below" : "a part of the schedules";
    if (!violated_.empty()) {
      r.outcome = sim::Outcome::violated;
      r.sentence = fmt::format("Some schedule violates {}.", broken);
    } else if (!r.complete) {
      r.outcome = sim::Outcome::inconclusive;
      r.sentence = fmt::format("Inconclusive: {} states, frontier {}; nothing was violated up to {}.", r.states,
                               r.frontier, text(sim::Instant{} + r.reached));
    } else if (!r.vacuous_for.empty()) {
      r.outcome = sim::Outcome::vacuous;
      r.sentence = "Every schedule leaves the claim open: " + r.vacuous_for.front() + ".";
    } else {
      r.outcome = sim::Outcome::converged;
      r.sentence = fmt::format("Every schedule converges inside the window of {}: the worst takes {}.", text(r.sla),
                               text(r.worst_convergence.value_or(sim::Duration{})));
    }
    r.strength = fmt::format("{}: {} different states", within, r.states);
    if (r.collision) r.strength += "; lossy, as states were told apart by fingerprints";
  }

  const M& m_;
  const Pipeline& pipeline_;
  const Bounds& bounds_;
  sim::ExploreOptions options_;
  bool probability_;
  sim::CutResult cut_;
  PipelineView view_;
  PipelineSpace<M> space_;
  sim::Exploration explored_;
  Explored out_;
  std::vector<sim::PropertyResult> violated_;
  mutable std::vector<std::int64_t> figures_;
};

}  // namespace

std::vector<std::string> unexplorable(const Pipeline& model, const Bounds& bounds) {
  return sim::cut(model.questions(), bounds.cut).problems;
}

Explored explore(const Pipeline& model, const Bounds& bounds, sim::ExploreOptions options, bool probability,
                 const Checkpoint& checkpoint) {
  if (bounds.reduction)
    return Exploring<Pipeline>{model, model, bounds, std::move(options), probability}.run(checkpoint);
  const sim::AllDependent<Pipeline> all{model};
  return Exploring<sim::AllDependent<Pipeline>>{all, model, bounds, std::move(options), probability}.run(checkpoint);
}

std::optional<sim::Duration> worst_convergence(const Pipeline& model, const Bounds& bounds) {
  constexpr std::uint64_t states_most = 2'000'000;
  return explore(model, bounds, {.states_most = states_most}, false).result.worst_convergence;
}

}  // namespace converge::models
