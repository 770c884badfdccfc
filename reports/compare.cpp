// Its floating point compares the ends of intervals, of campaigns that are over.
#include "reports/compare.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "reports/figures.hpp"
#include "reports/orderings_words.hpp"
#include "reports/result.hpp"
#include "reports/sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

using Change = Comparison::Change;
using Is = Change::Is;

int badness(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::converged: return 0;
    case sim::Outcome::vacuous:
    case sim::Outcome::inconclusive: return 1;
    case sim::Outcome::violated: return 2;
  }
  return 0;
}

template <class T>
Is by_size(const T& before, const T& after) {  // more is worse
  return after > before ? Is::worse : after < before ? Is::better : Is::neither;
}

// Only where the intervals do not meet is anything said.
Is by_interval(const sim::Probability& before, const sim::Probability& after) {
  return after.low > before.high ? Is::worse : after.high < before.low ? Is::better : Is::neither;
}

std::string text_of(const JudgedProperty& p) {
  if (p.count != nullptr && p.violated) {
    return fmt::format("violated in {}, {} ({})", count(p.count->violated), sim::percent(p.count->probability.estimate),
                       sim::interval(p.count->probability));
  }
  const char* state = p.violated ? "violated" : p.result->holds ? "holds" : "did not happen";
  return fmt::format("{}, margin {}", state, margin(*p.result));
}

const JudgedProperty* find(const std::vector<JudgedProperty>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.result->name == name; });
  return found == all.end() ? nullptr : &*found;
}

void properties(Comparison& c, const sim::Result& before, const sim::Result& after) {
  const std::vector<JudgedProperty> old = properties_of(before);
  const std::vector<JudgedProperty> now = properties_of(after);
  for (const JudgedProperty& p : now) {
    const JudgedProperty* was = find(old, p.result->name);
    Change change{
        .what = p.result->name, .before = was != nullptr ? text_of(*was) : "not claimed", .after = text_of(p)};
    const bool was_violated = was != nullptr && was->violated;
    if (p.violated != was_violated) {
      change.is = p.violated ? Is::worse : Is::better;
    } else if (p.violated && p.count != nullptr && was->count != nullptr) {
      change.is = by_interval(was->count->probability, p.count->probability);
    } else if (was != nullptr && was->result->unit == p.result->unit) {
      change.is = by_size(p.result->margin, was->result->margin);
    }
    c.worse = c.worse || (p.violated && !was_violated);
    c.changes.push_back(std::move(change));
  }
  for (const JudgedProperty& p : old) {
    if (find(now, p.result->name) != nullptr) continue;
    c.changes.push_back({Is::neither, p.result->name, text_of(p), "not claimed"});
  }
}

// The property whose answer is another, where the verdict is another; the first of them.
void decide(Comparison& c, const sim::Result& before, const sim::Result& after) {
  const std::vector<JudgedProperty> old = properties_of(before);
  const std::vector<JudgedProperty> now = properties_of(after);
  for (const JudgedProperty& p : now) {
    const JudgedProperty* was = find(old, p.result->name);
    if (p.violated == (was != nullptr && was->violated)) continue;
    c.decides = p.result->name;
    return;
  }
  if (c.worse && std::holds_alternative<sim::CheckResult>(after)) c.decides = "converged";  // more often violated
}

void campaigns(Comparison& c, const sim::CheckResult& a, const sim::CheckResult& b) {
  c.same_luck = a.seed == b.seed && a.schedules == b.schedules && a.swarm == b.swarm;
  c.luck = c.same_luck ? fmt::format(
                             "The same luck: both are {} schedules of campaign {}, so choices that both plans "
                             "have were answered alike.",
                             count(a.schedules), a.seed)
                       : "Not the same luck: the campaigns differ in seed, size or swarm, so compare intervals alone.";
  Change miss{.what = "probability of missing the window",
              .before = fmt::format("{} ({})", sim::percent(a.miss.estimate), sim::interval(a.miss)),
              .after = fmt::format("{} ({})", sim::percent(b.miss.estimate), sim::interval(b.miss))};
  miss.is = by_interval(a.miss, b.miss);
  c.worse = c.worse || miss.is == Is::worse;
  c.changes.push_back(std::move(miss));
  const auto quantile = [&](const char* name, const std::optional<sim::Duration>& was,
                            const std::optional<sim::Duration>& is) {
    const sim::Duration never{INT64_MAX};
    c.changes.push_back({by_size(was.value_or(never), is.value_or(never)), name, was ? sim::text(*was) : "never",
                         is ? sim::text(*is) : "never"});
  };
  quantile("convergence of half of the schedules", a.p50, b.p50);
  quantile("convergence of 99 % of the schedules", a.p99, b.p99);
}

