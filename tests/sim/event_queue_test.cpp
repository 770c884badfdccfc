// The event queue against std::set, which is slow and beyond doubt.
#include "sim/event_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/support/splitmix.hpp"

namespace converge::sim {
namespace {

using support::SplitMix;

struct Note {
  std::uint64_t text = 0;
  std::uint64_t more = 0;
  bool operator==(const Note&) const = default;
  friend constexpr auto fields(const Note& n) { return std::tie(n.text, n.more); }
};

struct Wide {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  bool operator==(const Wide&) const = default;
  friend constexpr auto fields(const Wide& w) { return std::tie(w.a, w.b, w.c); }
};

using Queue = EventQueue<Note>;
using Entry = Queue::Entry;

static_assert(std::regular<Queue>);
static_assert(std::is_nothrow_move_constructible_v<Queue> && std::is_nothrow_move_assignable_v<Queue>);
static_assert(HashesItself<Queue>);
static_assert(sizeof(Entry) == 32);
static_assert(ListsEveryField<Entry>);

// A state that holds a queue hashes it like any other field.
struct Holder {
  Queue queue;
  std::uint32_t other = 0;
  bool operator==(const Holder&) const = default;
  friend auto fields(const Holder& h) { return std::tie(h.queue, h.other); }
};
static_assert(ListsEveryField<Holder>);

struct Sooner {
  bool operator()(const Entry& a, const Entry& b) const { return a.at != b.at ? a.at < b.at : a.order < b.order; }
};
using Model = std::set<Entry, Sooner>;

Entry entry(std::int64_t at, std::uint64_t order) { return {Instant{at}, order, {order * 3, order ^ 5}}; }
void push(Queue& queue, const Entry& e) { queue.push(e.at, e.order, e.payload); }

// The queue and its model, always given the same.
struct Pair {
  Queue queue;
  Model model;

  void push(const Entry& e) {
    sim::push(queue, e);
    ASSERT_TRUE(model.insert(e).second);
  }
  void pop() {
    ASSERT_EQ(queue.front(), *model.begin());
    ASSERT_EQ(queue.pop(), *model.begin());
    model.erase(model.begin());
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.empty(), model.empty());
  }
  void drain() {
    while (!model.empty()) ASSERT_NO_FATAL_FAILURE(pop());
    ASSERT_TRUE(queue.empty());
  }
  void compare() const { ASSERT_EQ(queue.sorted(), std::vector<Entry>(model.begin(), model.end())); }
};

struct Delays {
  std::string name;
  std::function<std::int64_t(SplitMix&)> draw;
};

std::int64_t whole(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// The shapes on which ladder and calendar queues are usually compared, and those that break them.
std::vector<Delays> delays() {
  return {
      {"none", [](SplitMix&) { return 0; }},
      {"a few instants", [](SplitMix& r) { return whole(r.below(3)); }},
      {"uniform", [](SplitMix& r) { return whole(r.below(1'000'000)); }},
      {"narrow", [](SplitMix& r) { return 1'000'000 + whole(r.below(100)); }},
      {"exponential",
       [](SplitMix& r) { return whole(r.below(std::uint64_t{1} << (10 + std::countl_zero(r.next() | 1)))); }},
      {"bimodal",
       [](SplitMix& r) { return r.below(10) == 0 ? 86'400'000'000 + whole(r.below(1'000)) : whole(r.below(50)); }},
      {"triangular", [](SplitMix& r) { return whole(r.below(1'000'000) + r.below(1'000'000)); }},
      {"all magnitudes", [](SplitMix& r) { return whole(r.next() >> (2 + r.below(62))); }},
      {"mostly at once, some hardly ever",
       [](SplitMix& r) { return r.below(50) == 0 ? whole(r.next() >> 3U) : whole(r.below(2)); }},
      {"cadences", [](SplitMix& r) { return 60'000'000 * whole(1 + r.below(4) * r.below(4)); }},
  };
}

// Where the sum would overflow stands "never", as in a simulation.
std::int64_t after(std::int64_t now, std::int64_t delay) {
  return now > 0 && delay > never.us - now ? never.us : now + delay;
}

class EventQueueDelays : public testing::TestWithParam<std::size_t> {};

