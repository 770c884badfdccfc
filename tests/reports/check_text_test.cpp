// The page of a campaign: exact for one of each kind, and within its columns whatever it is given.
#include "reports/check_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/campaigns.hpp"
#include "tests/support/lines.hpp"

namespace converge::reports {
namespace {

using sim::CheckResult;
using support::lines;

bool contains(const std::string& page, std::string_view part) { return page.find(part) != std::string::npos; }

// From a heading to the next one.
std::string section(const std::string& page, std::string_view heading) {
  const std::size_t at = page.find("\n" + std::string(heading));
  if (at == std::string::npos) return "no section " + std::string(heading);
  const std::size_t end = page.find("\n\n", at);
  return page.substr(at + 1, end == std::string::npos ? end : end - at);
}

sim::PointOfNoReturn point() {
  return {.property = "no-row-lost",
          .at = sim::Instant{} + sim::hours(14) + sim::minutes(5),
          .answers = {support::violated_campaign().counterexamples[0].deviations[0]},
          .before = {0.004, 0.0010909, 0.0102098, 0.95},
          .after = {1, 0.996318, 1, 0.95},
          .continuations = 1'000};
}

TEST(CheckText, ShowsAViolatedCampaign) {
  EXPECT_EQ(text(support::violated_campaign(), Terminal{}), R"page(Flink down for longer than Kafka's retention
scenarios/flink-down-past-retention.json

VIOLATED  Violated in 212 of 10,000 schedules: converged in 37, no-row-lost in
          190.
          10,000 sampled schedules; with 95 % confidence between 1.84 % and 2.43
          % of all violate a property.

How likely, from 10,000 schedules
                         schedules   share     95 % interval
  any property violated        212  2.12 %  1.84 % to 2.43 %
  window of 1 d missed          37  0.37 %  0.26 % to 0.51 %

Time to convergence: this share of the schedules took no longer
  │ the window of 1 d ends
        0       6 h       12 h      18 h      SLA       30 h    36 h
        ┬────────┬─────────┬─────────┬─────────┼─────────┬────────┬─
  p50   ███████████████████████                │                      14 h 2 min
  p90   ██████████████████████████             │                            16 h
  p99   █████████████████████████████████████▌ │                            23 h
  p99.9 ███████████████████████████████████████│██████████████████      1 d 11 h
  most  ███████████████████████████████████████│████████████████████       never
  3 of 10,000 had not converged when 10 d had passed.

Properties, and the least margin of all these schedules
                 violated     95 % interval  least margin
  ✗ converged          37  0.26 % to 0.51 %     -8 d 15 h
      Schema, code and data agree again within 1 d of the change, and stay so.
      Worst in schedule 4711 (--seed 13835058055282163712): still apart at the
      end of the run
  ✗ no-row-lost       190  1.64 % to 2.19 %  -106 changes
      No change is lost on its way from the source to the base table.
      Worst in schedule 4711 (--seed 13835058055282163712): 0 never reached
      Kafka, 106 never reached the CDC table, 0 passed over by the merge's
      watermark
  ✓ readable        never   0 % to 0.0369 %       0 reads

Counterexample: no-row-lost is violated
  1. d0 14:05:00  flink: restore 1 took 30 h (usual 4 min)
  2. d1 10:05:00  spark/merge: run 7 failed before its commit
  => Violated: no-row-lost; the layers converged after 1 d 18 h.
     106 never reached the CDC table
  Minimal: take any one away, and the property holds; checked. Shrunk in 87 runs
  from 41 unusual answers of schedule 12 (--seed 9876543210).
  saved as flink-down-past-retention.no-row-lost.schedule.json
  replay it with
      converge replay flink-down-past-retention.no-row-lost.schedule.json

Counterexample: converged is violated
  1. d0 14:05:00  flink: restore 1 took 2 d 13 h (usual 4 min)
  The random changes of the source are those of seed 77.
  => Violated: converged; the layers converged after 3 d 1 h.
  Not shown to be minimal. Shrunk in 1 run from 1 unusual answer of schedule 300
  (--seed 18).
  replay it with
      converge replay --scenario 'scenarios/flink-down past retention.json' \
          flink-down-past-retention.converged.schedule.json

Faults that may happen, and how often they did in 10,000 schedules
  flink crash: crashes                          12,345 times
  spark/merge failure: fails before its commit  once
  kafka leader: is lost                         never

Phases, and in how many of 10,000 schedules
                it was over  layers disagreed meanwhile
  generate              all                         all
  deploy_flink          all                         all
  backfill            9,997                       9,996

Who answered the choices
  drawn        cdc (poll), flink (restore, checkpoint)
  fixed        control (review)
  adversarial  none: schedules were drawn, not searched
  never asked  kafka (leader)

10,000 schedules, campaign seed 1, whole kinds of fault switched off in turn,
scenario 1f2e3d4c5b6a7988
Models of the plan were checked, not the systems.
)page");
}

TEST(CheckText, ShowsItInAsciiAndInFewColumns) {
  EXPECT_EQ(text(support::violated_campaign(), Terminal{.utf8 = false, .columns = 60}),
            R"page(Flink down for longer than Kafka's retention
scenarios/flink-down-past-retention.json

VIOLATED  Violated in 212 of 10,000 schedules: converged in
          37, no-row-lost in 190.
          10,000 sampled schedules; with 95 % confidence
          between 1.84 % and 2.43 % of all violate a
          property.

How likely, from 10,000 schedules
                         schedules   share     95 % interval
  any property violated        212  2.12 %  1.84 % to 2.43 %
  window of 1 d missed          37  0.37 %  0.26 % to 0.51 %

Time to convergence: this share of the schedules took no
longer
  | the window of 1 d ends
        0           12 h         SLA        36 h
        +------------+------------+------------+
  p50   ################          |               14 h 2 min
  p90   ##################        |                     16 h
  p99   ######################### |                     23 h
  p99.9 ##########################|############     1 d 11 h
  most  ##########################|#############       never
  3 of 10,000 had not converged when 10 d had passed.

Properties, and the least margin of all these schedules
    violated     95 % interval  least margin
  VIOLATED converged
          37  0.26 % to 0.51 %     -8 d 15 h
      Schema, code and data agree again within 1 d of the
      change, and stay so.
      Worst in schedule 4711 (--seed 13835058055282163712):
      still apart at the end of the run
  VIOLATED no-row-lost
         190  1.64 % to 2.19 %  -106 changes
      No change is lost on its way from the source to the
      base table.
      Worst in schedule 4711 (--seed 13835058055282163712):
      0 never reached Kafka, 106 never reached the CDC
      table, 0 passed over by the merge's watermark
  ok       readable
       never   0 % to 0.0369 %       0 reads

Counterexample: no-row-lost is violated
  1. d0 14:05:00  flink: restore 1 took 30 h (usual 4 min)
  2. d1 10:05:00  spark/merge: run 7 failed before its
                  commit
  => Violated: no-row-lost; the layers converged after 1 d
     18 h.
     106 never reached the CDC table
  Minimal: take any one away, and the property holds;
  checked. Shrunk in 87 runs from 41 unusual answers of
  schedule 12 (--seed 9876543210).
  saved as
  flink-down-past-retention.no-row-lost.schedule.json
  replay it with
      converge replay \
      flink-down-past-retention.no-row-lost.schedule.json

Counterexample: converged is violated
  1. d0 14:05:00  flink: restore 1 took 2 d 13 h (usual 4
                  min)
  The random changes of the source are those of seed 77.
  => Violated: converged; the layers converged after 3 d 1
     h.
  Not shown to be minimal. Shrunk in 1 run from 1 unusual
  answer of schedule 300 (--seed 18).
  replay it with
      converge replay --scenario \
          'scenarios/flink-down past retention.json' \
          flink-down-past-retention.converged.schedule.json

Faults that may happen, and how often they did in 10,000
schedules
  flink crash: crashes                          12,345 times
  spark/merge failure: fails before its commit  once
  kafka leader: is lost                         never

Phases, and in how many of 10,000 schedules
                it was over  layers disagreed meanwhile
  generate              all                         all
  deploy_flink          all                         all
  backfill            9,997                       9,996

Who answered the choices
  drawn        cdc (poll), flink (restore, checkpoint)
  fixed        control (review)
  adversarial  none: schedules were drawn, not searched
  never asked  kafka (leader)

10,000 schedules, campaign seed 1, whole kinds of fault
switched off in turn, scenario 1f2e3d4c5b6a7988
Models of the plan were checked, not the systems.
)page");
}

TEST(CheckText, ShowsAConvergedCampaign) {
  EXPECT_EQ(text(support::converged_campaign(), Terminal{}),
            R"page(A nullable column in three phases: tables, then Spark, then Flink
scenarios/add-column-three-phase.json

CONVERGED  Converged in all of 10,000 schedules, at most 19 h 5 min after the
           change.
           10,000 sampled schedules; with 95 % confidence fewer than 0.037 % of
           all miss the window.

How likely, from 10,000 schedules
                         schedules  share    95 % interval
  any property violated          0    0 %  0 % to 0.0369 %
  window of 1 d missed           0    0 %  0 % to 0.0369 %

Time to convergence: this share of the schedules took no longer
  │ the window of 1 d ends
        0     3 h    6 h    9 h    12 h   15 h   18 h   21 h   SLA
        ┬──────┬──────┬──────┬──────┬──────┬──────┬──────┬──────┼──
  p50   █████████████████████████████████                       │     14 h 2 min
  p90   █████████████████████████████████████▌                  │           16 h
  p99   ██████████████████████████████████████████              │           18 h
  p99.9 ████████████████████████████████████████████            │    18 h 40 min
  most  █████████████████████████████████████████████           │     19 h 5 min

Properties, and the least margin of all these schedules
                 violated    95 % interval  least margin
  ✓ converged       never  0 % to 0.0369 %    4 h 54 min
  ✓ no-row-lost     never  0 % to 0.0369 %     0 changes

Faults that may happen, and how often they did in 10,000 schedules
  flink crash: crashes                          12,345 times
  spark/merge failure: fails before its commit  once

Phases, and in how many of 10,000 schedules
                it was over  layers disagreed meanwhile
  generate              all                         all
  deploy_flink          all                         all
  backfill              all                       9,998

Who answered the choices
  drawn        cdc (poll), flink (restore, checkpoint)
  fixed        control (review)
  adversarial  none: schedules were drawn, not searched

10,000 schedules, campaign seed 1, scenario 1f2e3d4c5b6a7988
Models of the plan were checked, not the systems.
)page");
}

TEST(CheckText, SaysWhyItSaysNothing) {
  const std::string page = text(support::vacuous_campaign(), Terminal{});
  EXPECT_TRUE(contains(page, "\nVACUOUS  These schedules say nothing")) << page;
  EXPECT_EQ(section(page, "Why this says nothing"),
            "Why this says nothing\n"
            "  · the fault \"kafka leader: is lost\" never fired\n"
            "  · no layer ever disagreed\n");
  EXPECT_EQ(section(page, "Phases"),
            "Phases, and in how many of 10,000 schedules\n"
            "            it was over  layers disagreed meanwhile\n"
            "  backfill          all                        none\n");
  CheckResult r = support::violated_campaign();
  r.vacuous_for = {"no crash"};
  EXPECT_EQ(section(text(r, Terminal{}), "What these schedules"),
            "What these schedules did not put to the test\n  · no crash\n");
}

TEST(CheckText, SaysThatItWasInterrupted) {
  const std::string page = text(support::interrupted_campaign(), Terminal{});
  EXPECT_TRUE(contains(page, "\nINCONCLUSIVE  No verdict: interrupted.\n")) << page;
  EXPECT_EQ(section(page, "How likely"),
            "How likely, from 0 schedules\n"
            "                         schedules  share  95 % interval\n"
            "  any property violated          0      -   0 % to 100 %\n"
            "  window of 1 d missed           0      -   0 % to 100 %\n"
            "  It was interrupted after 0 of 10,000 schedules.\n");
  EXPECT_FALSE(contains(page, "Time to convergence"));
  CheckResult r = support::converged_campaign();
  r.ended = CheckResult::Ended::time_limit;
  r.wanted = 0;
  EXPECT_TRUE(contains(text(r, Terminal{}), "\n  Its time was up after 10,000 schedules.\n"));
}

TEST(CheckText, TellsOfRareEventsAndOfWhatWasExpected) {
  CheckResult r = support::rare_campaign();
  std::string page = text(r, Terminal{});
  EXPECT_TRUE(contains(page,
                       "\n  It was sure after 3,000 schedules, and stopped.\n"
                       "  Missing the window is rarer than 0.125 %, as sure as was asked.\n"));
  EXPECT_EQ(section(page, "How likely, from splitting"),
            "How likely, from splitting: for what plain sampling hardly sees\n"
            "                 probability       95 % interval\n"
            "  window missed      3.2e-07  1.1e-07 to 9.3e-07\n"
            "  The interval is approximate. 123,456 runs in 20 replicates, of which 3 came to\n"
            "  no miss.\n");
  EXPECT_EQ(section(page, "It is not as"),
            "It is not as the scenario expects\n"
            "  · the verdict is converged; violated was expected\n");
  EXPECT_TRUE(contains(page, "\n3,000 schedules, campaign seed 1, scenario 1f2e3d4c5b6a7988, 6,172 schedules/s\n"));

  r.unmet.clear();
  r.rare->extinct = 0;
  r.schedules_per_s = 0.123456;
  r.sure = CheckResult::Sure::above;
  page = text(r, Terminal{});
  EXPECT_TRUE(contains(page, "\nIt is as the scenario expects\n"));
  EXPECT_TRUE(contains(page, " 123,456 runs in 20 replicates.\n"));
  EXPECT_TRUE(contains(page, ", 0.12 schedules/s\n"));
  EXPECT_TRUE(contains(page, "\n  Missing the window is more likely than 0.125 %, as sure as was asked.\n"));
  r.sure = CheckResult::Sure::not_yet;
  EXPECT_TRUE(contains(text(r, Terminal{}), "\n  Whether missing the window is rarer than 0.125 % is not sure yet.\n"));
}

TEST(CheckText, NamesEachActorOnceAmongTheChoices) {
  CheckResult r = support::rare_campaign();
  using Answered = sim::ChoiceCount::Answered;
  r.choices = {{"flink", "restore", Answered::drawn, 7},
               {"control", "review", Answered::drawn, 7},
               {"flink", "order", Answered::drawn, 7}};
  EXPECT_TRUE(contains(text(r, Terminal{}), "drawn        flink (restore, order), control (review)\n"));
}

TEST(CheckText, ExplainsThePointOfNoReturn) {
  EXPECT_EQ(explanation(point(), Terminal{}), R"page(
The point of no return of no-row-lost
  1. d0 14:05:00  flink: restore 1 took 30 h (usual 4 min)
                       violated in      95 % interval
  from just before it        0.4 %  0.109 % to 1.03 %
  from just after it         100 %  99.631 % to 100 %
  1,000 continuations were tried from each moment, all that follows drawn from
  its law.
)page");
  sim::PointOfNoReturn p = point();
  p.answers.clear();
  EXPECT_TRUE(contains(explanation(p, Terminal{}), "\n  An event at d0 14:05:00, at which nothing was chosen\n"));
  p.from_the_start = true;
  EXPECT_EQ(explanation(p, Terminal{}), R"page(
The point of no return of no-row-lost
  There is none: it was lost from the start. No continuation that was tried kept
  the property, whatever was slow or failed; look at the plan.
)page");
}

TEST(CheckText, EndsABarBeforeTheLineWhenTheWindowWasKept) {
  CheckResult r = support::converged_campaign();
  for (const bool missed : {false, true}) {
    r.most = r.sla + sim::microseconds(missed ? 1 : 0);
    const std::vector<std::string> page = lines(text(r, Terminal{.utf8 = false}));
    const auto bar = std::ranges::find_if(page, [](const std::string& line) { return line.starts_with("  most"); });
    ASSERT_NE(bar, page.end());
    EXPECT_TRUE(contains(*bar, "#|")) << *bar;
    EXPECT_EQ(contains(*bar, "|#"), missed) << *bar;
  }
}

TEST(CheckText, DrawsNoLineWithoutAWindow) {
  CheckResult r = support::converged_campaign();
  r.sla = {};
  const std::string times = section(text(r, Terminal{.utf8 = false}), "Time to convergence");
  EXPECT_FALSE(contains(times, "|")) << times;
  EXPECT_TRUE(contains(times, "  most  ####")) << times;
}

TEST(CheckText, StaysWithinTheColumns) {
  sim::PointOfNoReturn hostile = point();
  hostile.answers = support::hostile_campaign().counterexamples[0].deviations;
  hostile.property = support::hostile_campaign().title;
  for (const std::size_t columns :
       {std::size_t{0}, std::size_t{60}, std::size_t{80}, std::size_t{97}, std::size_t{500}}) {
    for (const bool utf8 : {false, true}) {
      const Terminal t{.utf8 = utf8, .columns = columns};
      const std::size_t room = std::min(std::max(columns, columns_min), columns_max);
      std::string pages = explanation(hostile, t);
      for (const CheckResult& r : support::campaigns()) pages += text(r, t);
      for (const std::string& line : lines(pages)) {
        EXPECT_LE(display_width(line), room) << line;
        EXPECT_FALSE(line.ends_with(' ')) << line;
        const auto harmful = [&](char c) {
          const auto byte = static_cast<unsigned char>(c);
          return byte < 0x20 || byte == 0x7f || (!utf8 && byte > 0x7f);
        };
        EXPECT_TRUE(std::ranges::none_of(line, harmful)) << line;
        EXPECT_FALSE(contains(line, "\u202e")) << line;
      }
    }
  }
}

TEST(CheckText, AddsNothingButEscapeSequencesForColour) {
  const auto without_colour = [](std::string_view coloured) {
    std::string out;
    while (!coloured.empty()) {
      if (coloured.starts_with("\x1b[")) {
        coloured.remove_prefix(coloured.find('m') + 1);
      } else {
        out += coloured.front();
        coloured.remove_prefix(1);
      }
    }
    return out;
  };
  for (const CheckResult& r : support::campaigns()) {
    for (const bool utf8 : {false, true}) {
      const std::string coloured = text(r, Terminal{.colour = true, .utf8 = utf8});
      EXPECT_TRUE(contains(coloured, "\x1b["));
      EXPECT_EQ(without_colour(coloured), text(r, Terminal{.utf8 = utf8}));
    }
  }
  EXPECT_EQ(without_colour(explanation(point(), Terminal{.colour = true})), explanation(point(), Terminal{}));
  EXPECT_TRUE(contains(text(support::violated_campaign(), Terminal{.colour = true}), "\x1b[1;31mVIOLATED\x1b[0m"));
}

}  // namespace
}  // namespace converge::reports
