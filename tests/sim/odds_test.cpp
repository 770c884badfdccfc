// Exact odds against closed forms, against every strategy of every adversary on small random graphs, and against
// campaigns.
#include "sim/odds.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "sim/hash.hpp"
#include "tests/support/odds.hpp"
#include "tests/support/splitmix.hpp"
#include "tests/toys/two_phase_commit.hpp"

namespace converge::sim {
namespace {

using support::OddsCase;

void add(Bytes& bytes, std::int64_t v) {
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}

// Steps of work, one after the other. A step that fails is done once more, and takes as long again; and when a step
// begins, it is known how long it takes. Gathered: the microseconds until all is done.
struct Work {
  struct Event {
    bool operator==(const Event&) const = default;
    friend auto fields(const Event&) { return std::tie(); }
  };
  struct State {
    std::int32_t left = 0;
    Instant done;
    bool operator==(const State&) const = default;
    [[maybe_unused]] friend auto fields(const State& s) { return std::tie(s.left, s.done); }
  };

  std::int32_t steps;
  std::vector<Question> list;

  Work(std::int32_t n, const Distribution& law, std::int32_t fails_ppm)
      : steps{n},
        list{{.actor = "work", .kind = "duration", .distribution = law},
             {.actor = "work",
              .kind = "failure",
              .answers = AnswerKind::option,
              .options = {{"none"}, {"fails", fails_ppm}},
              .fault = true}} {}

