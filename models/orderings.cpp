// Floating point is for the share of the orders that were judged: see the header.
#include "models/orderings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "models/campaign.hpp"
#include "models/order_story.hpp"
#include "models/plan_variants.hpp"
#include "sim/hash.hpp"
#include "sim/probability.hpp"

namespace converge::models {

namespace {

using sim::Grade;
using sim::OrderingsResult;

// The orders of one pipeline under one set of rules, as far as they were judged.
struct Family {
  PlanSteps plan;
  std::vector<sim::Steps> given;  // predecessors
  sim::Orders in_all = 0;
  std::uint64_t chosen = 0;
  std::vector<sim::Order> orders;  // judged
  std::vector<Judged> judged;
  bool cut_short = false;

  std::uint64_t graded(Grade g) const {
    return static_cast<std::uint64_t>(
        std::count_if(judged.begin(), judged.end(), [&](const Judged& j) { return j.verdict.grade == g; }));
  }
  Grade best() const {
    Grade least = Grade::convergence;
    for (const Judged& j : judged) least = std::min(least, j.verdict.grade);
    return least;
  }
  // As the edges see it: what meets the demand is good.
  std::vector<sim::GradedOrder> graded_orders(Grade demand) const {
    std::vector<sim::GradedOrder> all;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      const Grade g = judged[i].verdict.grade;
      all.push_back({orders[i], g <= demand ? 0U : static_cast<unsigned>(g)});
    }
    return all;
  }
};

Grade grade_of(const sim::NecessaryEdge& e) { return static_cast<Grade>(e.grade); }

// All of them, or so many that are drawn, each equally likely and none twice.
std::vector<sim::Orders> choose(const PlanOrders& orders, const OrderingsOptions& o) {
  std::set<sim::Orders> numbers;
  if (orders.count() <= o.most) {
    for (sim::Orders i = 0; i < orders.count(); ++i) numbers.insert(i);
  } else {
    sim::Bits bits{o.seed, sim::hash_of("orderings"), 0};
    while (numbers.size() < o.most) numbers.insert(orders.draw(bits));
  }
  return {numbers.begin(), numbers.end()};
}

using GoOn = std::function<bool(std::uint64_t done, std::uint64_t of, std::uint64_t bad)>;

Family judge_family(const PipelineConfig& config, const PlanSteps& plan, const PlanOrders& orders,
                    const OrderingsOptions& o, const OrderJudge& judge, const GoOn& go_on) {
  Family f{.plan = plan, .given = orders.given(), .in_all = orders.count()};
  std::vector<sim::Order> chosen;
  for (const sim::Orders number : choose(orders, o)) chosen.push_back(orders.at(number));
  f.chosen = chosen.size();

  std::vector<std::optional<Judged>> results(chosen.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex told;
  std::uint64_t done = 0;
  std::uint64_t bad = 0;
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t i = next++; i < chosen.size() && !stop; i = next++) {
      try {
        Judged j = judge(in_order(config, chosen[i]));
        const std::lock_guard lock{told};
        ++done;
        bad += j.verdict.grade != Grade::good ? 1 : 0;
        results[i] = std::move(j);
        if (!go_on(done, chosen.size(), bad)) stop = true;
      } catch (...) {
        const std::lock_guard lock{told};
        if (!failure) failure = std::current_exception();
        stop = true;
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 1; t < std::min<std::size_t>(o.jobs, chosen.size()); ++t) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  if (failure) std::rethrow_exception(failure);

  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!results[i]) {
      f.cut_short = true;
      continue;
    }
    f.orders.push_back(chosen[i]);
    results[i]->verdict.order = chosen[i];
    f.judged.push_back(*std::move(results[i]));
  }
  return f;
}

std::string started_with_a_capital(std::string s) {
  if (!s.empty() && s[0] >= 'a' && s[0] <= 'z') s[0] = static_cast<char>(s[0] - 'a' + 'A');
  return s;
}

// Reads a family, and writes the result.
class Answer {
 public:
  Answer(const PipelineConfig& config, const OrderingsOptions& o, const OrderingsHooks& hooks)
      : config_{config}, o_{o}, hooks_{hooks} {}

