// The trace: its hash sees everything, in order; a record keeps it and changes nothing.
#include "sim/trace.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <set>
#include <tuple>
#include <vector>

namespace converge::sim {
namespace {

static_assert(ListsEveryField<Note>);

struct Event {
  std::uint8_t what = 0;
  std::uint32_t number = 0;
  bool operator==(const Event&) const = default;
  friend auto fields(const Event& e) { return std::tie(e.what, e.number); }
};

std::uint64_t hash_after(const std::function<void(Trace&)>& tell) {
  Trace trace;
  tell(trace);
  return trace.hash();
}

TEST(Trace, TellsEveryDifferenceApart) {
  const std::vector<std::function<void(Trace&)>> stories{
      [](Trace&) {},
      [](Trace& t) { t.event(Instant{1}, Event{2, 3}); },
      [](Trace& t) { t.event(Instant{2}, Event{2, 3}); },
      [](Trace& t) { t.event(Instant{1}, Event{1, 3}); },
      [](Trace& t) { t.event(Instant{1}, Event{2, 2}); },
      [](Trace& t) { t.answered(Instant{1}, 2, 3, 4); },
      [](Trace& t) { t.answered(Instant{1}, 3, 3, 4); },
      [](Trace& t) { t.answered(Instant{1}, 2, 2, 4); },
      [](Trace& t) { t.answered(Instant{1}, 2, 3, 5); },
      [](Trace& t) { t.answered(Instant{1}, 2, 3, -4); },
      [](Trace& t) { t.note({Instant{1}, 2, 3, 4, 5, 6}); },
      [](Trace& t) { t.note({Instant{0}, 2, 3, 4, 5, 6}); },
      [](Trace& t) { t.note({Instant{1}, 0, 3, 4, 5, 6}); },
      [](Trace& t) { t.note({Instant{1}, 2, 0, 4, 5, 6}); },
      [](Trace& t) { t.note({Instant{1}, 2, 3, 0, 5, 6}); },
      [](Trace& t) { t.note({Instant{1}, 2, 3, 4, 0, 6}); },
      [](Trace& t) { t.note({Instant{1}, 2, 3, 4, 5, 0}); },
  };
  std::set<std::uint64_t> seen;
  for (std::size_t i = 0; i < stories.size(); ++i) {
    EXPECT_TRUE(seen.insert(hash_after(stories[i])).second) << "story " << i;
  }
}

TEST(Trace, TellsTheOrderApart) {
  const auto first = [](Trace& t) { t.event(Instant{1}, Event{1, 1}); };
  const auto second = [](Trace& t) { t.event(Instant{1}, Event{2, 2}); };
  EXPECT_NE(hash_after([&](Trace& t) { first(t), second(t); }), hash_after([&](Trace& t) { second(t), first(t); }));
}

TEST(Trace, KeepsARecordWithoutChangingItsHash) {
  Record record;
  Trace recorded{&record};
  Trace silent;
  for (Trace* t : {&recorded, &silent}) {
    t->event(Instant{1}, Event{2, 3});
    t->answered(Instant{1}, 4, 5, 6);
    t->note({Instant{1}, 7, 8, 9});
    t->answered(Instant{1}, 4, 6, -6);
  }
  EXPECT_EQ(recorded.hash(), silent.hash());
  EXPECT_EQ(record.answers, (std::vector<Answered>{{Instant{1}, 4, 5, 6}, {Instant{1}, 4, 6, -6}}));
  EXPECT_EQ(record.notes, (std::vector<Note>{{Instant{1}, 7, 8, 9, 0, 0}}));
}

TEST(Trace, CountsEvents) {
  Trace trace;
  EXPECT_EQ(trace.events(), 0U);
  trace.event(Instant{1}, Event{});
  trace.note({});
  trace.answered({}, 0, 0, 0);
  trace.event(Instant{2}, Event{});
  EXPECT_EQ(trace.events(), 2U);
}

// A copy of a run goes on with a copy of its trace.
TEST(Trace, GoesOnInACopy) {
  Trace one;
  one.event(Instant{1}, Event{1, 1});
  Trace other = one;
  EXPECT_EQ(one.hash(), other.hash());
  one.event(Instant{2}, Event{2, 2});
  EXPECT_NE(one.hash(), other.hash());
  other.event(Instant{2}, Event{2, 2});
  EXPECT_EQ(one.hash(), other.hash());
}

}  // namespace
}  // namespace converge::sim
