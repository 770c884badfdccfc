#include "models/order_judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/campaign.hpp"
#include "models/counterexample.hpp"
#include "models/counters.hpp"
#include "models/order_story.hpp"
#include "models/pipeline_space.hpp"
#include "sim/cut.hpp"
#include "sim/probability.hpp"

namespace converge::models {

namespace {

using sim::Grade;
using Status = StepState::Status;

bool gives_up(Flink::Phase p) {
  return p == Flink::Phase::refused || p == Flink::Phase::poisoned || p == Flink::Phase::stuck ||
         p == Flink::Phase::dead;
}

// The merge of some table.
bool merges_stalled(const PipelineState& s) {
  for (std::size_t t = 0; t < s.merge.tables(); ++t) {
    if (s.merge[t].unresolved + s.merge[t].overflowed > 0) return true;
  }
  return false;
}

struct PlanEnd {
  bool going_on = false;
  sim::Instant last;  // when the last step that is over was over
};

PlanEnd plan_end(const Pipeline& model, const PipelineState& s) {
  PlanEnd end;
  for (std::size_t change = 0; change < s.control.rollouts.size(); ++change) {
    const Rollout& r = s.control.rollouts[change];
    const bool to_come = r.phase == Rollout::Phase::queued || (r.phase == Rollout::Phase::unseen && r.drifted);
    end.going_on = end.going_on || to_come;
    for (std::size_t i = 0; i < r.steps.size(); ++i) {
      const StepState& step = r.steps[i];
      const StepKind kind = model.control().steps()[i].kind;
      const bool flinks = kind == StepKind::deploy_flink || kind == StepKind::rollback_flink;
      if (step.status == Status::ready) end.going_on = true;
      if (step.status == Status::running && !(flinks && gives_up(s.flink.phase))) end.going_on = true;
      if (step.status == Status::done || step.status == Status::failed) end.last = std::max(end.last, step.finished);
    }
  }
  return end;
}

bool told(const Run& run, Told what) {
  return std::any_of(run.record.notes.begin(), run.record.notes.end(),
                     [&](const sim::Note& n) { return n.kind == static_cast<std::uint16_t>(what); });
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool one_answer(const sim::Question& q) {
  switch (q.answers) {
    case sim::AnswerKind::duration: return sim::least_of(q.distribution) == sim::most_of(q.distribution);
    case sim::AnswerKind::option:
      return std::none_of(q.options.begin(), q.options.end(), [](const sim::Option& o) { return o.ppm > 0; });
    case sim::AnswerKind::bits: return false;
  }
  return false;
}

Run usual(const Pipeline& model, const std::vector<sim::Deviation>& given) {
  return replay(model, given, {}, Recording::on);
}

// The answers of a drawn run that are not the usual ones, as the shrinker takes them.
sim::Found found(const Pipeline& model, const std::vector<sim::Deviation>& given, const Run& run, std::uint64_t seed) {
  sim::Found f{.workload = seed, .deviations = sim::deviations_from_nominal(run.record, model.questions())};
  std::erase_if(f.deviations, [&](const sim::Deviation& d) {
    if (model.questions()[d.question].answers == sim::AnswerKind::bits) return true;
    return std::any_of(given.begin(), given.end(), [&](const sim::Deviation& g) {
      return g.question == d.question && g.occurrence == d.occurrence;
    });
  });
  return f;
}

// Folds one run into an order's verdict; true if it is the gravest so far.
bool fold(sim::OrderVerdict& v, const Pipeline& model, const Run& run) {
  const sim::OrderFacts facts = order_facts(model, run);
  const Grade g = grade(facts);
  const sim::RunResult r = measure(model, run);
  const bool first = v.schedules == 0;
  ++v.schedules;
  v.bad_schedules += g != Grade::good ? 1 : 0;
  v.convergence = first                            ? r.convergence
                  : v.convergence && r.convergence ? std::optional{std::max(*v.convergence, *r.convergence)}
                                                   : std::nullopt;
  if (first) {
    v.properties = r.properties;
    v.vacuous_for = r.vacuous_for;
  }
  for (std::size_t i = 0; i < v.properties.size(); ++i) {
    if (r.properties[i].margin < v.properties[i].margin) v.properties[i] = r.properties[i];
  }
  if (!first && g <= v.grade) return false;
  v.grade = g;
  v.facts = facts;
  return true;
}

std::string strength(const sim::OrderVerdict& v, const OrderJudging& how, bool only, std::uint64_t drawn_bad) {
  if (only) return "its only schedule: no choice that it faces has a second answer";
  if (v.schedules == 1) {
    return v.grade == Grade::good ? "one schedule, the usual one" : "one schedule, the usual one, which fails already";
  }
  const std::uint64_t drawn = v.schedules - 1;
  if (v.grade == Grade::convergence) {
    return fmt::format("the usual schedule and {} drawn of campaign {}: the last of them ends wrong", drawn, how.seed);
  }
  return fmt::format("the usual schedule and {} drawn of campaign {}, the same for every order: {} of these fail ({})",
                     drawn, how.seed, drawn_bad,
                     sim::interval(probability_of(drawn_bad, drawn, sim::Probability{}.confidence)));
}

}  // namespace

sim::OrderFacts order_facts(const Pipeline& model, const Run& run) {
  const PipelineState& s = run.world.state;
  const sim::Instant now = sim::Instant{} + model.config().horizon;
  sim::OrderFacts f;
  f.merges_stall = merges_stalled(s);
  f.flink_stands_still = told(run, Told::flink_refused) || told(run, Told::flink_cannot_checkpoint) ||
                         told(run, Told::flink_poisoned) || told(run, Told::flink_offset_invalid);
  f.backfill_waits = told(run, Told::backfill_waits);

  const PlanEnd plan = plan_end(model, s);
  f.unfinished = plan.going_on;
  const sim::Duration settles = model.config().merge.every * 2 + model.config().merge.duration.most;
  const bool settled = !plan.going_on && plan.last + settles <= now;
  const std::vector<sim::PropertyResult> all = properties(model, s);
  for (const sim::PropertyResult& p : all) {
    if (p.name == "no-row-lost") f.lost = !p.holds;
    if (sim::is_violated(p) && !is_one_of(p.name, {"converged", "no-row-lost", "no-null-left"}))
      f.broken.push_back(p.name);
  }
  bool open = false;
  for (std::size_t i = 0; i < model.config().changes.size(); ++i) open = open || (s.monitor.open & (1U << i)) != 0;
  if (settled) {
    f.nulls = model.monitor().null_rows(s.monitor) > 0;
    f.wrong = model.monitor().other_value_rows(s.monitor) > 0 || model.monitor().rows(s.monitor, 5) > 0;
    f.stale = model.monitor().stale_rows(s.monitor) > 0;
    f.apart = open && !f.nulls && !f.wrong && !f.stale;
  }
  const bool missed = !all.front().holds;  // converged
  f.late = missed && !(f.nulls || f.wrong || f.stale || f.apart);
  return f;
}

Grade grade(const sim::OrderFacts& f) {
  if (f.nulls || f.wrong || f.stale || f.lost || f.apart) return Grade::convergence;
  if (f.merges_stall || f.flink_stands_still) return Grade::availability;
  if (f.late || !f.broken.empty()) return Grade::window;
  return Grade::good;
}

std::string words(const sim::OrderFacts& f) {
  std::string all;
  const auto add = [&](bool happens, std::string_view what) {
    if (happens) all += (all.empty() ? "" : "; ") + std::string{what};
  };
  add(f.merges_stall, "merges stall");
  add(f.flink_stands_still, "Flink stands still");
  add(f.lost, "changes are lost");
  add(f.nulls && f.wrong, "ends in nulls and wrong values");
  add(f.nulls && !f.wrong, "ends in nulls");
  add(!f.nulls && f.wrong, "ends in wrong values");
  add(f.stale, "ends with stale rows");
  add(f.apart, "layers never agree");
  if (grade(f) == Grade::convergence) return all;
  if (grade(f) == Grade::window) {
    add(f.late, f.unfinished ? "the plan is still going on at the end of the run" : "converges too late");
    for (const std::string& name : f.broken) add(true, "violates " + name);
  }
  if (grade(f) == Grade::availability) add(f.late, "converges too late");
  if (grade(f) == Grade::availability && !f.late) add(true, "converges");
  if (grade(f) == Grade::good) add(true, "converges, and nothing stalls");
  return all;
}

bool only_schedule(const Pipeline& model, const Run& run) {
  for (std::size_t q = 0; q < run.world.agenda.asked.size(); ++q) {
    if (run.world.agenda.asked[q] > 0 && !one_answer(model.questions()[q])) return false;
  }
  return true;
}

OrderJudge judge_by_runs(OrderJudging how) {
  return [how](const PipelineConfig& config) {
    const Pipeline model{config};
    Judged j;
    sim::Record scratch;
    Run run = usual(model, how.given);
    fold(j.verdict, model, run);
    const bool only = only_schedule(model, run);
    const std::uint64_t usual_bad = j.verdict.bad_schedules;
    if (!only && j.verdict.grade != Grade::convergence) {
      const Sampling sampling{.given = how.given};
      scratch = std::move(run.record);
      for (std::uint64_t i = 0; i < how.schedules && j.verdict.grade != Grade::convergence; ++i) {
        const std::uint64_t seed = sim::schedule_seed(how.seed, i);
        run = sampled(model, sampling, seed, std::move(scratch));
        if (fold(j.verdict, model, run)) j.shows = found(model, how.given, run, seed);
        scratch = std::move(run.record);
      }
    }
    j.verdict.strength = strength(j.verdict, how, only, j.verdict.bad_schedules - usual_bad);
    j.way = j.verdict.schedules == 1 ? j.verdict.strength : "the usual schedule and drawn ones";
    j.verdict.outcome = j.verdict.grade != Grade::good   ? sim::Outcome::violated
                        : !j.verdict.vacuous_for.empty() ? sim::Outcome::vacuous
                                                         : sim::Outcome::converged;
    return j;
  };
}

namespace {

// As the explorer sees an order: beside what properties gather, whether a job stalled or stood still.
class OrderView : public PipelineView {
 public:
  explicit OrderView(const Pipeline& model)
      : PipelineView{model}, gathers_{PipelineView::gathers()}, keeps_stalls_{(counters(model) & kMergeStalls) != 0} {
    gathers_.push_back(sim::Gather::most);
  }
  const std::vector<sim::Gather>& gathers() const { return gathers_; }
  void take(PipelineState& s, std::span<std::int64_t> into) const {
    into.back() = stands_still(s) ? 1 : 0;
    PipelineView::take(s, into.first(into.size() - 1));
    // What is no part of the canonical form any more, and was seen on this edge.
    for (std::size_t t = 0; !keeps_stalls_ && t < s.merge.tables(); ++t) s.merge[t].unresolved = 0;
    if (s.flink.phase == Flink::Phase::running) s.flink.refusal_told = false;
  }
  void take_at_end(PipelineWorld& w, std::span<std::int64_t> into) const {
    into.back() = stands_still(w.state) ? 1 : 0;
    PipelineView::take_at_end(w, into.first(into.size() - 1));
  }