  OrderingsResult write(const Family& f) {
    r_.command = "orderings";
    r_.sla = config_.sla;
    r_.horizon = config_.horizon;
    r_.seed = o_.seed;
    r_.free = o_.rules.free;
    r_.steps = f.plan.names;
    for (const sim::Edge& e : f.plan.given) r_.given.emplace_back(e.before, e.after);
    if (o_.rules.directly) r_.directly.emplace_back(o_.rules.directly->before, o_.rules.directly->after);
    r_.orders_in_all = sim::text(f.in_all);
    r_.chosen = f.chosen;
    r_.coverage = static_cast<double>(f.judged.size()) / static_cast<double>(f.in_all);
    for (const Judged& j : f.judged) r_.orders.push_back(j.verdict);
    if (f.cut_short) r_.ended = OrderingsResult::Ended::interrupted;
    groups(f);
    if (!f.judged.empty()) edges(f);
    stories(f);
    if (o_.variants && !f.cut_short) variants(f);
    verdict(f);
    return r_;
  }

 private:
  bool go_on(std::string_view doing, std::uint64_t done, std::uint64_t of, std::uint64_t bad) const {
    return !hooks_.go_on || hooks_.go_on(doing, done, of, bad);
  }

  void groups(const Family& f) {
    std::map<std::pair<Grade, std::string>, OrderingsResult::Group> all;
    for (std::size_t i = 0; i < f.judged.size(); ++i) {
      const sim::OrderVerdict& v = f.judged[i].verdict;
      const std::string what = words(v.facts);
      OrderingsResult::Group& g = all[{v.grade, what}];
      g.grade = v.grade;
      g.what = what;
      g.orders.push_back(i);
      if (!v.convergence) continue;
      g.earliest = g.earliest ? std::min(*g.earliest, *v.convergence) : *v.convergence;
      g.latest = g.latest ? std::max(*g.latest, *v.convergence) : *v.convergence;
    }
    for (auto& [key, group] : all) {
      const auto closer = [&](std::size_t a, std::size_t b) {
        return std::pair{sim::swaps(f.orders[a]), a} < std::pair{sim::swaps(f.orders[b]), b};
      };
      std::sort(group.orders.begin(), group.orders.end(), closer);
      r_.groups.push_back(std::move(group));
    }
    std::sort(r_.groups.begin(), r_.groups.end(), [](const auto& a, const auto& b) {
      if (a.grade != b.grade) return a.grade < b.grade;
      if (a.orders.size() != b.orders.size()) return a.orders.size() > b.orders.size();
      return a.what < b.what;
    });
  }

  std::size_t counterexample(const Family& f, std::size_t order) {
    if (r_.orders[order].counterexample) return *r_.orders[order].counterexample;
    const Judged& j = f.judged[order];
    const PipelineConfig config = in_order(config_, f.orders[order]);
    OrderStory story = order_counterexample(config, o_.given, j.shows, j.verdict.grade);
    story.counterexample.order = order;
    if (hooks_.schedule_file) story.counterexample.schedule_file = hooks_.schedule_file(story.schedule);
    r_.counterexamples.push_back(std::move(story.counterexample));
    r_.orders[order].counterexample = r_.counterexamples.size() - 1;
    return r_.counterexamples.size() - 1;
  }

  void edges(const Family& f) {
    r_.demand = f.best();
    r_.any_meets = r_.demand != Grade::convergence;
    if (!r_.any_meets) return;
    const auto found = sim::necessary_edges(f.graded_orders(r_.demand), f.given);
    r_.edges_are_all = found->partial_order;
    r_.edges_smallest = found->smallest;
    r_.met = found->good;
    r_.kept = found->kept;
    sim::StepGraph graph{f.plan.names.size()};
    for (const sim::NecessaryEdge& e : found->edges) {
      go_on("telling the counterexamples", r_.edges.size(), found->edges.size(), 0);
      sim::NecessaryEdgeVerdict v{
          .before = e.edge.before, .after = e.edge.after, .needed_for = grade_of(e), .keeps_out = e.admitted};
      v.counterexample = counterexample(f, e.counterexample);
      v.because = because(f, e);
      r_.edges.push_back(std::move(v));
      graph.add_edge(e.edge.before, e.edge.after);
    }
    if (!o_.rules.free) return;
    const std::vector<sim::Steps> needed = sim::predecessors(graph);
    for (const auto& [before, after] : r_.given) {
      if (((needed[after] >> before) & 1U) == 0) r_.not_needed.emplace_back(before, after);
    }
  }

  std::string because(const Family& f, const sim::NecessaryEdge& e) const {
    const Judged& j = f.judged[e.counterexample];
    const Pipeline model{in_order(config_, f.orders[e.counterexample])};
    const std::string went =
        how_it_went(model, o_.given, j.shows, f.plan.names[e.edge.before], f.plan.names[e.edge.after]);
    std::string all = what_happened(model, o_.given, j.shows, j.verdict.grade);
    if (!went.empty()) all += (all.empty() ? "" : "; ") + went;
    return started_with_a_capital(std::move(all)) + ".";
  }

