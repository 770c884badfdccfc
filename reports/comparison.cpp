#include "reports/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>

#include "reports/figures.hpp"
#include "reports/html_view.hpp"
#include "reports/sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

using Change = Compared::Change;
using sim::Duration;
using sim::PropertyResult;

std::string_view word(sim::Outcome o) {
  switch (o) {
    case sim::Outcome::converged: return "converged";
    case sim::Outcome::violated: return "violated";
    case sim::Outcome::inconclusive: return "inconclusive";
    case sim::Outcome::vacuous: return "vacuous";
  }
  return "";
}

// A verdict that says nothing lies between the two that do.
int rank(sim::Outcome o) { return o == sim::Outcome::converged ? 0 : o == sim::Outcome::violated ? 2 : 1; }

Change by_rank(int before, int after) {
  return before == after ? Change::same : after < before ? Change::better : Change::worse;
}

// Figures of which less is better.
class Figures {
 public:
  explicit Figures(std::vector<Compared>& out) : out_(out) {}

  void times(std::string what, const std::optional<Duration>& before, const std::optional<Duration>& after) {
    Compared c{.what = std::move(what), .before = said(before), .after = said(after)};
    if (before && after) {
      c.change = by_rank(0, *after < *before ? -1 : *after > *before ? 1 : 0);
      if (c.change == Change::better) c.by = sim::text(*before - *after) + " sooner";
      if (c.change == Change::worse) c.by = sim::text(*after - *before) + " later";
    } else if (before.has_value() != after.has_value()) {
      c.change = after ? Change::better : Change::worse;
      c.by = after ? "it converges now" : "it never converges now";
    }
    out_.push_back(std::move(c));
  }

  void counts(std::string what, std::int64_t before, std::int64_t after,
              const std::function<std::string(std::int64_t)>& text = figure) {
    if (before == 0 && after == 0) return;
    Compared c{.what = std::move(what), .before = text(before), .after = text(after)};
    c.change = by_rank(0, after < before ? -1 : after > before ? 1 : 0);
    if (c.change == Change::better) c.by = text(before - after) + " less";
    if (c.change == Change::worse) c.by = text(after - before) + " more";
    out_.push_back(std::move(c));
  }

  void probabilities(std::string what, const sim::Probability& before, const sim::Probability& after) {
    Compared c{.what = std::move(what), .before = sim::interval(before), .after = sim::interval(after)};
    c.change = before.estimate == after.estimate  ? Change::same
               : after.estimate < before.estimate ? Change::better
                                                  : Change::worse;
    const bool apart = before.high < after.low || after.high < before.low;
    if (c.change != Change::same) c.by = apart ? "beyond doubt: the intervals are apart" : "the intervals overlap";
    out_.push_back(std::move(c));
  }

 private:
  static std::string said(const std::optional<Duration>& d) { return d ? sim::text(*d) : "never"; }

  std::vector<Compared>& out_;
};

std::string rows(std::int64_t n) { return of_unit(n, "row", "rows"); }

void of_runs(Figures& out, const sim::RunResult& a, const sim::RunResult& b, std::string_view whose) {
  const auto name = [&](std::string_view what) { return fmt::format("{}{}", whose, what); };
  const auto number = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
  if (a.changed && b.changed) out.times(name("time to convergence"), a.convergence, b.convergence);
  out.counts(name("most nulls in a read"), a.nulls_worst, b.nulls_worst, rows);
  out.counts(name("most overdue in a read"), a.stale_worst, b.stale_worst, rows);
  out.counts(name("reads that failed"), number(a.reads_failed), number(b.reads_failed));
  out.counts(name("nulls at the end"), a.nulls_at_end, b.nulls_at_end, rows);
  out.counts(name("wrong values at the end"), a.wrong_at_end, b.wrong_at_end, rows);
  out.counts(name("changes lost"), number(a.changes_lost), number(b.changes_lost));
  out.counts(name("merges stalled"), number(a.merges_stalled), number(b.merges_stalled));
  out.counts(name("Flink down"), a.flink_down.us, b.flink_down.us,
             [](std::int64_t us) { return sim::text(Duration{us}); });
}

void figures(SideBySide& c, const View& a, const View& b) {
  Figures out{c.figures};
  if (a.check != nullptr && b.check != nullptr) {
    out.probabilities("window missed", a.check->miss, b.check->miss);
    out.probabilities("any property violated", a.check->violation, b.check->violation);
    out.times("half agree after", a.check->p50, b.check->p50);
    out.times("90 in 100 agree after", a.check->p90, b.check->p90);
    out.times("99 in 100 agree after", a.check->p99, b.check->p99);
    out.counts("never converged", static_cast<std::int64_t>(a.check->never_converged),
               static_cast<std::int64_t>(b.check->never_converged));
  } else if (a.run == nullptr || b.run == nullptr) {
    const Latest before = latest_of(a);
    const Latest after = latest_of(b);
    if (before.known && after.known) out.times("latest agreement that is known", before.convergence, after.convergence);
  }
  if (a.orderings != nullptr && b.orderings != nullptr) {
    const auto bad = [](const sim::OrderingsResult& r) {
      return static_cast<std::int64_t>(
          std::ranges::count_if(r.orders, [](const sim::OrderVerdict& o) { return o.grade != sim::Grade::good; }));
    };
    out.counts("orders that are not good", bad(*a.orderings), bad(*b.orderings));
    out.counts("necessary edges", static_cast<std::int64_t>(a.orderings->edges.size()),
               static_cast<std::int64_t>(b.orderings->edges.size()));
  }
  if (a.run != nullptr && b.run != nullptr) {
    of_runs(out, *a.run, *b.run, "");
  } else if (a.usual_run != nullptr && b.usual_run != nullptr) {
    of_runs(out, *a.usual_run, *b.usual_run, "usual run: ");
  }
}

