#include "sim/cut.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace converge::sim {

namespace {

constexpr std::size_t kObservedFew = 5;

// The question's range holds the same value only.
bool is_constant(const Question& q) { return q.distribution.least == q.distribution.most; }

std::uint64_t width(const Distribution& d) {
  return static_cast<std::uint64_t>(d.most) - static_cast<std::uint64_t>(d.least);
}

bool keeps_usual(const Question& q, const CutOptions& o) {
  const std::uint64_t w = width(q.distribution);
  if (w <= static_cast<std::uint64_t>(o.negligible.us)) return true;
  return o.resolution && w < static_cast<std::uint64_t>(o.resolution->us);
}

// The multiples of a step within a range that is at least a step wide, so there is one.
struct Grid {
  std::int64_t step;
  std::int64_t first;  // both in steps
  std::int64_t last;

  Grid(const Distribution& d, Duration resolution)
      : step{resolution.us}, first{floored(d.least + (step - 1))}, last{floored(d.most)} {}
  std::int64_t floored(std::int64_t v) const { return v / step - (v % step < 0 ? 1 : 0); }
  std::int64_t nearest(std::int64_t v) const {  // in steps; of two, the greater
    const std::int64_t below = floored(v);
    const std::int64_t above_it = v - below * step;
    return std::clamp(below + (above_it >= step - above_it ? 1 : 0), first, last);
  }
};

// The first, and then the others in order, none of them twice.
std::vector<std::int64_t> first_of_all(std::int64_t first, std::vector<std::int64_t> others) {
  std::sort(others.begin(), others.end());
  others.erase(std::unique(others.begin(), others.end()), others.end());
  others.erase(std::remove(others.begin(), others.end(), first), others.end());
  others.insert(others.begin(), first);
  return others;
}

struct Answers {
  std::vector<std::int64_t> list;  // empty: there are too many
  std::uint64_t count = 0;
};

Answers all_of(std::vector<std::int64_t> list) {
  const std::uint64_t count = list.size();
  return count > kAnswersMost ? Answers{{}, count} : Answers{std::move(list), count};
}

Answers on_grid(const Distribution& d, Duration resolution) {
  const Grid grid{d, resolution};
  std::vector<std::int64_t> list;
  if (d.shape == Shape::empirical) {  // what lies between observed values was never seen
    for (const std::int64_t v : d.values) list.push_back(grid.nearest(v) * grid.step);
    return all_of(first_of_all(grid.nearest(d.usual) * grid.step, std::move(list)));
  }
  const std::uint64_t count = static_cast<std::uint64_t>(grid.last - grid.first) + 1;
  if (count > kAnswersMost) return {{}, count};
  for (std::int64_t k = grid.first; k <= grid.last; ++k) list.push_back(k * grid.step);
  return all_of(first_of_all(grid.nearest(d.usual) * grid.step, std::move(list)));
}

Answers answers_of(const Question& q, const CutOptions& o) {
  const Distribution& d = q.distribution;
  if (keeps_usual(q, o)) return all_of({d.usual});
  if (o.resolution) return on_grid(d, *o.resolution);
  if (q.periodic) {
    const std::int64_t period = d.most + 1;
    std::vector<std::int64_t> quarters;
    for (std::int64_t k = 0; k < 4; ++k) quarters.push_back((d.usual + k * (period / 4)) % period);
    return all_of(first_of_all(d.usual, std::move(quarters)));
  }
  if (d.shape == Shape::empirical) {
    Answers observed = all_of(first_of_all(d.usual, d.values));
    if (observed.count <= kObservedFew) return observed;
  }
  return all_of(first_of_all(d.usual, {d.least, d.most}));
}

Answers options_of(const Question& q) {
  std::vector<std::int64_t> list{0};
  for (std::size_t i = 1; i < q.options.size(); ++i) {
    if (q.options[i].ppm > 0) list.push_back(static_cast<std::int64_t>(i));
  }
  return all_of(std::move(list));
}

std::string grouped(std::uint64_t n) {  // "65,536"
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string many(std::size_t n, std::string_view one, std::string_view more) {
  return fmt::format("{} {}", n, n == 1 ? one : more);
}

bool tries_all_observed(const Question& q, const Cut& cut) {
  std::vector<std::int64_t> values = q.distribution.values;
  values.erase(std::unique(values.begin(), values.end()), values.end());  // they are sorted
  return q.distribution.shape == Shape::empirical && values.size() == cut.answers.size();
}

// How many questions of each sort there are, as the bounds name them.
struct Counted {
  std::size_t durations = 0;
  std::size_t observed = 0;  // among them, at each value
  std::size_t offsets = 0;
  std::size_t kept = 0;  // that could have had more than their usual answer
  std::size_t faults = 0;
  std::size_t outcomes = 0;
  std::size_t orders = 0;
  std::size_t bits = 0;
};

Counted counted(const std::vector<Question>& questions, const std::vector<Cut>& cuts, const CutOptions& o) {
  Counted n;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question& q = questions[i];
    const bool varies = cuts[i].answers.size() > 1;
    switch (q.answers) {
      case AnswerKind::bits: ++n.bits; break;
      case AnswerKind::option:
        if (!varies) break;
        if (q.fault)
          n.faults += cuts[i].answers.size() - 1;
        else
          ++(q.drawn ? n.outcomes : n.orders);
        break;
      case AnswerKind::duration:
        if (is_constant(q)) break;
        if (keeps_usual(q, o)) {
          ++n.kept;
        } else if (q.periodic) {
          ++n.offsets;
        } else {
          ++n.durations;
          if (!o.resolution && tries_all_observed(q, cuts[i])) ++n.observed;
        }
        break;
    }
  }
  return n;
}

}  // namespace

