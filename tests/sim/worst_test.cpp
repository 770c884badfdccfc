#include "sim/worst.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "sim/schedule.hpp"
#include "sim/world.hpp"

namespace converge::sim {
namespace {

Question takes(std::string actor, std::int64_t least, std::int64_t usual, std::int64_t most) {
  return {.actor = std::move(actor),
          .kind = "takes",
          .answers = AnswerKind::duration,
          .distribution = window(least, usual, most),
          .options = {}};
}

Question fault(std::string actor, std::vector<Option> options) {
  options.insert(options.begin(), Option{"none", 0});
  return {.actor = std::move(actor),
          .kind = "fault",
          .answers = AnswerKind::option,
          .distribution = {},
          .options = std::move(options),
          .fault = true};
}

// One after the other: each asks for a fault and takes its time, a fault costs 1'000 more. The margin is what is left
// of 10'000.
class Chain {
 public:
  explicit Chain(std::uint32_t links) : links_{links} {
    questions_.push_back(takes("link", 10, 50, 100));
    questions_.push_back(fault("link", {{"fails", 1'000}, {"never declared", 0}}));
    questions_.push_back(
        {.actor = "link", .kind = "bits", .answers = AnswerKind::bits, .distribution = {}, .options = {}});
  }
  const std::vector<Question>& questions() const { return questions_; }

  Tried run(Chooser& chooser) const {
    Tried tried{.margin = 10'000};
    Instant now;
    for (std::uint32_t i = 0; i < links_; ++i) {
      const auto ask = [&](QuestionId q) {
        tried.answers.push_back({now, q, i, chooser.answer(q, i)});
        return tried.answers.back().answer;
      };
      ask(2);
      const std::int64_t failed = ask(1);
      const std::int64_t took = ask(0);
      EXPECT_GE(took, 10);
      EXPECT_LE(took, 100);
      EXPECT_NE(failed, 2) << "a fault that has no probability";
      tried.margin -= took + (failed != 0 ? 1'000 : 0);
      now = now + Duration{took};
    }
    tried.violated = tried.margin < 0;
    return tried;
  }

 private:
  std::uint32_t links_;
  std::vector<Question> questions_;
};

Worst search(const Chain& chain, const WorstOptions& options) {
  return worst(chain.questions(), [&](Chooser& c) { return chain.run(c); }, options);
}

TEST(Worst, ReachesTheKnownWorstOfAChainWithEveryFaultThatItMaySpend) {
  const Chain chain{20};
  for (const unsigned faults_most : {0U, 1U, 3U}) {
    const Worst found = search(chain, {.tries = 600, .faults_most = faults_most});
    EXPECT_EQ(found.margin, 10'000 - 20 * 100 - 1'000 * std::int64_t{faults_most});
    EXPECT_FALSE(found.violated);
    EXPECT_EQ(found.tries, 600U);
  }
}

TEST(Worst, ItsDeviationsReplayedOverTheNominalRunGiveTheSameMargin) {
  const Chain chain{20};
  const Worst found = search(chain, {.seed = 7, .tries = 50});
  NominalChooser nominal{chain.questions()};
  ReplayedChooser replayed{nominal, found.deviations};
  EXPECT_EQ(chain.run(replayed).margin, found.margin);
  EXPECT_LT(found.margin, chain.run(nominal).margin);
}

TEST(Worst, IsAPureFunctionOfItsSeed) {
  const Chain chain{20};
  const Worst once = search(chain, {.seed = 3, .tries = 200});
  const Worst again = search(chain, {.seed = 3, .tries = 200});
  EXPECT_EQ(once.deviations, again.deviations);
  EXPECT_EQ(once.found_by_try, again.found_by_try);
  EXPECT_EQ(once.progress, again.progress);
  EXPECT_NE(search(chain, {.seed = 4, .tries = 200}).progress, once.progress);
}

TEST(Worst, TheFirstTryIsTheNominalRun) {
  const Chain chain{20};
  const Worst found = search(chain, {.tries = 1});
  EXPECT_EQ(found.margin, 10'000 - 20 * 50);
  EXPECT_TRUE(found.deviations.empty());
  EXPECT_EQ(found.progress, Worst{}.progress);
}

TEST(Worst, StopsAtAViolationIfAskedAndGoesOnIfNot) {
  const Chain chain{120};  // usually 6'000; at most 12'000
  const Worst stopped = search(chain, {.tries = 500, .stops_at_violation = true});
  ASSERT_TRUE(stopped.violated);
  EXPECT_EQ(stopped.tries, *stopped.violated_by_try);
  EXPECT_EQ(stopped.tries, stopped.found_by_try);
  EXPECT_LT(stopped.tries, 500U);
  const Worst whole = search(chain, {.tries = 500});
  EXPECT_EQ(whole.tries, 500U);
  EXPECT_EQ(whole.violated_by_try, stopped.violated_by_try);
  EXPECT_LT(whole.margin, stopped.margin);
}

TEST(Worst, AnswersStayInTheirDomainsUnderEveryStrategyAlone) {
  const Chain chain{20};  // its run() checks every answer
  for (std::size_t i = 0; i < kStrategies; ++i) {
    WorstOptions options{.tries = 100, .faults_most = 2};
    options.weights = {};
    options.weights[i] = 1;
    std::uint64_t faults_seen = 0;
    const Try attempt = [&](Chooser& c) {
      const Tried tried = chain.run(c);
      const auto faults = std::count_if(tried.answers.begin(), tried.answers.end(),
                                        [](const Answered& a) { return a.question == 1 && a.answer != 0; });
      EXPECT_LE(faults, 2);
      faults_seen += static_cast<std::uint64_t>(faults);
      return tried;
    };
    const Worst found = worst(chain.questions(), attempt, options);
    EXPECT_EQ(found.progress[i].tries, 99U) << name(static_cast<Strategy>(i));
    if (static_cast<Strategy>(i) != Strategy::sampled) {
      EXPECT_GT(faults_seen, 0U);
    }
  }
}

// Three locks behind each other, each opened by a fault at one occurrence of 120. The margin says nothing until all
// are open: only what is new on the way can guide.
TEST(Worst, WhatIsNewGuidesItWhereTheMarginDoesNot) {
  const std::vector<Question> questions{fault("lock", {{"turned", 100}})};
  const std::vector<std::uint32_t> keys{13, 62, 104};
  const Try attempt = [&](Chooser& chooser) {
    Tried tried{.margin = 1};
    std::size_t open = 0;
    for (std::uint32_t i = 0; i < 120; ++i) {
      const Instant now{std::int64_t{i}};
      tried.answers.push_back({now, 0, i, chooser.answer(0, i)});
      if (tried.answers.back().answer != 0 && open < keys.size() && i == keys[open]) {
        tried.reached.push_back({++open, now});
      }
    }
    tried.violated = open == keys.size();
    return tried;
  };
  WorstOptions options{.tries = 6'000, .faults_most = 6, .stops_at_violation = true};
  options.weights = {0, 1, 0, 1, 0};
  const Worst guided = worst(questions, attempt, options);
  EXPECT_TRUE(guided.violated);
  EXPECT_EQ(guided.features, 3U);
  EXPECT_GE(guided.deviations.size(), 3U);
  options.weights = {1, 1, 0, 0, 0};  // without guidance
  EXPECT_FALSE(worst(questions, attempt, options).violated);
}

// Whatever is forked comes from the nominal run in the end, so the half before the fork is always that of the nominal
// run, and the half behind it is not.
TEST(Worst, AForkKeepsWhatCameBeforeItAndChangesWhatComesAfter) {
  const Chain chain{40};
  WorstOptions options{.tries = 100};
  options.weights = {0, 0, 0, 0, 1};
  std::set<std::vector<std::int64_t>> before;
  std::set<std::vector<std::int64_t>> after;
  const Try attempt = [&](Chooser& c) {
    Tried tried = chain.run(c);
    std::vector<std::int64_t> first;
    std::vector<std::int64_t> second;
    for (const Answered& a : tried.answers) {
      if (a.occurrence == 20 && !tried.fell_at) tried.fell_at = a.at;
      (a.occurrence < 20 ? first : second).push_back(a.answer);
    }
    before.insert(first);
    after.insert(second);
    return tried;
  };
  worst(chain.questions(), attempt, options);
  EXPECT_EQ(before.size(), 1U);
  EXPECT_GT(after.size(), 50U);
}

}  // namespace
}  // namespace converge::sim