// As a simulation does: nothing before now, emissions counted upward; the number pending swells and ebbs across the
// threshold and far beyond it.
TEST_P(EventQueueDelays, PopLikeASetWhateverTheyAre) {
  const Delays shape = delays()[GetParam()];
  SCOPED_TRACE(shape.name);
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SplitMix random(seed);
    Pair pair;
    std::uint64_t order = 0;
    std::int64_t now = 0;
    for (const std::size_t goal : {60U, 300U, 100U, 5'000U, 5'000U, 40U, 20'000U, 200U, 1'000U, 0U}) {
      const std::size_t steps = 2 * (std::max(goal, pair.model.size()) + 100);
      for (std::size_t i = 0; i < steps; ++i) {
        const bool more = pair.model.size() < goal ? random.below(4) != 0 : random.below(4) == 0;
        if (more || pair.model.empty()) {
          ASSERT_NO_FATAL_FAILURE(pair.push(entry(after(now, shape.draw(random)), order++)));
        } else {
          now = pair.model.begin()->at.us == never.us ? now : pair.model.begin()->at.us;
          ASSERT_NO_FATAL_FAILURE(pair.pop());
        }
      }
      ASSERT_NO_FATAL_FAILURE(pair.compare());
    }
    ASSERT_NO_FATAL_FAILURE(pair.drain());
  }
}