  const std::vector<Question>& questions() const { return list; }
  void start(State& s, Context<Event>& out) const {
    s.left = steps;
    out.after({}, {});
  }
  void handle(State& s, const Event&, Context<Event>& out) const {
    s.done = out.now();
    if (s.left == 0) return;
    --s.left;
    const Duration takes = out.duration(0);
    const bool fails = out.choose(1) != 0;
    out.after(fails ? takes * 2 : takes, {});
  }
};

struct WorkView {
  static void canonical(const WorldOf<Work>& w, Bytes& bytes) {
    add(bytes, w.state.left);
    add(bytes, w.agenda.pending.empty() ? w.state.done.us : w.agenda.pending.front().at.us);
  }
  static std::int64_t layer(const WorldOf<Work>&) { return 0; }
  static std::vector<Gather> gathers() { return {Gather::most}; }
  static void take(Work::State&, std::vector<std::int64_t>& into) { into[0] = kNothing; }
  static void take_at_end(const WorldOf<Work>& w, std::vector<std::int64_t>& into) { into[0] = w.state.done.us; }
};

// Of the whole numbers from 0 to 9, cut to 4 (2 to 6 are nearest to it), 0 and 9: shares of 0.5, 0.2 and 0.3.
const Distribution kDigits = uniform(0, 9);
struct Digit {
  std::int64_t value;
  double share;
};
constexpr std::array<Digit, 3> kCutDigits{{{4, 0.5}, {0, 0.2}, {9, 0.3}}};

OddsCase work_case(std::int64_t threshold, std::optional<std::uint16_t> faults = std::nullopt) {
  return {.cut = {.faults = faults}, .horizon = seconds(1), .threshold = threshold};
}

using Law = std::map<std::int64_t, double>;  // of a sum

Law sum_of(const Law& a, const Law& b) {
  Law sum;
  for (const auto& [x, p] : a) {
    for (const auto& [y, q] : b) sum[x + y] += p * q;
  }
  return sum;
}
double at_least(const Law& law, std::int64_t threshold) {
  double p = 0;
  for (auto i = law.lower_bound(threshold); i != law.end(); ++i) p += i->second;
  return p;
}

TEST(Odds, OfASumOfDurationsAreThoseOfTheMultinomialLaw) {
  const Work model{5, kDigits, 0};
  constexpr std::array<double, 6> factorial{1, 1, 2, 6, 24, 120};
  for (std::int64_t threshold = 0; threshold <= 46; ++threshold) {
    double expected = 0;
    for (std::size_t fours = 0; fours <= 5; ++fours) {
      for (std::size_t nines = 0; fours + nines <= 5; ++nines) {
        const std::size_t zeros = 5 - fours - nines;
        if (static_cast<std::int64_t>(4 * fours + 9 * nines) < threshold) continue;
        expected += 120 / factorial[fours] / factorial[nines] / factorial[zeros] *
                    std::pow(0.5, static_cast<double>(fours)) * std::pow(0.3, static_cast<double>(nines)) *
                    std::pow(0.2, static_cast<double>(zeros));
      }
    }
    const auto e = support::explored(model, WorkView{}, work_case(threshold));
    EXPECT_NEAR(e.odds->worst, expected, 1e-14) << threshold;
    EXPECT_EQ(e.odds->best, e.odds->worst) << threshold;
  }
}

// With faults that are drawn, a step takes once or twice as long.
TEST(Odds, CountADrawnFaultWithItsProbability) {
  const Work model{4, kDigits, 250'000};
  Law step;
  for (const auto& [value, share] : kCutDigits) {
    step[value] += 0.75 * share;
    step[2 * value] += 0.25 * share;
  }
  const Law all = sum_of(sum_of(step, step), sum_of(step, step));
  for (const std::int64_t threshold : {1, 9, 25, 40, 72}) {
    const auto e = support::explored(model, WorkView{}, work_case(threshold));
    EXPECT_NEAR(e.odds->worst, at_least(all, threshold), 1e-14) << threshold;
    EXPECT_EQ(e.odds->best, e.odds->worst);
  }
}

// Two steps and one fault. The adversary knows how long the first takes when he must say whether it fails, and not how
// long the second will; if he waits, it is the second that fails.
TEST(Odds, PutABudgetedFaultWhereItDoesMostHarmOrNowhere) {
  const Work model{2, kDigits, 1};  // its probability plays no part
  bool adapts = false;
  for (std::int64_t threshold = 1; threshold <= 28; ++threshold) {
    Law now;
    Law later;
    Law never;
    double worst = 0;
    for (const auto& [first, p] : kCutDigits) {
      Law if_now;
      Law if_later;
      for (const auto& [second, q] : kCutDigits) {
        if_now[2 * first + second] += q;
        if_later[first + 2 * second] += q;
        never[first + second] += p * q;
        now[2 * first + second] += p * q;
        later[first + 2 * second] += p * q;
      }
      worst += p * std::max(at_least(if_now, threshold), at_least(if_later, threshold));
    }
    const auto e = support::explored(model, WorkView{}, work_case(threshold, 1));
    EXPECT_NEAR(e.odds->worst, worst, 1e-14) << threshold;
    EXPECT_NEAR(e.odds->best, at_least(never, threshold), 1e-14) << threshold;
    adapts = adapts || worst > 0.01 + std::max(at_least(now, threshold), at_least(later, threshold));
  }
  EXPECT_TRUE(adapts);  // for some threshold he does better than by a fault whose place was fixed beforehand
}

// Tried again until it works, at most so often. Gathered: 1 if it never did.
struct Retry {
  struct Event {
    bool operator==(const Event&) const = default;
    friend auto fields(const Event&) { return std::tie(); }
  };
  struct State {
    std::int32_t failed = 0;
    bool operator==(const State&) const = default;
    [[maybe_unused]] friend auto fields(const State& s) { return std::tie(s.failed); }
  };

  std::int32_t tries;
  std::vector<Question> list{{.actor = "job",
                              .kind = "failure",
                              .answers = AnswerKind::option,
                              .options = {{"none"}, {"fails", 300'000}},
                              .fault = true}};

  const std::vector<Question>& questions() const { return list; }
  void start(State&, Context<Event>& out) const { out.after({}, {}); }
  void handle(State& s, const Event&, Context<Event>& out) const {
    if (out.choose(0) != 0 && ++s.failed < tries) out.after(seconds(1), {});
  }
};

struct RetryView {
  std::int32_t tries;
  static void canonical(const WorldOf<Retry>& w, Bytes& bytes) {
    add(bytes, w.state.failed);
    add(bytes, w.agenda.pending.empty() ? 0 : 1);
  }
  static std::int64_t layer(const WorldOf<Retry>&) { return 0; }
  static std::vector<Gather> gathers() { return {Gather::most}; }
  void take(Retry::State& s, std::vector<std::int64_t>& into) const { into[0] = s.failed == tries ? 1 : kNothing; }
  void take_at_end(const WorldOf<Retry>& w, std::vector<std::int64_t>& into) const {
    into[0] = w.state.failed == tries ? 1 : 0;
  }
};

TEST(Odds, OfRetriesThatAllFailArePowersOfOne) {
  for (const std::int32_t tries : {1, 2, 3, 10}) {
    const Retry model{.tries = tries};
    const auto e = support::explored(model, RetryView{tries}, {.horizon = hours(1), .threshold = 1});
    EXPECT_NEAR(e.odds->worst, std::pow(0.3, tries), 1e-15);
    EXPECT_EQ(e.odds->best, e.odds->worst);
    const auto budgeted =
        support::explored(model, RetryView{tries}, {.cut = {.faults = 2}, .horizon = hours(1), .threshold = 1});
    EXPECT_EQ(budgeted.odds->best, 0);
    EXPECT_EQ(budgeted.odds->worst, tries <= 2 ? 1 : 0);
  }
}

// Left takes 0, 4 or 9 microseconds, and right 4. Gathered: 1 if right is there first.
struct Race {
  struct Event {
    bool right = false;
    bool operator==(const Event&) const = default;
    friend auto fields(const Event& e) { return std::tie(e.right); }
  };
  struct State {
    std::uint8_t arrived = 0;
    bool right_won = false;
    bool operator==(const State&) const = default;
    [[maybe_unused]] friend auto fields(const State& s) { return std::tie(s.arrived, s.right_won); }
  };

  std::vector<Question> list{
      {.actor = "left", .kind = "duration", .distribution = kDigits}, order("left"), order("right")};

  static Question order(std::string actor) {
    return {.actor = std::move(actor),
            .kind = "order",
            .answers = AnswerKind::option,
            .options = {{"in turn", 0}, {"goes first", 500'000}},
            .drawn = false};
  }
  const std::vector<Question>& questions() const { return list; }
  void start(State&, Context<Event>& out) const {
    out.after(out.duration(0), {.right = false});
    out.after(Duration{4}, {.right = true});
  }
  void handle(State& s, const Event& e, Context<Event>&) const {
    if (s.arrived++ == 0) s.right_won = e.right;
  }
  Footprint footprint(const Event&) const { return {.writes = 1}; }
  QuestionId order_question(const Event& e) const { return e.right ? 2 : 1; }
};
static_assert(OrdersTies<Race>);

struct RaceView {
  static void canonical(const WorldOf<Race>& w, Bytes& bytes) {
    add(bytes, w.state.arrived);
    add(bytes, w.state.right_won ? 1 : 0);
    for (const auto& next : w.agenda.pending.sorted()) {
      add(bytes, next.at.us);
      add(bytes, next.payload.right ? 1 : 0);
    }
  }
  static std::int64_t layer(const WorldOf<Race>&) { return 0; }
  static std::vector<Gather> gathers() { return {Gather::most}; }
  static void take(Race::State&, std::vector<std::int64_t>& into) { into[0] = kNothing; }
  static void take_at_end(const WorldOf<Race>& w, std::vector<std::int64_t>& into) {
    into[0] = w.state.right_won ? 1 : 0;
  }
};

TEST(Odds, OfARaceLeaveTheTieToTheAdversary) {
  const Race model;
  const auto e = support::explored(model, RaceView{}, {.horizon = seconds(1), .threshold = 1});
  EXPECT_NEAR(e.odds->best, 0.3, 1e-15);
  EXPECT_NEAR(e.odds->worst, 0.8, 1e-15);
}

// ---- small graphs, written down

struct Leaf {
  std::uint32_t to = Graph::kEnd;
  std::int64_t gathered = kNothing;
};
// Of an event: a choice with an answer to each of `below`, or, where there are none, what it leads to.
struct Tree {
  QuestionId question = 0;
  std::vector<Tree> below;
  Leaf leaf;
};
Tree leaf(std::uint32_t to, std::int64_t gathered) { return {.leaf = {to, gathered}}; }
Tree choice(QuestionId q, std::vector<Tree> below) { return {.question = q, .below = std::move(below)}; }

struct TreeSpace {
  std::vector<Tree> trees;  // by node; edges lead to greater numbers
  Gather how = Gather::most;
};

void add_edges(Graph& graph, std::uint32_t node, const Tree& t, std::vector<Branch>& branches) {
  if (t.below.empty()) {
    std::uint32_t deviations = 0;
    for (const Branch& b : branches) deviations += b.taken != 0 ? 1 : 0;
    const std::array<std::int64_t, 1> gathered{t.leaf.gathered};
    return graph.add_edge(node, t.leaf.to, deviations, gathered, branches);
  }
  for (std::size_t i = 0; i < t.below.size(); ++i) {
    branches.push_back({.question = t.question,
                        .taken = static_cast<std::uint16_t>(i),
                        .of = static_cast<std::uint16_t>(t.below.size())});
    add_edges(graph, node, t.below[i], branches);
    branches.pop_back();
  }
}

Graph graph_of(const TreeSpace& space, bool keeps_branches = true) {
  Graph graph{{space.how}, keeps_branches};
  for (std::size_t n = 0; n < space.trees.size(); ++n) graph.add_node();
  std::vector<Branch> branches;
  for (std::uint32_t n = 0; n < space.trees.size(); ++n) add_edges(graph, n, space.trees[n], branches);
  return graph;
}

// What answers each choice of an adversary, by place: the node, and the answers before it in the same event.
using Place = std::vector<std::uint32_t>;
using Strategy = std::map<Place, std::size_t>;

// Every way from the root to the end that a strategy leaves, with what is gathered on it.
void outcomes(const TreeSpace& s, const std::vector<CutLaw>& laws, const Strategy& strategy, const Tree& t, Place place,
              double p, std::int64_t gathered, Law& into) {
  if (t.below.empty()) {
    gathered = std::max(gathered, t.leaf.gathered);
    if (t.leaf.to == Graph::kEnd)
      into[gathered] += p;
    else
      outcomes(s, laws, strategy, s.trees[t.leaf.to], {t.leaf.to}, p, gathered, into);
    return;
  }
  for (std::uint32_t i = 0; i < t.below.size(); ++i) {
    if (!laws[t.question].drawn && strategy.at(place) != i) continue;
    Place next = place;
    next.push_back(i);
    const double share = laws[t.question].drawn ? laws[t.question].share[i] : 1;
    outcomes(s, laws, strategy, t.below[i], next, p * share, gathered, into);
  }
}

void adversarial(const std::vector<CutLaw>& laws, const Tree& t, const Place& place,
                 std::vector<std::pair<Place, std::size_t>>& into) {
  if (!t.below.empty() && !laws[t.question].drawn) into.emplace_back(place, t.below.size());
  for (std::uint32_t i = 0; i < t.below.size(); ++i) {
    Place next = place;
    next.push_back(i);
    adversarial(laws, t.below[i], next, into);
  }
}

// The law of what is gathered, under every strategy there is.
std::vector<Law> laws_of_all_strategies(const TreeSpace& s, const std::vector<CutLaw>& laws) {
  std::vector<std::pair<Place, std::size_t>> places;
  for (std::uint32_t n = 0; n < s.trees.size(); ++n) adversarial(laws, s.trees[n], {n}, places);
  std::vector<std::size_t> answers(places.size());
  std::vector<Law> all;
  while (true) {
    Strategy strategy;
    for (std::size_t i = 0; i < places.size(); ++i) strategy[places[i].first] = answers[i];
    outcomes(s, laws, strategy, s.trees[0], {0}, 1, kNothing, all.emplace_back());
    std::size_t i = 0;
    while (i < places.size() && ++answers[i] == places[i].second) answers[i++] = 0;
    if (i == places.size()) return all;
  }
}

struct Drawn {
  TreeSpace space;
  std::vector<CutLaw> laws;
};

// Random trees over a few nodes; at most so many choices are an adversary's.
Drawn draw(std::uint64_t seed, std::size_t adversaries_most) {
  support::SplitMix random{seed};
  Drawn d;
  const std::size_t nodes = 1 + random.below(4);
  std::size_t adversaries = 0;
  const std::function<Tree(std::size_t, std::size_t)> tree = [&](std::size_t node, std::size_t depth) {
    if (depth == 0 || (depth == 1 && random.below(3) == 0)) {
      const std::size_t to = node + 1 + random.below(nodes - node);
      const std::int64_t gathered = random.below(3) == 0 ? kNothing : static_cast<std::int64_t>(random.below(6));
      return leaf(to >= nodes ? Graph::kEnd : static_cast<std::uint32_t>(to), gathered);
    }
    const auto question = static_cast<QuestionId>(d.laws.size());
    d.laws.emplace_back();
    CutLaw law;
    law.drawn = adversaries == adversaries_most || random.below(2) == 0;
    if (!law.drawn) ++adversaries;
    std::vector<Tree> below;
    const std::size_t answers = 2 + random.below(2);
    double sum = 0;
    for (std::size_t i = 0; i < answers; ++i) {
      below.push_back(tree(node, depth - 1));
      law.share.push_back(static_cast<double>(1 + random.below(4)));
      sum += law.share.back();
    }
    for (double& share : law.share) share /= sum;
    if (!law.drawn) law.share.clear();
    d.laws[question] = law;
    return choice(question, std::move(below));
  };
  for (std::size_t n = 0; n < nodes; ++n) d.space.trees.push_back(tree(n, 1 + random.below(2)));
  return d;
}

constexpr std::array<std::int64_t, 9> kFigures{0, 1, 2, 3, 4, 5, 6, -1, 3};  // more than one pass answers, in any order

RC_GTEST_PROP(Odds, AreThoseOfTheBestAndTheWorstOfAllStrategies, (std::uint64_t seed)) {
  const Drawn d = draw(seed, 6);
  const Graph graph = graph_of(d.space);
  const std::vector<Law> all = laws_of_all_strategies(d.space, d.laws);
  RC_CLASSIFY(all.size() > 1, "an adversary");
  RC_CLASSIFY(all.size() > 8, "more than eight strategies");
  for (std::int64_t threshold = 0; threshold <= 6; ++threshold) {
    double best = 1;
    double worst = 0;
    for (const Law& law : all) {
      best = std::min(best, at_least(law, threshold));
      worst = std::max(worst, at_least(law, threshold));
    }
    const auto exact = odds(graph, d.laws, 0, threshold);
    RC_ASSERT(exact.has_value());
    RC_ASSERT(std::fabs(exact->best - best) < 1e-14);
    RC_ASSERT(std::fabs(exact->worst - worst) < 1e-14);

    // The law of the figure is that of one of the worst strategies, for all figures the same one.
    const auto law = reached(graph, d.laws, 0, threshold, kFigures);
    RC_ASSERT(law.has_value());
    RC_ASSERT(law->size() == kFigures.size());
    RC_ASSERT(std::any_of(all.begin(), all.end(), [&](const Law& candidate) {
      if (std::fabs(at_least(candidate, threshold) - worst) > 1e-14) return false;
      for (std::size_t i = 0; i < kFigures.size(); ++i) {
        if (std::fabs(at_least(candidate, kFigures[i]) - (*law)[i]) > 1e-14) return false;
      }
      return true;
    }));
  }
}

// The test above can fail: an adversary who is asked before the draw is another than one who is asked after it.
TEST(Odds, HangOnWhoComesFirst) {
  const std::vector<CutLaw> laws{{.share = {0.5, 0.5}, .drawn = true}, {.drawn = false}};
  const auto guess = [&](bool right) { return leaf(Graph::kEnd, right ? 1 : 0); };
  const TreeSpace after{
      .trees = {choice(0, {choice(1, {guess(true), guess(false)}), choice(1, {guess(false), guess(true)})})}};
  const TreeSpace before{
      .trees = {choice(1, {choice(0, {guess(true), guess(false)}), choice(0, {guess(false), guess(true)})})}};
  EXPECT_EQ(odds(graph_of(after), laws, 0, 1), (Odds{0, 1}));
  EXPECT_EQ(odds(graph_of(before), laws, 0, 1), (Odds{0.5, 0.5}));
}

TEST(Reached, IsUnderTheFirstOfTheAnswersThatAreEquallyBad) {
  const std::vector<CutLaw> laws{{.drawn = false}};
  const std::array<std::int64_t, 2> figures{5, 9};
  const TreeSpace lower{.trees = {choice(0, {leaf(Graph::kEnd, 0), leaf(Graph::kEnd, 5), leaf(Graph::kEnd, 9)})}};
  EXPECT_EQ(reached(graph_of(lower), laws, 0, 5, figures), (std::vector<double>{1, 0}));
  const TreeSpace higher{.trees = {choice(0, {leaf(Graph::kEnd, 0), leaf(Graph::kEnd, 9), leaf(Graph::kEnd, 5)})}};
  EXPECT_EQ(reached(graph_of(higher), laws, 0, 5, figures), (std::vector<double>{1, 1}));
}

TEST(Reached, LetsTheLastDigitsDecideNothing) {
  const std::vector<CutLaw> laws{{.drawn = false},
                                 {.share = {0.5 - 1e-15, 0.5 + 1e-15}, .drawn = true},
                                 {.share = {0.5 + 1e-15, 0.5 - 1e-15}, .drawn = true}};
  const TreeSpace space{.trees = {choice(0, {choice(1, {leaf(Graph::kEnd, 5), leaf(Graph::kEnd, 0)}),
                                             choice(2, {leaf(Graph::kEnd, 9), leaf(Graph::kEnd, 0)})})}};
  const std::array<std::int64_t, 1> figures{9};
  EXPECT_EQ(reached(graph_of(space), laws, 0, 5, figures), (std::vector<double>{0}));
  EXPECT_EQ(odds(graph_of(space), laws, 0, 5), (Odds{0.5 - 1e-15, 0.5 + 1e-15}));  // and the odds are exact
}

TEST(Odds, OfAFigureAreTheSameWhicheverPassAnswers) {
  const Work model{4, kDigits, 250'000};
  const auto e = support::explored(model, WorkView{}, work_case(20));
  std::vector<std::int64_t> figures;
  for (std::int64_t f = 0; f <= 73; ++f) figures.push_back(f);
  const auto law = reached(e.exploration.graph, e.laws, 0, 20, figures);
  ASSERT_TRUE(law);
  for (std::size_t i = 0; i < figures.size(); ++i) {
    EXPECT_EQ((*law)[i], odds(e.exploration.graph, e.laws, 0, figures[i])->worst) << figures[i];
  }
  EXPECT_TRUE(std::is_sorted(law->rbegin(), law->rend()));
  EXPECT_EQ(reached(e.exploration.graph, e.laws, 0, 20, {}), std::vector<double>{});
}

TEST(Figures, AreThoseThatAreGatheredOrAsManyOfThemEvenly) {
  TreeSpace space{.trees = {choice(0, {})}};
  for (const std::int64_t f : {40, 10, 30, 10, 20, 50}) space.trees[0].below.push_back(leaf(Graph::kEnd, f));
  space.trees[0].below.push_back(leaf(Graph::kEnd, kNothing));
  const Graph graph = graph_of(space);
  EXPECT_EQ(figures(graph, 0, 5), (std::vector<std::int64_t>{10, 20, 30, 40, 50}));
  EXPECT_EQ(figures(graph, 0, 3), (std::vector<std::int64_t>{10, 30, 50}));
  EXPECT_EQ(figures(graph, 0, 2), (std::vector<std::int64_t>{10, 50}));
}

TEST(Odds, AreNoneWhereTheGraphDoesNotTell) {
  const std::vector<CutLaw> laws{{.drawn = false}};
  TreeSpace space{.trees = {choice(0, {leaf(1, 0), leaf(Graph::kEnd, 1)}), leaf(Graph::kEnd, 2)}};
  EXPECT_TRUE(odds(graph_of(space), laws, 0, 1));
  EXPECT_FALSE(odds(graph_of(space, false), laws, 0, 1));  // without branches
  Graph begun{{Gather::most}, true};
  begun.add_node();
  EXPECT_FALSE(odds(begun, laws, 0, 1));  // not to its end
  space.how = Gather::sum;
  EXPECT_FALSE(odds(graph_of(space), laws, 0, 1));
}

// Ten thousand draws, one after the other, with an outcome that is known: whatever is lost in rounding adds up.
TEST(Odds, LoseLittleOverALongPath) {
  constexpr std::uint32_t nodes = 10'000;
  TreeSpace space;
  for (std::uint32_t n = 0; n < nodes; ++n) {
    const std::uint32_t next = n + 1 == nodes ? Graph::kEnd : n + 1;
    space.trees.push_back(choice(0, {leaf(next, 0), leaf(next, 0), leaf(Graph::kEnd, 1)}));
  }
  const std::vector<CutLaw> laws{{.share = {0.7, 0.2999, 0.0001}}};
  const double expected = -std::expm1(nodes * std::log1p(-0.0001));
  const auto exact = odds(graph_of(space), laws, 0, 1);
  ASSERT_TRUE(exact);
  EXPECT_NEAR(exact->worst, expected, 3 * nodes * 0x1p-52 * expected);  // as the header says
}

// ---- against campaigns

TEST(OddsBesideACampaign, LieInItsIntervalWhereAllIsDrawn) {
  for (const std::int32_t fails : {0, 200'000}) {
    for (const Distribution& law : {kDigits, window(0, 3'000, 9'000), exponential(10, 1'000, 9'000),
                                    lognormal(100, 2'000, 20'000), triangular(0, 5'000, 9'000)}) {
      const Work model{4, law, fails};
      const auto e = support::expect_campaign_agrees(model, WorkView{}, work_case(4 * law.usual + 1));
      EXPECT_EQ(e.odds->best, e.odds->worst);
      EXPECT_GT(e.odds->worst, 0.02);
      EXPECT_LT(e.odds->worst, 0.98);
    }
  }
  const Retry retry{.tries = 2};
  support::expect_campaign_agrees(retry, RetryView{2}, {.horizon = hours(1), .threshold = 1});
}

TEST(OddsBesideACampaign, LieInItsIntervalAtAResolution) {
  for (const std::int64_t step : {1'000, 2'500, 7'000, 8'500}) {
    const Work model{3, window(500, 3'000, 9'000), 100'000};
    OddsCase c = work_case(12'000);
    c.cut.resolution = Duration{step};
    const auto e = support::expect_campaign_agrees(model, WorkView{}, c);
    EXPECT_EQ(e.odds->best, e.odds->worst);
  }
}

TEST(OddsBesideACampaign, SpanItWhereAnAdversaryAnswers) {
  const Race race;
  support::expect_campaign_agrees(race, RaceView{}, {.horizon = seconds(1), .threshold = 1});
  const Work work{3, kDigits, 400'000};
  const auto e = support::expect_campaign_agrees(work, WorkView{}, work_case(20, 1));
  EXPECT_LT(e.odds->best + 0.1, e.odds->worst);
}

// Two managers under three-valued durations, refusals and crashes. Gathered: how many managers abort, or 9 if one
// waits.
struct CommitView {
  using Commit = toys::TwoPhaseCommit;
  static void canonical(const WorldOf<Commit>& w, Bytes& bytes) {
    for (const Commit::Phase p : w.state.managers) bytes.push_back(static_cast<std::uint8_t>(p));
    bytes.push_back(static_cast<std::uint8_t>(w.state.coordinator.written));
    bytes.push_back(static_cast<std::uint8_t>(w.state.coordinator.prepared));
    bytes.push_back(w.state.coordinator.down ? 1 : 0);
    for (const auto& next : w.agenda.pending.sorted()) {
      add(bytes, next.at.us);
      bytes.push_back(static_cast<std::uint8_t>(next.payload.what));
      bytes.push_back(next.payload.manager);
      bytes.push_back(next.payload.yes ? 1 : 0);
    }
  }
  static std::int64_t layer(const WorldOf<Commit>&) { return 0; }
  static std::vector<Gather> gathers() { return {Gather::most}; }
  static void take(Commit::State&, std::vector<std::int64_t>& into) { into[0] = kNothing; }
  static void take_at_end(const WorldOf<Commit>& w, std::vector<std::int64_t>& into) {
    into[0] = toys::decided(w.state) ? static_cast<std::int64_t>(toys::count(w.state, Commit::Phase::aborted)) : 9;
  }
};

TEST(OddsBesideACampaign, LieInItsIntervalForTwoPhaseCommit) {
  const toys::TwoPhaseCommit model{2};
  for (const auto& [threshold, horizon] : {std::pair{1, minutes(10)}, std::pair{9, seconds(60)}}) {
    const auto e = support::expect_campaign_agrees(
        model, CommitView{}, {.cut = {.negligible = seconds(2)}, .horizon = horizon, .threshold = threshold});
    EXPECT_EQ(e.odds->best, e.odds->worst);
    EXPECT_GT(e.odds->worst, 0.02);
    EXPECT_LT(e.odds->worst, 0.98);
  }
}

// Answers that the scenario gives are no branches, and the campaign has them as well.
TEST(OddsBesideACampaign, AgreeOnGivenAnswers) {
  const Work model{4, kDigits, 200'000};
  OddsCase c = work_case(20);
  c.fixed = {{.question = 0, .occurrence = 1, .answer = 9}, {.question = 1, .occurrence = 2, .answer = 1}};
  const auto e = support::expect_campaign_agrees(model, WorkView{}, c);
  const auto without = support::explored(model, WorkView{}, work_case(20));
  EXPECT_GT(e.odds->worst, without.odds->worst + 0.1);
}

}  // namespace
}  // namespace converge::sim
