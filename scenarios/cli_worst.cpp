// `converge worst`: the schedule with the least margin that a guided search finds, made small, and its page.
#include <fmt/format.h>

#include <algorithm>

#include "models/adversary.hpp"
#include "models/counterexample.hpp"
#include "scenarios/cli_input.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/cli_run.hpp"
#include "scenarios/progress.hpp"
#include "scenarios/scenario.hpp"
#include "sim/shrink.hpp"
#include "sim/worst.hpp"

namespace converge::scenarios {

namespace {

// All that the scenario is judged by, in order.
std::vector<sim::PropertyResult> claims_of(const models::Pipeline& model) {
  sim::NominalChooser nominal{model.questions()};
  return models::properties(model, models::run(model, nominal, models::Recording::off).world.state);
}

// One search: the options, the model, and the answers that the scenario fixes.
class Hunt {
 public:
  Hunt(const Options& o, const Loaded& loaded, const models::Pipeline& model, std::size_t property)
      : o_{o}, loaded_{loaded}, scenario_{*loaded.parsed.scenario}, model_{model}, property_{property} {}

  sim::RunResult run() {
    const Stopwatch stopwatch;
    catch_interrupts();
    const auto attempt = [this](sim::Chooser& chooser) {
      sim::ReplayedChooser given{chooser, scenario_.given};
      sim::Tried tried = models::attempt(model_, model_, given, o_.property);
      if (tried.violated) ++violated_;
      return tried;
    };
    const sim::Worst worst = sim::worst(model_.questions(), attempt,
                                        {.seed = o_.seed.value_or(0),
                                         .tries = o_.tries,
                                         .faults_most = static_cast<unsigned>(o_.faults),
                                         .go_on = [&](std::uint64_t tries) {
                                           progress_.schedules(tries, o_.tries, violated_, o_.time_limit);
                                           return !interrupted() && !stopwatch.beyond(o_.time_limit);
                                         }});
    progress_.say("making the worst schedule small");
    const sim::Shrunk small = smallest(worst);
    progress_.clear();

    sim::RunResult r = execute(model_, loaded_, {}, small.schedule.deviations);
    r.command = "worst";
    r.search = {.property = o_.property,
                .seed = o_.seed.value_or(0),
                .tries = worst.tries,
                .faults_most = o_.faults,
                .found_by_try = worst.found_by_try,
                .found_by = std::string{sim::name(worst.found_by)},
                .violated_by_try = worst.violated_by_try,
                .states = worst.features,
                .shrinking = small.tries};
    r.strength = fmt::format(
        "the least margin of {} among {} schedules of a guided search, with at most {} fault{} each; a search is no "
        "proof",
        o_.property, worst.tries, o_.faults, o_.faults == 1 ? "" : "s");
    sim::Schedule schedule;
    for (const sim::Deviation& d : small.schedule.deviations) {
      schedule.deviations.push_back(sim::name(d, model_.questions()));
    }
    const KeptSchedule kept = keep(o_, "worst-" + o_.property, schedule);
    r.search->file = kept.file;
    r.search->replay = kept.replay;
    return r;
  }

 private:
  std::int64_t margin(const sim::Found& found) const {
    const models::Run run = models::replay(model_, scenario_.given, found, models::Recording::off);
    return models::properties(model_, run.world.state)[property_].margin;
  }

  // What the margin does not need goes back to the usual.
  sim::Shrunk smallest(const sim::Worst& worst) const {
    sim::Found found;
    for (const sim::Deviation& d : worst.deviations) {
      const auto same = [&](const sim::Deviation& g) {
        return g.question == d.question && g.occurrence == d.occurrence;
      };
      if (std::none_of(scenario_.given.begin(), scenario_.given.end(), same)) found.deviations.push_back(d);
    }
    const std::int64_t least = margin(found);
    constexpr std::uint64_t tries_most = 5'000;
    return sim::shrink(
        model_.questions(), found, [&](const sim::Found& candidate) { return margin(candidate) <= least; }, tries_most);
  }

  const Options& o_;
  const Loaded& loaded_;
  const Scenario& scenario_;
  const models::Pipeline& model_;
  std::size_t property_;
  std::uint64_t violated_ = 0;
  Progress progress_{!o_.quiet};
};

}  // namespace

Exit worst(const Options& o) {
  spare(o, o.file);
  const Loaded loaded = load(o.file);
  if (!loaded.parsed.scenario) return refuse(o, "worst", loaded.file, loaded.text, loaded.parsed.problems);
  const models::Pipeline model{loaded.parsed.scenario->pipeline};
  // That something happens has no margin to take away, so nobody can aim at it: its place stays, without a name.
  std::vector<std::string> aims;
  for (const sim::PropertyResult& p : claims_of(model)) {
    aims.push_back(p.kind == sim::PropertyResult::Kind::reachability ? "" : p.name);
  }
  const auto aim = std::find(aims.begin(), aims.end(), o.property);
  if (o.property.empty() || aim == aims.end()) {
    std::erase(aims, "");
    return refuse(o, "worst", "--property", {},
                  {{.found = in_quotes(o.property),
                    .expected = "a property of this scenario: " + one_of(aims),
                    .hint = did_you_mean(o.property, aims)}});
  }
  const sim::RunResult result = Hunt{o, loaded, model, static_cast<std::size_t>(aim - aims.begin())}.run();
  return show(o, result, o.trace || !o.actors.empty());
}

}  // namespace converge::scenarios