void runs(Comparison& c, const sim::RunResult& a, const sim::RunResult& b) {
  const auto same_answers = [&] {
    return std::equal(a.deviations.begin(), a.deviations.end(), b.deviations.begin(), b.deviations.end(),
                      [](const sim::DeviationText& x, const sim::DeviationText& y) {
                        return x.actor == y.actor && x.choice == y.choice && x.occurrence == y.occurrence &&
                               x.answer == y.answer;
                      });
  };
  c.same_luck = a.seed == b.seed && a.workload == b.workload && (a.seed.has_value() || same_answers());
  c.luck = c.same_luck ? "The same luck: choices that both plans have were answered alike."
                       : "Not the same luck: the two runs have different schedules.";
  // What readers saw, and what it cost; what is none in both is not worth a row.
  const auto cost = [&](const char* name, std::int64_t was, std::int64_t is, auto text) {
    if (was != 0 || is != 0) c.changes.push_back({by_size(was, is), name, text(was), text(is)});
  };
  const auto rows = [](std::int64_t n) { return of_unit(n, "row", "rows"); };
  const auto number = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
  cost("most nulls in a read", a.nulls_worst, b.nulls_worst, rows);
  cost("most overdue in a read", a.stale_worst, b.stale_worst, rows);
  cost("reads that failed", number(a.reads_failed), number(b.reads_failed), figure);
  cost("nulls at the end", a.nulls_at_end, b.nulls_at_end, rows);
  cost("wrong values at the end", a.wrong_at_end, b.wrong_at_end, rows);
  cost("changes lost", number(a.changes_lost), number(b.changes_lost), figure);
  cost("merges stalled", number(a.merges_stalled), number(b.merges_stalled), figure);
  cost("Flink down", a.flink_down.us, b.flink_down.us, [](std::int64_t us) { return sim::text(sim::Duration{us}); });
}

void orderings(Comparison& c, const sim::OrderingsResult& a, const sim::OrderingsResult& b) {
  const auto good = [](const sim::OrderingsResult& r) {
    return std::count_if(r.orders.begin(), r.orders.end(), [](const auto& o) { return o.grade == sim::Grade::good; });
  };
  c.changes.push_back({by_size(-good(a), -good(b)), "good orders", fmt::format("{} of {}", good(a), a.orders.size()),
                       fmt::format("{} of {}", good(b), b.orders.size())});
  const auto edges = [](const sim::OrderingsResult& r) {
    std::string all;
    for (const sim::NecessaryEdgeVerdict& e : r.edges) {
      all += fmt::format("{}{} before {}", all.empty() ? "" : ", ", r.steps[e.before], r.steps[e.after]);
    }
    return all.empty() ? std::string{"none"} : all;
  };
  c.changes.push_back({Is::neither, "necessary edges", edges(a), edges(b)});
}

}  // namespace

Comparison compare(const sim::Result& before, const sim::Result& after) {
  Comparison c;
  const ResultHead a = head_of(before);
  const ResultHead b = head_of(after);
  const Is verdict = by_size(badness(a.outcome), badness(b.outcome));
  c.worse = verdict == Is::worse;
  c.changes.push_back({verdict, "verdict", std::string{outcome_word(a.outcome)}, std::string{outcome_word(b.outcome)}});
  const WorstCase worst_before = worst_case(before);
  const WorstCase worst_after = worst_case(after);
  if (worst_before.known && worst_after.known) {
    const auto text = [](const WorstCase& w) { return w.never ? std::string{"never"} : sim::text(w.convergence); };
    Is is = Is::neither;
    if (worst_before.never != worst_after.never) {
      is = worst_after.never ? Is::worse : Is::better;
    } else if (!worst_after.never) {
      is = by_size(worst_before.convergence, worst_after.convergence);
    }
    // The longest of two samples says little; of what was run once, explored or bounded, later is worse.
    const bool sampled =
        std::holds_alternative<sim::CheckResult>(before) || std::holds_alternative<sim::CheckResult>(after);
    c.worse = c.worse || (is == Is::worse && !sampled);
    c.changes.push_back({is, "latest convergence", text(worst_before), text(worst_after)});
  }
  if (before.index() == after.index()) {
    std::visit(
        [&](const auto& first) {
          using T = std::decay_t<decltype(first)>;
          const T& second = std::get<T>(after);
          if constexpr (std::is_same_v<T, sim::CheckResult>) campaigns(c, first, second);
          if constexpr (std::is_same_v<T, sim::RunResult>) runs(c, first, second);
          if constexpr (std::is_same_v<T, sim::OrderingsResult>) orderings(c, first, second);
        },
        before);
  } else {
    c.luck = "Two kinds of result: what both say is compared, and no more.";
  }
  properties(c, before, after);
  decide(c, before, after);
  return c;
}

}  // namespace converge::reports
