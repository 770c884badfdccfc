// Its floating point only hands the confidence of an interval on.
#include "models/counterexample.hpp"

#include <algorithm>
#include <set>

#include "sim/interval.hpp"

namespace converge::models {

namespace {

bool violates(const Pipeline& model, const PipelineState& state, std::size_t property) {
  return !properties(model, state)[property].holds;
}

// What a run did otherwise than the nominal one, beside what the scenario fixes and its random bits.
std::vector<sim::Deviation> own_deviations(const Pipeline& model, const std::vector<sim::Deviation>& given,
                                           const sim::Record& record) {
  std::set<std::pair<sim::QuestionId, std::uint32_t>> fixed;
  for (const sim::Deviation& d : given) fixed.emplace(d.question, d.occurrence);
  std::vector<sim::Deviation> own = sim::deviations_from_nominal(record, model.questions());
  std::erase_if(own, [&](const sim::Deviation& d) {
    return model.questions()[d.question].answers == sim::AnswerKind::bits || fixed.contains({d.question, d.occurrence});
  });
  return own;
}

}  // namespace

Run replay(const Pipeline& model, const std::vector<sim::Deviation>& given, const sim::Found& found,
           Recording recording) {
  sim::NominalChooser nominal{model.questions(), found.workload};
  std::vector<sim::Deviation> fixed = given;
  fixed.insert(fixed.end(), found.deviations.begin(), found.deviations.end());
  sim::ReplayedChooser chooser{nominal, fixed};
  return run(model, chooser, recording);
}

Story counterexample(const Pipeline& model, const std::vector<sim::Deviation>& given, const sim::Found& found,
                     std::size_t property) {
  const sim::Fails fails = [&](const sim::Found& candidate) {
    return violates(model, replay(model, given, candidate, Recording::off).world.state, property);
  };
  // Some ten seconds, in events and not by the clock: the same story on a slow machine.
  constexpr std::uint64_t events_most = 160'000'000;
  const std::uint64_t events = replay(model, given, found, Recording::off).events;
  const std::uint64_t tries_most = std::clamp<std::uint64_t>(events_most / (events + 1), 200, 20'000);
  const sim::Shrunk shrunk = sim::shrink(model.questions(), found, fails, tries_most);
  const Run last = replay(model, given, shrunk.schedule, Recording::on);
  const sim::RunResult result = judge(model, last);

  Story story;
  sim::Counterexample& c = story.counterexample;
  c.property = result.properties[property].name;
  c.sentence = result.sentence;
  c.detail = result.properties[property].detail;
  c.trace_hash = last.trace_hash;
  c.minimal = shrunk.minimal;
  c.tries = shrunk.tries;
  c.from = found.deviations.size() + (found.workload != 0 ? 1 : 0);
  if (shrunk.schedule.workload != 0) c.workload = story.schedule.workload = shrunk.schedule.workload;
  // In the order in which they are met, as a story is told.
  const std::set<sim::Deviation> kept(shrunk.schedule.deviations.begin(), shrunk.schedule.deviations.end());
  sim::Record own;
  for (const sim::Answered& a : last.record.answers) {
    const sim::Deviation d{a.question, a.occurrence, a.answer};
    if (!kept.contains(d)) continue;
    own.answers.push_back(a);
    story.schedule.deviations.push_back(sim::name(d, model.questions()));
  }
  c.deviations = deviations(model, own);
  return story;
}

Story counterexample(const Pipeline& model, const Sampling& sampling, std::uint64_t seed, std::size_t property) {
  const Run run = sampled(model, sampling, seed);
  Story story =
      counterexample(model, sampling.given,
                     {.workload = seed, .deviations = own_deviations(model, sampling.given, run.record)}, property);
  story.counterexample.seed = seed;
  return story;
}

// ---- the point of no return

namespace {

// The quickest that a scenario allows: least durations, no fault, events in turn.
class QuickChooser final : public sim::Chooser {
 public:
  explicit QuickChooser(const std::vector<sim::Question>& questions) : questions_{questions}, nominal_{questions} {}
  std::int64_t answer(sim::QuestionId q, std::uint32_t occurrence) override {
    const sim::Question& question = questions_[q];
    if (question.answers == sim::AnswerKind::duration) return sim::least_of(question.distribution);
    return nominal_.answer(q, occurrence);
  }

 private:
  const std::vector<sim::Question>& questions_;
  sim::NominalChooser nominal_;
};

class Forks {
 public:
  Forks(const Pipeline& model, const Doomed& run)
      : model_{model}, run_{run}, base_{sim::elsewhere(run.elsewhere, model.questions())}, fixed_{run.given} {
    fixed_.insert(fixed_.end(), run.deviations.begin(), run.deviations.end());
  }

  Run whole() const {
    sim::ReplayedChooser chooser{*base_, fixed_};
    return models::run(model_, chooser, Recording::off);
  }

  // The run as it was, after so many events.
  PipelineWorld world_after(std::uint64_t events, sim::Record* last) const {
    sim::ReplayedChooser chooser{*base_, fixed_};
    sim::Trace quiet;
    PipelineWorld world = sim::initial(model_, chooser, quiet);
    for (std::uint64_t i = 0; i + 1 < events; ++i) sim::step(model_, world, chooser, quiet);
    sim::Trace told{last};
    if (events > 0) sim::step(model_, world, chooser, told);
    return world;
  }

  bool goes_wrong(PipelineWorld world, sim::Chooser& rest) const {
    sim::ReplayedChooser chooser{rest, run_.given};
    finish(model_, world, chooser);
    return violates(model_, world.state, run_.property);
  }

  bool drawn_goes_wrong(const PipelineWorld& world, std::uint64_t i) const {
    sim::SampledChooser chooser{model_.questions(), sim::schedule_seed(sim::hash_of("continuation"), i)};
    return goes_wrong(world, chooser);
  }

  bool hopeless(std::uint64_t events, std::uint64_t continuations) const {
    const PipelineWorld world = world_after(events, nullptr);
    QuickChooser quick{model_.questions()};
    if (!goes_wrong(world, quick)) return false;
    sim::NominalChooser nominal{model_.questions()};
    if (!goes_wrong(world, nominal)) return false;
    for (std::uint64_t i = 0; i < continuations; ++i) {
      if (!drawn_goes_wrong(world, i)) return false;
    }
    return true;
  }

  sim::Probability probability(std::uint64_t events, std::uint64_t continuations, double confidence) const {
    const PipelineWorld world = world_after(events, nullptr);
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 0; i < continuations; ++i) wrong += drawn_goes_wrong(world, i) ? 1 : 0;
    return probability_of(wrong, continuations, confidence);
  }

 private:
  const Pipeline& model_;
  const Doomed& run_;
  std::unique_ptr<sim::Chooser> base_;
  std::vector<sim::Deviation> fixed_;
};

}  // namespace

sim::PointOfNoReturn point_of_no_return(const Pipeline& model, const Doomed& doomed, std::uint64_t continuations,
                                        double confidence) {
  const Forks forks{model, doomed};
  const Run whole = forks.whole();

  // Some continuation from `open` keeps the property; none that was tried from `lost` does.
  std::uint64_t open = 0;
  std::uint64_t lost = whole.events;
  sim::PointOfNoReturn point{.property = properties(model, whole.world.state)[doomed.property].name,
                             .continuations = continuations};
  point.from_the_start = forks.hopeless(0, continuations);
  if (point.from_the_start) lost = 0;
  while (lost > open + 1) {
    const std::uint64_t middle = open + (lost - open) / 2;
    (forks.hopeless(middle, continuations) ? lost : open) = middle;
  }
  sim::Record last;
  point.at = forks.world_after(lost, &last).agenda.now;
  point.answers = deviations(model, last);
  point.story = story(model, last);
  point.before = forks.probability(open, continuations, confidence);
  point.after = probability_of(continuations, continuations, confidence);  // as hopeless() saw, or the run is over
  return point;
}

}  // namespace converge::models