 private:
  static bool stands_still(const PipelineState& s) {
    return merges_stalled(s) || s.flink.unreadable > 0 || gives_up(s.flink.phase) || s.flink.refusal_told;
  }
  std::vector<sim::Gather> gathers_;
  bool keeps_stalls_;
};

}  // namespace

OrderJudge judge_by_exploring(OrderJudging how, OrderExploring far) {
  return [how, far, by_runs = judge_by_runs(how)](const PipelineConfig& config) {
    Judged j = by_runs(config);
    const Pipeline model{config};
    if (j.verdict.grade == Grade::convergence || only_schedule(model, usual(model, how.given))) return j;
    const sim::CutOptions cut{.negligible = sim::minutes(1), .faults = far.deviations};
    const auto cuts = sim::cut(model.questions(), cut).cuts;
    const OrderView view{model};
    const sim::Budget budget{.faults = far.deviations, .deviations = far.deviations};
    const sim::ModelSpace<Pipeline, OrderView> space{model,     view,   cuts,
                                                     how.given, budget, sim::Instant{} + model.config().horizon};
    const sim::Exploration e = sim::explore(space, {.states_most = far.states_most});
    if (!e.complete) return j;
    for (std::size_t label = 0; label < view.gathers().size(); ++label) {
      const bool stands = label + 1 == view.gathers().size();
      if (!stands && j.verdict.properties[label].kind == sim::PropertyResult::Kind::reachability) continue;
      const auto path = sim::least_path(e.graph, label, stands ? 1 : margin(model, label, 0) + 1);
      if (!path) continue;
      const sim::Record record = space.follow(path->path);
      sim::NominalChooser nominal{model.questions()};
      std::vector<sim::Deviation> answers = sim::deviations_from_nominal(record, model.questions());
      sim::ReplayedChooser chooser{nominal, answers};
      const Run worst = run(model, chooser, Recording::on);
      if (fold(j.verdict, model, worst)) j.shows = found(model, how.given, worst, 0);
    }
    j.way =
        fmt::format("every schedule with at most {} unusual answer{}", far.deviations, far.deviations == 1 ? "" : "s");
    j.verdict.strength = fmt::format("{}{}, in {} states", j.verdict.grade == Grade::good ? "" : "the worst of ", j.way,
                                     e.reached.states);
    j.verdict.outcome = j.verdict.grade != Grade::good   ? sim::Outcome::violated
                        : !j.verdict.vacuous_for.empty() ? sim::Outcome::vacuous
                                                         : sim::Outcome::converged;
    return j;
  };
}

OrderStory order_counterexample(const PipelineConfig& config, const std::vector<sim::Deviation>& given,
                                const sim::Found& shows, Grade wanted) {
  const Pipeline model{config};
  const sim::Fails fails = [&](const sim::Found& candidate) {
    return grade(order_facts(model, replay(model, given, candidate, Recording::on))) == wanted;
  };
  sim::Shrunk shrunk{.schedule = shows, .minimal = true};
  constexpr std::uint64_t tries_most = 500;  // an order has many counterexamples beside it, so each is short
  if (shows != sim::Found{}) shrunk = sim::shrink(model.questions(), shows, fails, tries_most);
  const Run last = replay(model, given, shrunk.schedule, Recording::on);
  const sim::RunResult result = judge(model, last);
  OrderStory story;
  sim::OrderCounterexample& c = story.counterexample;
  c = {.grade = wanted, .sentence = result.sentence, .trace_hash = last.trace_hash, .minimal = shrunk.minimal};
  if (shrunk.schedule.workload != 0) c.workload = story.schedule.workload = shrunk.schedule.workload;
  sim::Record own;
  for (const sim::Answered& a : last.record.answers) {
    const sim::Deviation d{a.question, a.occurrence, a.answer};
    const auto& kept = shrunk.schedule.deviations;
    if (std::find(kept.begin(), kept.end(), d) == kept.end()) continue;
    own.answers.push_back(a);
    story.schedule.deviations.push_back(sim::name(d, model.questions()));
  }
  c.deviations = deviations(model, own);
  c.happened = what_happened(model, given, shrunk.schedule, wanted);
  return story;
}

}  // namespace converge::models