  // Where no edge has a story, each group has one.
  void stories(const Family& f) {
    constexpr std::size_t most = 8;
    if (!r_.edges.empty()) return;
    for (const OrderingsResult::Group& g : r_.groups) {
      if (g.grade != Grade::good && r_.counterexamples.size() < most) counterexample(f, g.orders.front());
    }
  }

  // ---- other guards, instants and triggers

  std::optional<Family> family(const PipelineConfig& config, const OrderRules& rules, std::string_view doing) const {
    const PlanSteps plan = plan_steps(config);
    const auto orders = PlanOrders::of(plan, rules);
    if (!orders) return std::nullopt;
    const auto go = [&](std::uint64_t done, std::uint64_t of, std::uint64_t bad) {
      return go_on(doing, done, of, bad);
    };
    OrderingsOptions fewer = o_;
    fewer.most = std::min(o_.most, o_.variants_most);
    return judge_family(config, plan, *orders, fewer, hooks_.judge_variants, go);
  }

  bool add_variant(const std::vector<const PlanChange*>& changes, const Family& base) {
    sim::OrderingsVariant v;
    PipelineConfig config = config_;
    OrderRules rules = o_.rules;
    std::string doing = "trying";
    for (const PlanChange* c : changes) {
      v.changes.push_back(c->text);
      v.guard_removed = v.guard_removed || c->removes;
      if (c->apply) c->apply(config);
      if (c->directly) rules.directly = c->directly;
      doing += " " + c->text;
    }
    const std::optional<Family> f = family(config, rules, doing);
    if (!f) return true;
    if (f->cut_short) return false;
    count(v, *f);
    v.helps = f->best() < base.best();
    for (std::size_t i = 0; i < f->orders.size() && v.example.empty(); ++i) {
      if (f->judged[i].verdict.grade == f->best() && f->best() != Grade::convergence) v.example = f->orders[i];
    }
    if (changes.size() == 1 && changes[0]->directly && f->best() != Grade::convergence) {
      const auto found = sim::necessary_edges(f->graded_orders(f->best()), f->given);
      for (const sim::NecessaryEdge& e : found->edges) {
        v.edges.push_back(
            {.before = e.edge.before, .after = e.edge.after, .needed_for = grade_of(e), .keeps_out = e.admitted});
      }
    }
    r_.variants.push_back(std::move(v));
    return true;
  }

  static void count(sim::OrderingsVariant& v, const Family& f) {
    v.orders = f.judged.size();
    v.good = f.graded(Grade::good);
    v.window = f.graded(Grade::window);
    v.availability = f.graded(Grade::availability);
    v.convergence = f.graded(Grade::convergence);
  }

  void variants(const Family& judged) {
    // Lateness is no matter of guards: what to change then is another question.
    if (judged.best() == Grade::window) return;
    const std::optional<Family> base = family(config_, o_.rules, "judging the plan as it is");
    if (!base || base->cut_short) return void(r_.variants_cut_short = true);
    sim::OrderingsVariant as_it_is;
    count(as_it_is, *base);
    r_.variants.push_back(as_it_is);
    std::vector<PlanChange> changes = plan_changes(config_);
    std::erase_if(changes, [&](const PlanChange& c) { return c.directly && o_.rules.directly; });
    for (const PlanChange& c : changes) {
      if (!add_variant({&c}, *base)) return void(r_.variants_cut_short = true);
    }
    const bool helped = std::any_of(r_.variants.begin(), r_.variants.end(), [](const auto& v) { return v.helps; });
    if (helped || base->best() != Grade::convergence) return;
    std::uint64_t pairs = 0;
    for (std::size_t a = 0; a < changes.size(); ++a) {
      for (std::size_t b = a + 1; b < changes.size(); ++b) {
        if (changes[a].what == changes[b].what) continue;
        if (pairs++ == o_.pairs_most) return void(r_.variants_cut_short = true);
        if (!add_variant({&changes[a], &changes[b]}, *base)) return void(r_.variants_cut_short = true);
        if (!r_.variants.back().helps) r_.variants.pop_back();  // of pairs, only those that help are told
      }
    }
  }

  // ---- the verdict