std::string says(const PropertyResult& p) { return (p.holds ? "holds, " : "violated, ") + margin(p); }

std::string moved(const PropertyResult& a, const PropertyResult& b) {
  std::int64_t by = 0;
  if (a.unit != b.unit || __builtin_sub_overflow(b.margin, a.margin, &by) || by == 0) return {};
  PropertyResult change = a;
  change.margin = by < 0 ? -by : by;
  return fmt::format("{} {} margin", margin(change), by > 0 ? "more" : "less");
}

void properties(SideBySide& c, const View& a, const View& b) {
  const std::vector<const PropertyResult*> before = properties_of(a);
  const std::vector<const PropertyResult*> after = properties_of(b);
  const auto find = [](const auto& all, const std::string& name) -> const PropertyResult* {
    const auto at = std::ranges::find(all, name, [](const PropertyResult* p) { return p->name; });
    return at == all.end() ? nullptr : *at;
  };
  for (const PropertyResult* p : before) {
    const PropertyResult* q = find(after, p->name);
    Compared row{.what = p->name, .before = says(*p), .after = q != nullptr ? says(*q) : "not asked"};
    if (q == nullptr) {
      row.change = Change::unknown;
    } else if (p->holds != q->holds) {
      row.change = q->holds ? Change::better : Change::worse;
      row.by = moved(*p, *q);
    } else {
      row.change = by_rank(0, q->margin > p->margin ? -1 : q->margin < p->margin ? 1 : 0);
      row.by = moved(*p, *q);
    }
    c.properties.push_back(std::move(row));
  }
  for (const PropertyResult* q : after) {
    if (find(before, q->name) != nullptr) continue;
    c.properties.push_back({q->name, "not asked", says(*q), "", Change::unknown});
  }
}

void luck(SideBySide& c, const View& a, const View& b) {
  const auto seed_of = [](const View& v) -> std::optional<std::uint64_t> {
    if (v.run != nullptr) return v.run->seed;
    if (v.check != nullptr) return v.check->seed;
    if (v.orderings != nullptr) return v.orderings->seed;
    return std::nullopt;
  };
  if (a.command != b.command) {
    c.luck =
        fmt::format("Answers of different commands, {} and {}: only what both say is compared.", a.command, b.command);
    return;
  }
  if (a.explore != nullptr || a.advise != nullptr) {
    c.same_luck = true;
    c.luck = "Luck has no part in either: both are about every schedule within their bounds.";
    return;
  }
  const auto x = seed_of(a);
  const auto y = seed_of(b);
  if (x != y) {
    c.luck = "Not under the same luck: the seeds differ, so a small difference may be chance.";
    return;
  }
  c.same_luck = true;
  if (!x) {
    c.luck = "Both with the usual answers.";
  } else if (a.check != nullptr && a.check->schedules != b.check->schedules) {
    c.luck = fmt::format("Under the same luck as far as both go: campaign {}, {} and {} schedules.", *x,
                         count(a.check->schedules), count(b.check->schedules));
  } else {
    c.luck = fmt::format("Under the same luck, choice by choice: both drew their answers from {} {}.",
                         a.run != nullptr ? "seed" : "campaign", *x);
  }
}

std::string names(const std::vector<Compared>& all, Change change) {
  std::string out;
  for (const Compared& c : all) {
    const bool flipped = c.before.starts_with("holds") != c.after.starts_with("holds");
    if (c.change == change && flipped) out += (out.empty() ? "" : ", ") + c.what;
  }
  return out;
}

void decides(SideBySide& c) {
  const std::string repaired = names(c.properties, Change::better);
  const std::string broken = names(c.properties, Change::worse);
  if (!broken.empty() && !repaired.empty()) {
    c.decides =
        fmt::format("It is a trade: {} was violated and holds now; {} held and is violated now.", repaired, broken);
  } else if (!broken.empty()) {
    c.decides = fmt::format("What decides is {}: it held before, and is violated now.", broken);
  } else if (!repaired.empty()) {
    c.decides = fmt::format("What decides is {}: it was violated before, and holds now.", repaired);
  } else if (c.verdict.change != Change::same) {
    c.decides =
        fmt::format("No property decides, the verdict does: {} before, {} now.", c.verdict.before, c.verdict.after);
  } else {
    const auto moves = [](const Compared& f) { return f.change == Change::better || f.change == Change::worse; };
    const auto at = std::ranges::find_if(c.figures, moves);
    c.decides =
        at == c.figures.end()
            ? std::string("Nothing decides: both keep and violate the same properties, by the same figures.")
            : fmt::format("Both keep and violate the same properties. What differs first is {}: {} before, {} now.",
                          at->what, at->before, at->after);
  }
}

}  // namespace

SideBySide compare(const sim::Reported& before, const sim::Reported& after) {
  const View a = view_of(before, "");
  const View b = view_of(after, "");
  SideBySide c;
  c.verdict = {"verdict", std::string(word(a.outcome)), std::string(word(b.outcome)), "",
               by_rank(rank(a.outcome), rank(b.outcome))};
  figures(c, a, b);
  properties(c, a, b);
  luck(c, a, b);
  decides(c);
  return c;
}

bool is_regression(const SideBySide& c) {
  return c.verdict.change == Change::worse || !names(c.properties, Change::worse).empty();
}

}  // namespace converge::reports
