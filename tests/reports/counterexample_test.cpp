// The story of a counterexample, and a command that survives being copied.
#include "reports/counterexample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/campaigns.hpp"
#include "tests/support/program.hpp"

namespace converge::reports {
namespace {

std::string told(const sim::Counterexample& c, const Terminal& t = {}) {
  Page page{t, glyphs(t), {}};
  counterexample(page, c);
  return page.out;
}

TEST(Counterexample, IsAShortStoryWithNumbers) {
  EXPECT_EQ(told(support::violated_campaign().counterexamples[0]),
            R"(  1. d0 14:05:00  flink: restore 1 took 30 h (usual 4 min)
  2. d1 10:05:00  spark/merge: run 7 failed before its commit
  => Violated: no-row-lost; the layers converged after 1 d 18 h.
     106 never reached the CDC table
  Minimal: take any one away, and the property holds; checked. Shrunk in 87 runs
  from 41 unusual answers of schedule 12 (--seed 9876543210).
  saved as flink-down-past-retention.no-row-lost.schedule.json
  replay it with
      converge replay flink-down-past-retention.no-row-lost.schedule.json
)");
}

TEST(Counterexample, SaysWhatItWasNotShrunkTo) {
  sim::Counterexample c{.property = "fresh", .minimal = true, .tries = 9, .from = 2, .schedule = 3, .seed = 4};
  EXPECT_EQ(told(c),
            "  Nothing deviates from the usual.\n"
            "  The usual answers alone do it. Shrunk in 9 runs from 2 unusual answers of\n"
            "  schedule 3 (--seed 4).\n");
  c.workload = 77;
  EXPECT_NE(told(c).find("  Nothing deviates from the usual.\n"
                         "  The random changes of the source are those of seed 77.\n"),
            std::string::npos);
  c.deviations = {support::violated_campaign().counterexamples[0].deviations[0]};
  EXPECT_NE(told(c).find("Minimal: take it away, and the property holds; checked."), std::string::npos);
  c.minimal = false;
  EXPECT_NE(told(c).find("Not shown to be minimal."), std::string::npos);
}

TEST(Counterexample, ShowsTenStepsAtMost) {
  sim::Counterexample c;
  c.deviations.resize(13);
  EXPECT_NE(told(c).find("\n  and 3 more\n"), std::string::npos) << told(c);
}

// The words that a shell reads in these lines.
std::vector<std::string> read_by_a_shell(const std::vector<std::string>& lines) {
  std::string script = "converge() { printf '%s\\n' \"$@\"; }\n";
  for (const std::string& line : lines) script += line + "\n";
  const support::Ended ended = support::run_program("/bin/sh", {.arguments = {"-c", script}});
  EXPECT_EQ(ended.exit, 0) << script << ended.err;
  std::vector<std::string> words(1);
  for (const char c : ended.out) {
    if (c == '\n') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  words.pop_back();
  return words;
}

TEST(Counterexample, BreaksACommandWhereAShellDoesNotMind) {
  const Terminal t;
  const std::string command = R"(converge replay --scenario 'a  b'\''c.json' "d \" e"  f\ g.json  'h\' 'i j')";
  const std::vector<std::string> words{"replay", "--scenario", "a  b'c.json", "d \" e", "f g.json", "h\\", "i j"};
  for (std::size_t columns = 22; columns < 100; ++columns) {
    const std::vector<std::string> lines = command_lines(t, command, columns);
    EXPECT_LE(std::ranges::max(lines, {}, &std::string::size).size(), columns);
    EXPECT_EQ(read_by_a_shell(lines), words) << columns;
  }
  EXPECT_EQ(command_lines(t, command, 100), std::vector<std::string>{command});
  EXPECT_EQ(command_lines(t, "converge replay a.json", 18),
            (std::vector<std::string>{"converge replay \\", "    a.json"}));
}

TEST(Counterexample, BreaksAWordOnlyWhereNoLineWouldHoldIt) {
  EXPECT_EQ(command_lines(Terminal{}, "converge replay " + std::string(25, 'w'), 20),
            (std::vector<std::string>{"converge replay \\", std::string(20, 'w'), std::string(5, 'w')}));
  EXPECT_EQ(command_lines(Terminal{}, "", 20), std::vector<std::string>{""});
  EXPECT_EQ(command_lines(Terminal{}, std::string(30, ' '), 20), std::vector<std::string>{""});
}

}  // namespace
}  // namespace converge::reports
