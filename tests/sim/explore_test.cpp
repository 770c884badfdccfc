#include "sim/explore.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "sim/model_space.hpp"

namespace converge::sim {
namespace {

// Three steps of one, two or three seconds, one after the other; and a fault at each that costs ten seconds more.
struct Steps {
  struct Event {
    bool operator==(const Event&) const = default;
    friend auto fields(const Event&) { return std::tie(); }
  };
  struct State {
    std::int32_t left = 3;
    bool operator==(const State&) const = default;
    friend auto fields(const State& s) { return std::tie(s.left); }
  };
  std::vector<Question> list{
      {.actor = "step", .kind = "duration", .distribution = window(1'000'000, 2'000'000, 3'000'000)},
      {.actor = "step",
       .kind = "failure",
       .answers = AnswerKind::option,
       .options = {{"none"}, {"fails"}},
       .fault = true}};

  const std::vector<Question>& questions() const { return list; }
  void start(State&, Context<Event>& out) const { out.after({}, {}); }
  void handle(State& s, const Event&, Context<Event>& out) const {
    if (s.left-- == 0) return;
    Duration takes = out.duration(0);
    if (out.choose(1) != 0) takes = takes + seconds(10);
    out.after(takes, {});
  }
};

struct View {
  static void canonical(const WorldOf<Steps>& w, Bytes& bytes) {
    bytes.push_back(static_cast<std::uint8_t>(w.state.left));
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(w.agenda.now.us >> (8 * i)));
    if (w.agenda.pending.empty()) return;
    const std::int64_t next = w.agenda.pending.front().at.us;
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(next >> (8 * i)));
  }
  static std::int64_t layer(const WorldOf<Steps>&) { return 0; }
  static std::vector<Gather> gathers() { return {Gather::most}; }
  static void take(Steps::State&, std::vector<std::int64_t>& into) { into[0] = kNothing; }
  static void take_at_end(const WorldOf<Steps>& w, std::vector<std::int64_t>& into) { into[0] = w.state.left; }
};

TEST(Explore, MergesWhatIsTheSameAndCountsEverySchedule) {
  const Steps model;
  const View view;
  const std::vector<Cut> cuts{{.answers = {2'000'000, 1'000'000, 3'000'000}}, {.answers = {0, 1}, .fault = true}};
  const std::vector<Deviation> fixed;
  const ModelSpace<Steps, View> space{model, view, cuts, fixed, {.faults = 1}, Instant{} + seconds(100)};
  const Exploration e = explore(space, {});
  EXPECT_TRUE(e.complete);
  EXPECT_EQ(schedules(e.graph).value().count, 27.0 * 4);  // which step fails, or none
  EXPECT_LT(e.reached.states, 100U);
  const auto worst = worst_path(e.graph, 0);
  ASSERT_TRUE(worst);
  EXPECT_EQ(worst->gathered, -1);  // every schedule ends with all steps done
}

}  // namespace
}  // namespace converge::sim