// The hold model: one pop, one push, many times over. Levels open, refine one another and close, with pushes into each.
TEST_P(EventQueueDelays, HoldLikeASetWhateverTheyAre) {
  const Delays shape = delays()[GetParam()];
  SCOPED_TRACE(shape.name);
  for (const std::size_t pending : {100U, 129U, 160U, 320U, 3'000U}) {
    SplitMix random(pending);
    Pair pair;
    std::uint64_t order = 0;
    for (; order < pending; ++order) ASSERT_NO_FATAL_FAILURE(pair.push(entry(shape.draw(random), order)));
    for (std::size_t i = 0; i < 40'000; ++i) {
      const std::int64_t now = pair.model.begin()->at.us;
      ASSERT_NO_FATAL_FAILURE(pair.pop());
      ASSERT_NO_FATAL_FAILURE(pair.push(entry(after(now, shape.draw(random)), order++)));
    }
    ASSERT_NO_FATAL_FAILURE(pair.drain());
  }
}

// Nothing of what a simulation promises: instants before the front, negative ones, orders at random.
TEST_P(EventQueueDelays, MayLeadIntoThePastAndComeInAnyOrder) {
  const Delays shape = delays()[GetParam()];
  SCOPED_TRACE(shape.name);
  SplitMix random(7);
  Pair pair;
  for (std::size_t i = 0; i < 60'000; ++i) {
    const bool more = random.below(16) < ((i / 5'000) % 2 == 0 ? 11U : 5U);
    if (more || pair.model.empty()) {
      const std::int64_t delay = shape.draw(random);
      const std::int64_t front = pair.model.empty() ? 0 : pair.model.begin()->at.us;
      const bool back = random.below(8) == 0 && front > std::numeric_limits<std::int64_t>::min() / 2;
      ASSERT_NO_FATAL_FAILURE(pair.push(entry(back ? front - delay / 2 - 1 : after(front, delay), random.next())));
    } else {
      ASSERT_NO_FATAL_FAILURE(pair.pop());
    }
  }
  ASSERT_NO_FATAL_FAILURE(pair.compare());
  ASSERT_NO_FATAL_FAILURE(pair.drain());
}

INSTANTIATE_TEST_SUITE_P(Shapes, EventQueueDelays, testing::Range(std::size_t{0}, delays().size()));

TEST(EventQueue, StartsEmpty) {
  const Queue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_TRUE(queue.sorted().empty());
  EXPECT_EQ(queue, Queue());
}

TEST(EventQueue, BreaksTiesByTheOrderOfEmission) {
  std::vector<Entry> entries = {entry(5, 1), entry(5, 2), entry(5, 3), entry(6, 0), entry(7, 4), entry(7, 9)};
  const std::vector<Entry> expected = entries;
  do {
    Queue queue;
    for (const Entry& e : entries) push(queue, e);
    EXPECT_EQ(queue.sorted(), expected);
    for (const Entry& e : expected) ASSERT_EQ(queue.pop(), e);
  } while (std::next_permutation(entries.begin(), entries.end(), Sooner{}));
}

TEST(EventQueue, OrdersTheEndsOfTimeAndOfTheOrder) {
  const std::int64_t first = std::numeric_limits<std::int64_t>::min();
  const std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  for (const std::size_t others : {0U, 100U, 1'000U, 10'000U}) {
    Pair pair;
    for (const std::int64_t at : {first, first + 1, std::int64_t{-1}, std::int64_t{0}, never.us - 1, never.us}) {
      for (const std::uint64_t order : {std::uint64_t{0}, std::uint64_t{1}, last - 1, last})
        pair.push(entry(at, order));
    }
    SplitMix random(others);
    for (std::size_t i = 0; i < others; ++i) pair.push(entry(static_cast<std::int64_t>(random.next()), 2 + i));
    ASSERT_NO_FATAL_FAILURE(pair.compare());
    for (std::size_t i = 0; i < others / 2; ++i) ASSERT_NO_FATAL_FAILURE(pair.pop());
    for (std::size_t i = 0; i < others; ++i) pair.push(entry(static_cast<std::int64_t>(random.next()), 2 + others + i));
    ASSERT_NO_FATAL_FAILURE(pair.drain());
  }
}

TEST(EventQueue, TakesAMillionEventsAtOneInstantInWhateverOrderTheyCome) {
  constexpr std::uint64_t count = 1'000'000;
  std::vector<std::uint64_t> orders(count);
  for (std::uint64_t i = 0; i < count; ++i) orders[i] = i;
  const auto check = [&] {
    Queue queue;
    for (const std::uint64_t order : orders) push(queue, entry(42, order));
    ASSERT_EQ(queue.size(), count);
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(queue.pop(), entry(42, i));
    ASSERT_TRUE(queue.empty());
  };
  ASSERT_NO_FATAL_FAILURE(check());
  std::reverse(orders.begin(), orders.end());
  ASSERT_NO_FATAL_FAILURE(check());
  SplitMix random(11);
  for (std::uint64_t i = count; i > 1; --i) std::swap(orders[i - 1], orders[random.below(i)]);
  ASSERT_NO_FATAL_FAILURE(check());
}

TEST(EventQueue, StaysQuickWhenEachOfAMillionEventsCausesAnotherAtTheSameInstant) {
  constexpr std::uint64_t pending = 200'000;
  Queue queue;
  for (std::uint64_t i = 0; i < pending; ++i) push(queue, entry(42, i));
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    ASSERT_EQ(queue.pop().order, i);
    push(queue, entry(42, pending + i));
  }
  EXPECT_EQ(queue.size(), pending);
}

// What no simulation does, and a stack does all day: each batch comes before all that is pending.
TEST(EventQueue, StaysQuickAndRightWhenUsedAsAStack) {
  for (const std::int64_t batch : {1, 100, 300, 5'000}) {
    SplitMix random(1);
    Pair pair;
    std::uint64_t order = 0;
    for (std::int64_t at = 1'000'000; at > 0;) {
      for (std::int64_t i = 0; i < batch && at > 0; ++i) ASSERT_NO_FATAL_FAILURE(pair.push(entry(at -= 10, order++)));
      for (std::int64_t i = 0; i < batch / 2; ++i) ASSERT_NO_FATAL_FAILURE(pair.pop());
      for (int i = 0; i < 3; ++i) pair.push(entry(whole(random.below(1'000'000)), order++));
    }
    ASSERT_NO_FATAL_FAILURE(pair.compare());
    ASSERT_NO_FATAL_FAILURE(pair.drain());
  }
}

TEST(EventQueue, AcceptsAnEventBeforeTheOneJustTaken) {
  for (const std::uint64_t count : {3U, 1'000U, 50'000U}) {
    Queue queue;
    for (std::uint64_t i = 0; i < count; ++i) push(queue, entry(1'000 + whole(i), i));
    EXPECT_EQ(queue.pop().at, Instant{1'000});
    push(queue, entry(10, count));
    push(queue, entry(-10, count + 1));
    EXPECT_EQ(queue.pop(), entry(-10, count + 1));
    EXPECT_EQ(queue.pop(), entry(10, count));
    EXPECT_EQ(queue.pop().at, Instant{1'001});
  }
}

TEST(EventQueue, CopiesGoTheirOwnWays) {
  for (const std::uint64_t count : {10U, 127U, 128U, 129U, 500U, 20'000U}) {
    SplitMix random(count);
    Pair pair;
    std::uint64_t order = 0;
    const auto work = [&](Pair& p, std::uint64_t steps) {
      for (std::uint64_t i = 0; i < steps; ++i) {
        if (!p.model.empty() && random.below(2) == 0) {
          ASSERT_NO_FATAL_FAILURE(p.pop());
        } else {
          ASSERT_NO_FATAL_FAILURE(p.push(entry(whole(random.below(100'000)), order++)));
        }
      }
    };
    while (order < count) pair.push(entry(whole(random.below(100'000)), order++));
    ASSERT_NO_FATAL_FAILURE(work(pair, count));

    Pair constructed = pair;
    Pair assigned;
    work(assigned, 1'000);
    assigned = pair;
    EXPECT_EQ(constructed.queue, pair.queue);
    EXPECT_EQ(assigned.queue, pair.queue);
    ASSERT_NO_FATAL_FAILURE(work(pair, 500));
    ASSERT_NO_FATAL_FAILURE(work(constructed, 700));
    ASSERT_NO_FATAL_FAILURE(work(assigned, 900));
    ASSERT_NO_FATAL_FAILURE(pair.drain());
    ASSERT_NO_FATAL_FAILURE(constructed.drain());
    ASSERT_NO_FATAL_FAILURE(assigned.drain());
  }
}

TEST(EventQueue, SurvivesBeingAssignedToItself) {
  for (const std::uint64_t count : {5U, 5'000U}) {
    Queue queue;
    for (std::uint64_t i = 0; i < count; ++i) push(queue, entry(whole(i * 7919 % 1'000), i));
    const Queue before = queue;
    Queue& same = queue;
    queue = same;
    EXPECT_EQ(queue, before);
  }
}

TEST(EventQueue, IsEmptyAndUsableOnceMovedFromOrCleared) {
  for (const std::uint64_t count : {5U, 5'000U}) {
    Queue full;
    for (std::uint64_t i = 0; i < count; ++i) push(full, entry(whole(i * 7919 % 1'000), i));
    const Queue before = full;

    Queue constructed = std::move(full);
    EXPECT_EQ(constructed, before);
    EXPECT_EQ(full, Queue());  // NOLINT(bugprone-use-after-move): the very point
    push(full, entry(never.us, 1));
    push(full, entry(3, 2));
    EXPECT_EQ(full.pop(), entry(3, 2));

    full = std::move(constructed);
    EXPECT_EQ(full, before);
    EXPECT_EQ(constructed, Queue());  // NOLINT(bugprone-use-after-move)
    push(constructed, entry(4, 4));
    EXPECT_EQ(constructed.pop(), entry(4, 4));

    full.clear();
    EXPECT_EQ(full, Queue());
    push(full, entry(never.us, 1));
    EXPECT_EQ(full.front(), entry(never.us, 1));
  }
}

// The same contents, by as many roads as we can think of.
std::vector<Queue> roads_to(const std::vector<Entry>& contents, std::uint64_t seed) {
  SplitMix random(seed);
  std::vector<Queue> queues;
  std::vector<Entry> entries = contents;
  std::sort(entries.begin(), entries.end(), Sooner{});

  Queue& ascending = queues.emplace_back();
  for (const Entry& e : entries) push(ascending, e);
  Queue& descending = queues.emplace_back();
  for (std::size_t i = entries.size(); i > 0; --i) push(descending, entries[i - 1]);
  for (std::size_t i = entries.size(); i > 1; --i) std::swap(entries[i - 1], entries[random.below(i)]);
  Queue& shuffled = queues.emplace_back();
  for (const Entry& e : entries) push(shuffled, e);
  Queue& after_others = queues.emplace_back();  // others that were taken on the way
  for (std::uint64_t i = 0; i < 3'000; ++i) push(after_others, entry(-whole(1 + random.below(1'000)), 1'000'000 + i));
  for (std::size_t i = 0; i < entries.size() / 2; ++i) push(after_others, entries[i]);
  for (std::uint64_t i = 0; i < 3'000; ++i) after_others.pop();
  for (std::size_t i = entries.size() / 2; i < entries.size(); ++i) push(after_others, entries[i]);
  Queue halfway = shuffled;  // taken, and put back
  for (std::size_t i = 0; i < entries.size() / 2; ++i) halfway.pop();
  std::vector<Entry> sorted = contents;
  std::sort(sorted.begin(), sorted.end(), Sooner{});
  for (std::size_t i = 0; i < entries.size() / 2; ++i) push(halfway, sorted[i]);
  queues.push_back(halfway);
  return queues;
}

TEST(EventQueue, ComparesAndHashesItsContentsAndNotItsLayout) {
  for (const std::size_t count : {0U, 1U, 40U, 127U, 128U, 129U, 300U, 6'000U}) {
    SplitMix random(count);
    std::vector<Entry> contents;
    for (std::uint64_t i = 0; i < count; ++i) contents.push_back(entry(whole(random.below(500)), i));
    const std::vector<Queue> queues = roads_to(contents, count);
    for (const Queue& queue : queues) {
      EXPECT_EQ(queue, queues.front());
      EXPECT_EQ(queue.sorted(), queues.front().sorted());
      EXPECT_EQ(fingerprint(queue), fingerprint(queues.front()));
      EXPECT_EQ(fingerprint(Holder{queue, 1}), fingerprint(Holder{queues.front(), 1}));
    }
  }
}

TEST(EventQueue, ComparesAndHashesUnequalWhenAnythingDiffers) {
  for (const std::size_t count : {1U, 40U, 129U, 3'000U}) {
    SplitMix random(count);
    std::vector<Entry> contents;
    for (std::uint64_t i = 0; i < count; ++i) contents.push_back(entry(whole(random.below(500)), 2 * i));
    std::vector<std::vector<Entry>> others(5, contents);
    Entry& victim = others[0][count / 2];
    victim.at = victim.at + microseconds(1);
    others[1][count / 2].order += 1;
    others[2][count / 2].payload.more ^= 1;
    others[3].pop_back();
    others[4].push_back(entry(never.us, 1));
    const Queue queue = roads_to(contents, 1).front();
    std::set<std::uint64_t> hashes = {fingerprint(queue)};
    for (const std::vector<Entry>& other : others) {
      for (const Queue& different : roads_to(other, 1)) EXPECT_NE(queue, different);
      EXPECT_TRUE(hashes.insert(fingerprint(roads_to(other, 2).back())).second);
    }
  }
}

TEST(EventQueue, VisitsInTheOrderInWhichItPops) {
  for (const std::uint64_t count : {20U, 2'000U}) {
    SplitMix random(count);
    Queue queue;
    for (std::uint64_t i = 0; i < count; ++i) push(queue, entry(whole(random.below(500)), i));
    for (std::uint64_t i = 0; i < count / 3; ++i) queue.pop();
    std::vector<Entry> visited;
    queue.for_each_in_order([&visited](const Entry& e) { visited.push_back(e); });
    EXPECT_EQ(visited, queue.sorted());
    for (const Entry& e : visited) ASSERT_EQ(queue.pop(), e);
  }
}

TEST(EventQueue, ReturnsItsMemoryWhenFewAreLeft) {
  SplitMix random(5);
  Queue queue;
  std::uint64_t order = 0;
  for (const std::size_t left : {0U, 1U, 50U}) {
    std::int64_t now = 0;
    for (std::uint64_t i = 0; i < 100'000; ++i, ++order) push(queue, entry(whole(random.below(1'000'000)), order));
    EXPECT_GT(queue.footprint(), 100'000 * sizeof(Entry));
    if (left == 50U) push(queue, entry(never.us, order++));  // and one of these never comes
    while (queue.size() > left) now = queue.pop().at.us;
    for (std::uint64_t i = 0; i < 500 && left > 0; ++i, ++order) {
      now = queue.pop().at.us;
      push(queue, entry(now + whole(random.below(100'000)), order));
    }
    EXPECT_EQ(queue.size(), left);
    EXPECT_LT(queue.footprint(), 512 * sizeof(Entry));
    queue.clear();
  }
}

TEST(EventQueue, NeedsNoMoreMemoryTheLongerItRuns) {
  for (const Delays& shape : delays()) {
    SCOPED_TRACE(shape.name);
    constexpr std::uint64_t pending = 20'000;
    SplitMix random(5);
    Queue queue;
    std::uint64_t order = 0;
    for (; order < pending; ++order) push(queue, entry(shape.draw(random), order));
    for (std::uint64_t i = 0; i < 20 * pending; ++i) {
      const std::int64_t now = queue.pop().at.us;
      push(queue, entry(after(now, shape.draw(random)), order++));
    }
    EXPECT_LT(queue.footprint(), 4 * pending * sizeof(Entry));
  }
}

TEST(EventQueue, CarriesPayloadsOfOneToThreeWords) {
  EventQueue<std::uint64_t> narrow;
  EventQueue<Wide> wide;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    narrow.push(Instant{whole(i * 7919 % 1'000)}, i, i);
    wide.push(Instant{whole(i * 7919 % 1'000)}, i, {i, i + 1, i + 2});
  }
  EXPECT_NE(fingerprint(narrow), fingerprint(wide));
  for (std::int64_t at = 0; at < 1'000; ++at) {
    const auto a = narrow.pop();
    const auto b = wide.pop();
    ASSERT_EQ(a.at, Instant{at});
    ASSERT_EQ(b.at, Instant{at});
    ASSERT_EQ(b.payload, (Wide{a.payload, a.payload + 1, a.payload + 2}));
  }
}

}  // namespace
}  // namespace converge::sim