  void verdict(const Family& f) {
    const std::uint64_t judged = f.judged.size();
    const std::uint64_t good = f.graded(Grade::good);
    const bool all = all_judged(f);
    for (const Judged& j : f.judged) {
      if (j.verdict.outcome == sim::Outcome::vacuous && r_.vacuous_for.empty()) r_.vacuous_for = j.verdict.vacuous_for;
    }
    const bool open = !r_.vacuous_for.empty();
    r_.outcome = good < judged ? sim::Outcome::violated
                 : !all        ? sim::Outcome::inconclusive
                 : open        ? sim::Outcome::vacuous
                               : sim::Outcome::converged;
    r_.sentence = sentence(f, good);
    r_.strength = strength(f, good);
  }

  std::string sentence(const Family& f, std::uint64_t good) const {
    const std::uint64_t judged = f.judged.size();
    const std::string orders = fmt::format("{} order{}", judged, judged == 1 ? "" : "s");
    if (judged == 0) return "No order was judged.";
    if (good == judged) {
      if (r_.outcome == sim::Outcome::inconclusive) {
        return fmt::format("The {} that were judged are good; {} others were not judged.", orders,
                           sim::text(f.in_all - judged));
      }
      if (r_.outcome == sim::Outcome::vacuous)
        return "These orders leave the claim open: " + r_.vacuous_for.front() + ".";
      return judged == 1 ? "The only order that the edges allow is good." : fmt::format("All {} are good.", orders);
    }
    if (judged == 1) {
      const std::string what = r_.demand == Grade::window         ? "misses an objective of the scenario"
                               : r_.demand == Grade::availability ? "converges, but a job stalls"
                                                                  : "does not converge";
      return fmt::format("The only order that {} {}.", all_judged(f) ? "the edges allow" : "was judged", what);
    }
    const auto edges = [&] {
      const std::size_t n = r_.edges.size();
      return n == 0 ? std::string{"."} : fmt::format("; {} edge{} necessary.", n, n == 1 ? " is" : "s are");
    };
    if (good > 0) return fmt::format("{} of {} {} good", good, orders, good == 1 ? "is" : "are") + edges();
    switch (r_.demand) {
      case Grade::window:
        return fmt::format("None of {} is good: {} without a stall, but miss an objective of the scenario", orders,
                           converge(f.graded(Grade::window))) +
               edges();
      case Grade::availability:
        return fmt::format("None of {} is good: {}, but a job stalls in each of them", orders,
                           converge(f.graded(Grade::availability))) +
               edges();
      case Grade::convergence: return fmt::format("None of {} converges.", orders);
      case Grade::good: break;
    }
    return {};
  }

  static bool all_judged(const Family& f) { return sim::Orders{f.judged.size()} == f.in_all; }

  static std::string converge(std::uint64_t n) { return fmt::format("{} converge{}", n, n == 1 ? "s" : ""); }

  std::string strength(const Family& f, std::uint64_t good) const {
    const std::uint64_t judged = f.judged.size();
    std::string what =
        sim::Orders{judged} == f.in_all
            ? fmt::format("every order that {}", o_.rules.free ? "the steps can be put in" : "the edges allow")
            : fmt::format("{} of {} orders", judged, sim::text(f.in_all));
    if (sim::Orders{judged} != f.in_all && !f.cut_short) {
      const sim::Probability p = probability_of(good, judged, sim::Probability{}.confidence);
      what += fmt::format(", each equally likely to be drawn: {} of all are good ({} confidence)", sim::interval(p),
                          sim::percent(p.confidence));
    }
    if (f.cut_short) what += ", those that were judged in time";
    std::map<std::string, std::uint64_t> ways;
    for (const Judged& j : f.judged) ++ways[j.way];
    std::string how;
    for (const auto& [way, times] : ways) {
      how += (how.empty() ? "; " : ", ") + (ways.size() == 1 ? "each by " : fmt::format("{} by ", times)) + way;
    }
    return what + how;
  }

  const PipelineConfig& config_;
  const OrderingsOptions& o_;
  const OrderingsHooks& hooks_;
  OrderingsResult r_;
};

}  // namespace

std::optional<OrderingsResult> orderings(const PipelineConfig& config, const OrderingsOptions& o,
                                         const OrderingsHooks& hooks) {
  const PlanSteps plan = plan_steps(config);
  const auto orders = PlanOrders::of(plan, o.rules);
  if (!orders) return std::nullopt;
  const auto go = [&](std::uint64_t done, std::uint64_t of, std::uint64_t bad) {
    return !hooks.go_on || hooks.go_on("judging", done, of, bad);
  };
  const Family f = judge_family(config, plan, *orders, o, hooks.judge, go);
  return Answer{config, o, hooks}.write(f);
}

}  // namespace converge::models
