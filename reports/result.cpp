#include "reports/result.hpp"

#include <fmt/core.h>

#include "reports/orderings_words.hpp"

namespace converge::reports {
namespace {

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

ToldRun told(const sim::Counterexample& c) {
  ToldRun out{.name = c.property,
              .deviations = &c.deviations,
              .workload = c.workload,
              .sentence = c.sentence,
              .detail = c.detail,
              .replay = c.replay};
  if (c.fewest) {
    out.how_small = "No schedule within the bounds does with fewer.";
  } else if (c.minimal) {
    out.how_small = "Each of these is needed: without any one of them the property holds.";
  }
  return out;
}

std::string order_text(const sim::OrderingsResult& r, const std::vector<std::size_t>& steps) {
  std::string out;
  for (const std::size_t step : steps) out += (out.empty() ? "" : ", ") + r.steps[step];
  return out;
}

}  // namespace

ResultHead head_of(const sim::Result& result) {
  return std::visit(
      [](const auto& r) {
        return ResultHead{r.command,  r.file,     r.title,        r.scenario, r.fingerprint, r.outcome,
                          r.strength, r.sentence, &r.vacuous_for, r.sla,      r.horizon};
      },
      result);
}

std::string_view title_of(const sim::Result& result) {
  const ResultHead head = head_of(result);
  return !head.title.empty() ? head.title : !head.file.empty() ? head.file : std::string_view{"Untitled scenario"};
}

std::string_view outcome_word(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::converged: return "converged";
    case sim::Outcome::violated: return "violated";
    case sim::Outcome::inconclusive: return "inconclusive";
    case sim::Outcome::vacuous: return "vacuous";
  }
  return "";
}

std::vector<JudgedProperty> properties_of(const sim::Result& result) {
  std::vector<JudgedProperty> all;
  const auto plain = [&](const std::vector<sim::PropertyResult>& properties) {
    for (const sim::PropertyResult& p : properties) all.push_back({&p, nullptr, sim::is_violated(p)});
  };
  std::visit(overloaded{[&](const sim::RunResult& r) { plain(r.properties); },
                        [&](const sim::CheckResult& r) {
                          for (const sim::PropertyCount& p : r.properties)
                            all.push_back({&p.worst, &p, p.violated > 0});
                        },
                        [&](const sim::ExploreResult& r) { plain(r.properties); },
                        [](const sim::AdviseResult&) {},      // it makes no run
                        [](const sim::OrderingsResult&) {}},  // each order has its own
             result);
  return all;
}

const std::vector<sim::FaultCount>* faults_of(const sim::Result& result) {
  return std::visit(
      overloaded{[](const sim::RunResult& r) { return &r.faults; }, [](const sim::CheckResult& r) { return &r.faults; },
                 [](const sim::ExploreResult& r) { return &r.faults; },
                 [](const auto&) -> const std::vector<sim::FaultCount>* { return nullptr; }},
      result);
}

std::vector<ToldRun> told_runs(const sim::Result& result) {
  std::vector<ToldRun> all;
  std::visit(overloaded{[&](const sim::RunResult& r) {
                          if (r.deviations.empty() && !r.search) return;
                          const bool broken = r.outcome == sim::Outcome::violated;
                          ToldRun run{.name = r.search ? "The worst that the search found" : "This run",
                                      .violates = broken,
                                      .deviations = &r.deviations,
                                      .workload = r.workload,
                                      .sentence = r.sentence};
                          if (r.search) run.replay = r.search->replay;
                          all.push_back(std::move(run));
                        },
                        [&](const sim::CheckResult& r) {
                          for (const sim::Counterexample& c : r.counterexamples) all.push_back(told(c));
                        },
                        [&](const sim::ExploreResult& r) {
                          for (const sim::Counterexample& c : r.counterexamples) all.push_back(told(c));
                          if (!r.complete || (!r.worst_convergence && !r.never_converges)) return;
                          all.push_back({.name = "The worst case",
                                         .violates = false,
                                         .deviations = &r.worst_schedule,
                                         .sentence = r.never_converges
                                                         ? "It never converges."
                                                         : fmt::format("It converges after {}; no schedule within the "
                                                                       "bounds takes longer.",
                                                                       sim::text(*r.worst_convergence)),
                                         .replay = r.worst_replay});
                        },
                        [](const sim::AdviseResult&) {},
                        [&](const sim::OrderingsResult& r) {
                          for (const sim::OrderCounterexample& c : r.counterexamples) {
                            all.push_back({.name = order_text(r, order_of(r, c)),
                                           .deviations = &c.deviations,
                                           .workload = c.workload,
                                           .sentence = c.sentence,
                                           .detail = c.happened});
                          }
                        }},
             result);
  return all;
}

WorstCase worst_case(const sim::Result& result) {
  return std::visit(
      overloaded{[](const sim::RunResult& r) {
                   return WorstCase{r.changed.has_value(), !r.convergence, r.convergence.value_or(sim::Duration{})};
                 },
                 [](const sim::CheckResult& r) {
                   return WorstCase{r.schedules > 0, r.never_converged > 0, r.most.value_or(sim::Duration{})};
                 },
                 [](const sim::ExploreResult& r) {
                   return WorstCase{r.complete && (r.never_converges || r.worst_convergence), r.never_converges,
                                    r.worst_convergence.value_or(sim::Duration{})};
                 },
                 [](const sim::AdviseResult& r) {
                   return WorstCase{r.worst.has_value(), false, r.worst.value_or(sim::Duration{})};
                 },
                 [](const sim::OrderingsResult&) { return WorstCase{}; }},
      result);
}

std::optional<std::uint64_t> seed_of(const sim::Result& result) {
  return std::visit(
      overloaded{[](const sim::RunResult& r) { return r.search ? std::optional{r.search->seed} : r.seed; },
                 [](const sim::CheckResult& r) { return std::optional{r.seed}; },
                 [](const sim::OrderingsResult& r) { return std::optional{r.seed}; },
                 [](const auto&) { return std::optional<std::uint64_t>{}; }},
      result);
}

}  // namespace converge::reports