CutResult cut(const std::vector<Question>& questions, const CutOptions& options) {
  CutResult result;
  if (options.resolution && options.resolution->us <= 0) result.problems.emplace_back("the resolution is not positive");
  if (options.negligible.us < 0) result.problems.emplace_back("what is negligible is negative");
  if (!result.problems.empty()) return result;
  for (const Question& q : questions) {
    Cut& cut = result.cuts.emplace_back();
    cut.fault = q.fault;
    if (q.answers == AnswerKind::bits) continue;
    Answers answers = q.answers == AnswerKind::option ? options_of(q) : answers_of(q, options);
    if (answers.count > kAnswersMost) {
      result.problems.push_back(fmt::format(
          "{} {} has {} answers{}; at most {} can be tried", q.actor, q.kind, grouped(answers.count),
          options.resolution ? " at a resolution of " + text(*options.resolution) : "", grouped(kAnswersMost)));
    }
    cut.answers = std::move(answers.list);
  }
  return result;
}

Budget budget_of(const CutOptions& options) {
  assert(options.faults != Budget::no_end);
  return {.faults = options.faults.value_or(Budget::no_end)};
}

std::string words(const std::vector<Question>& questions, const std::vector<Cut>& cuts, const CutOptions& o) {
  const Counted n = counted(questions, cuts, o);
  std::string out;
  const auto say = [&](const std::string& part) { out += (out.empty() ? "" : "; ") + part; };
  const std::string step = o.resolution ? "at every whole step of " + text(*o.resolution) : "";
  const std::size_t plain = n.durations - n.observed;
  if (plain > 0) {
    say((plain == 1 ? std::string{"1 duration "} : fmt::format("each of {} durations ", plain)) +
        (o.resolution ? step : "at its least, usual or most"));
  }
  if (n.observed > 0) say(many(n.observed, "duration", "durations") + " at each value that was observed");
  if (n.kept > 0) {
    const bool by_step = o.resolution && *o.resolution > o.negligible;
    say(fmt::format("{} by {} {} at {} usual", many(n.kept, "that varies", "that vary"),
                    by_step ? "less than" : "at most", text(by_step ? *o.resolution : o.negligible),
                    n.kept == 1 ? "its" : "their"));
  }
  if (n.offsets > 0) {
    say(many(n.offsets, "unknown offset", "unknown offsets") + " " +
        (o.resolution ? step : "at four places, a quarter of a period apart"));
  }
  if (n.faults == 0 || o.faults == 0) {
    say("no faults");
  } else if (o.faults) {
    say(fmt::format("at most {} of {}", many(*o.faults, "fault", "faults"), many(n.faults, "kind", "kinds")));
  } else {
    say("any number of faults of " + many(n.faults, "kind", "kinds"));
  }
  if (n.outcomes > 0) say("all outcomes of " + many(n.outcomes, "draw", "draws"));
  if (n.orders > 0) say("both orders of simultaneous events that touch the same");
  if (n.bits > 0) say("random bits as one seed draws them");
  return out;
}

std::vector<Territory> territories(const Cut& cut) {
  std::vector<std::int64_t> sorted = cut.answers;
  std::sort(sorted.begin(), sorted.end());
  std::vector<Territory> all;
  for (const std::int64_t a : sorted) {
    if (all.empty()) {
      all.push_back({a, a});
      continue;
    }
    const std::int64_t gap = a - all.back().answer;
    all.push_back({a, all.back().answer + gap / 2 + gap % 2});
  }
  return all;
}

CutChooser::CutChooser(const std::vector<Question>& questions, const std::vector<Cut>& cuts, std::uint64_t seed,
                       std::uint16_t faults, std::uint64_t workload)
    : cuts_{cuts}, sampled_{questions, seed}, elsewhere_{questions, workload}, faults_{faults} {
  for (const Cut& c : cuts) territories_.push_back(territories(c));
}

std::int64_t CutChooser::answer(QuestionId q, std::uint32_t occurrence) {
  const std::vector<Territory>& all = territories_[q];
  if (all.empty()) return elsewhere_.answer(q, occurrence);
  const Cut& cut = cuts_[q];
  if (cut.fault && faults_ == 0) return cut.answers.front();
  const std::int64_t drawn = sampled_.answer(q, occurrence);
  const auto beyond =
      std::upper_bound(all.begin(), all.end(), drawn, [](std::int64_t v, const Territory& t) { return v < t.from; });
  const std::int64_t answer = beyond == all.begin() ? all.front().answer : std::prev(beyond)->answer;
  if (cut.fault && answer != cut.answers.front() && faults_ != Budget::no_end) --faults_;
  return answer;
}

}  // namespace converge::sim
