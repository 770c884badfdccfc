// The page for people: exact for one rollout, and within its columns whatever it is given.
#include "reports/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include "tests/support/lines.hpp"

namespace converge::reports {
namespace {

using sim::days;
using sim::hours;
using sim::Instant;
using sim::minutes;
using sim::Outcome;
using sim::Phase;
using sim::PropertyResult;
using sim::RunResult;
using sim::seconds;
using support::lines;
using Kind = PropertyResult::Kind;
using Unit = PropertyResult::Unit;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

constexpr Instant at(std::int64_t hour, std::int64_t minute = 0, std::int64_t second = 0) {
  return Instant{} + hours(hour) + minutes(minute) + seconds(second);
}

Phase done(std::string name, std::uint8_t stage, Instant ready, Instant started, Instant finished) {
  return {std::move(name), stage, Phase::Status::done, ready, started, finished, true};
}

// The canonical rollout: the DDL at 9:00, the tables two minutes later, four hours of review, deploys, two hours of
// backfill.
RunResult canonical() {
  RunResult r;
  r.command = "run";
  r.file = "scenarios/canonical.json";
  r.title = "A nullable column: tables, then Spark, then Flink, then the backfill";
  r.fingerprint = 0x1f2e3d4c5b6a7988;
  r.outcome = Outcome::converged;
  r.sentence = "All layers agree 14 h 2 min after the change, 9 h 58 min before the SLA ends.";
  r.strength = "This holds for one schedule, the nominal one.";
  r.sla = days(1);
  r.horizon = days(10);
  r.changed = at(9);
  r.convergence = hours(14) + minutes(2);
  r.margin = hours(9) + minutes(58);
  r.events = 12'345;
  r.trace_hash = 0xabcdef;
  r.phases = {done("generate", 0, at(9, 2), at(9, 2), at(9, 4)),
              done("alter_cdc_table", 1, at(9, 2), at(9, 2), at(9, 2, 1)),
              done("alter_base_table", 1, at(9, 2, 1), at(9, 2, 1), at(9, 2, 2)),
              done("review", 0, at(9, 4), at(9, 4), at(13, 4)),
              done("ci", 0, at(13, 4), at(13, 4), at(13, 34)),
              done("deploy_spark", 2, at(14, 4), at(16), at(16, 5)),
              done("deploy_flink", 2, at(16, 5), at(20), at(20, 4)),
              done("backfill", 3, at(20, 4), at(21), at(23))};
  r.phases[0].disagreed = false;
  r.schema = {{at(9), 2}, {at(9, 2, 1), 1}, {at(9, 2, 2), 0}};
  r.code = {{at(9), 2}, {at(16, 5), 1}, {at(20, 4), 0}};
  r.data = {{at(10), 300'000}, {at(14), 600'000}, {at(20, 10), 1'400'000}, {at(22), 700'000}, {at(23, 2), 0}};
  r.properties = {{"converges-in-time", "All layers agree within the SLA.", Kind::liveness, true, r.margin->us,
                   Unit::duration, "agreed at d0 23:02:00 and stayed so"},
                  {"no-change-lost", "No change is lost between the source and the tables.", Kind::safety, true, 0,
                   Unit::changes, "0 changes lost"},
                  {"fresh-enough", "Readers never miss a change for too long.", Kind::availability, true, minutes(5).us,
                   Unit::duration, "the oldest missing change was 1 h 10 min old at d0 20:05:00; 1 h 15 min allowed"}};
  r.faults = {{"spark/merge failure: fails before its commit", true, 0},
              {"spark/merge failure: dies after its commit", true, 2},
              {"cdc crash: crashes", false, 0}};
  r.reads = 960;
  r.nulls_worst = 1'400'000;
  r.stalest = hours(1) + minutes(10);
  r.merges_committed = 240;
  r.flink_down = minutes(4) + seconds(12);
  r.changes = 2'880;
  return r;
}

// Everything that can go wrong at once, with a title that attacks the terminal.
RunResult wretched() {
  RunResult r = canonical();
  r.outcome = Outcome::violated;
  r.title = "Evil \x1b[31mred\x1b]0;title\x07 \xff \u202egnp.exe";
  r.sentence = "All layers agree 30 h after the change, 6 h too late, and 3 changes are lost.";
  r.seed = 7;
  r.convergence = hours(30);
  r.margin = hours(-6);
  r.phases.back() = {"backfill", 3, Phase::Status::failed, at(21), at(29), at(37), true};
  r.phases.push_back({"verify", 3, Phase::Status::running, at(37), at(38), {}, true});
  r.phases.push_back({"cut_over", 3, Phase::Status::waiting, at(38), {}, {}, true});
  r.phases.push_back({"drop_old_column", 3, Phase::Status::not_reached, {}, {}, {}, false});
  r.data.back() = {at(39), 1'204};
  r.properties[0].holds = false;
  r.properties[0].margin = r.margin->us;
  r.properties[0].detail.clear();
  r.properties[1].holds = false;
  r.properties[1].margin = -3;
  r.properties[1].detail = "3 changes lost; worst at d1 14:05:00";
  r.reads_failed = 3;
  r.changes_lost = 3;
  r.diverged_at_end = 1'204;
  for (std::uint32_t i = 1; i <= 12; ++i) {
    r.deviations.push_back({"flink", "restore", i, "4 min", "30 h",
                            "flink: restore " + std::to_string(i) + " took 30 h (usual 4 min)", i == 3, at(8 + i, 5)});
  }
  r.vacuous_for = {"the fault \"kafka leader\" never fired"};
  return r;
}

// Extremes of every number, and names longer than any line.
RunResult monstrous() {
  RunResult r = wretched();
  const std::string long_word(5'000, 'w');
  r.title = r.file = r.sentence = r.strength = long_word;
  r.sla = r.horizon = sim::Duration{most};
  r.changed = Instant{least};
  r.convergence = sim::Duration{most};
  r.margin = sim::Duration{least};
  r.events = r.trace_hash = r.reads = r.reads_failed = r.merges_committed = r.merges_stalled = r.changes =
      r.changes_lost = std::numeric_limits<std::uint64_t>::max();
  r.nulls_worst = r.stale_worst = most;
  r.diverged_at_end = least;
  r.stalest = r.flink_down = sim::Duration{least};
  r.phases[0] = {long_word, 200, Phase::Status::done, Instant{least}, Instant{0}, Instant{most}, true};
  r.phases[1] = {"\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57",
                 1,
                 Phase::Status::done,
                 Instant{most - 5},
                 Instant{most - 3},
                 Instant{most - 1},
                 true};
  r.data = {{Instant{least}, most}, {Instant{0}, least}, {Instant{most}, most}};
  r.properties[0].margin = least;
  r.properties[1] = {long_word, long_word, Kind::safety, false, least, Unit::rows, long_word};
  r.faults[0] = {long_word, false, std::numeric_limits<std::uint64_t>::max()};
  r.deviations[0].text = long_word;
  r.deviations[0].at = Instant{least};
  r.vacuous_for = {long_word};
  return r;
}

std::string without_colour(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("\x1b[")) {
      text.remove_prefix(text.find('m') + 1);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

// The line that starts with a name, blanks before it aside.
std::string row(const std::string& page, std::string_view name) {
  for (const std::string& line : lines(page)) {
    const std::size_t first = line.find_first_not_of(' ');
    if (first != std::string::npos && std::string_view(line).substr(first).starts_with(name)) return line;
  }
  return "no row " + std::string(name);
}

bool contains(const std::string& page, std::string_view part) { return page.find(part) != std::string::npos; }

TEST(Text, ShowsTheCanonicalRollout) {
  EXPECT_EQ(text(canonical(), Terminal{}), R"(A nullable column: tables, then Spark, then Flink, then the backfill
scenarios/canonical.json

CONVERGED  All layers agree 14 h 2 min after the change, 9 h 58 min before the
           SLA ends.
           This holds for one schedule, the nominal one.

Timeline, from the change at d0 09:00:00
  · waits, █ runs, │ the SLA of 1 d ends, ≠ layers disagreed meanwhile
  rollout          0      6 h      12 h    18 h     SLA  started waited   took
                   ┬───────┬────────┬───────┬────────┼─
  generate         ▌                                 │  d0 09:02            2m
  alter_cdc_table  ▌                                 │  d0 09:02            1s ≠
  alter_base_table ▌                                 │  d0 09:02            1s ≠
  review           ██████                            │  d0 09:04            4h ≠
  ci                    ▐▌                           │  d0 13:04           30m ≠
  deploy_spark            ··▐▌                       │  d0 16:00  1h56m     5m ≠
  deploy_flink               ·····▐                  │  d0 20:00  3h55m     4m ≠
  backfill                        ··███              │  d0 21:00    56m     2h ≠
  divergence       ┬───────┬────────┬───────┬────────┼─            most at end
  schema (layers)  █                                 │                2      0
  code (jobs)      ███████████▄▄▄▄▄                  │                2      0
  data (rows)       ▂▂▂▂▂▂▄▄▄▄▄▄▄▄████▄              │            1.4 M      0
  all agree                           ┣━━━━━━━━━━━━━━━━ d0 23:02  after  14h2m

What readers saw                          What it cost
  reads                            960      merges committed                 240
  of these failed                    0      merges stalled                     0
  most nulls in a read      1.4 M rows      merges lost                        0
  most overdue in a read        0 rows      Flink down                4 min 12 s
  oldest missing change     1 h 10 min      changes lost              0 of 2,880
  nulls at the end              0 rows      wrong values at end           0 rows

Properties, and how far the run stayed from violating each
  ✓ converges-in-time  9 h 58 min  agreed at d0 23:02:00 and stayed so
  ✓ no-change-lost      0 changes  0 changes lost
  ✓ fresh-enough            5 min  the oldest missing change was 1 h 10 min old
                                   at d0 20:05:00; 1 h 15 min allowed

Nothing deviated from the usual

Faults that may happen, and how often they did
  spark/merge failure: fails before its commit  never
  spark/merge failure: dies after its commit    2 times

12,345 events, trace 0000000000abcdef, scenario 1f2e3d4c5b6a7988
Models of the plan were checked, not the systems.
)");
}

TEST(Text, ShowsAWretchedRunInAscii) {
  EXPECT_EQ(text(wretched(), Terminal{.utf8 = false}), R"(Evil \x1b[31mred\x1b]0;title\x07 \xff \u202egnp.exe
scenarios/canonical.json

VIOLATED  All layers agree 30 h after the change, 6 h too late, and 3 changes
          are lost.
          This holds for one schedule, the nominal one.

Timeline, from the change at d0 09:00:00
  . waits, # runs, | the SLA of 1 d ends, ! layers disagreed meanwhile
  rollout          0    6 h    12 h   18 h   SLA   30 h  started waited   took
                   +-----+------+------+------+------+-
  generate         #                          |         d0 09:02            2m
  alter_cdc_table  #                          |         d0 09:02            1s !
  alter_base_table #                          |         d0 09:02            1s !
  review           #####                      |         d0 09:04            4h !
  ci                   ##                     |         d0 13:04           30m !
  deploy_spark          ..#                   |         d0 16:00  1h56m     5m !
  deploy_flink            .....#              |         d0 20:00  3h55m     4m !
  backfill                      .........#####|####x    d1 05:00     8h failed !
  verify                                      |    .### d1 14:00     1h   runs !
  cut_over                                    |     ...                  waits !
  drop_old_column  not reached                |                -
  divergence       +-----+------+------+------+------+-            most at end
  schema (layers)  @                          |                       2      0
  code (jobs)      @@@@@@@@=====              |                       2      0
  data (rows)       ::::=======@@@============|=======.           1.4 M  1,204
  all agree                                   |      == d1 15:00  after   1d6h

What readers saw                          What it cost
  reads                            960      merges committed                 240
  of these failed                    3      merges stalled                     0
  most nulls in a read      1.4 M rows      merges lost                        0
  most overdue in a read        0 rows      Flink down                4 min 12 s
  oldest missing change     1 h 10 min      changes lost              3 of 2,880
  nulls at the end              0 rows      wrong values at end           0 rows

Properties, and how far the run stayed from violating each
  VIOLATED converges-in-time        -6 h  All layers agree within the SLA.
  VIOLATED no-change-lost     -3 changes  No change is lost between the source
                                          and the tables.
                                          3 changes lost; worst at d1 14:05:00
  ok       fresh-enough            5 min  the oldest missing change was 1 h 10
                                          min old at d0 20:05:00; 1 h 15 min
                                          allowed

What deviated from the usual under seed 7
   1. d0 09:05:00  flink: restore 1 took 30 h (usual 4 min)
   2. d0 10:05:00  flink: restore 2 took 30 h (usual 4 min)
   3. d0 11:05:00  flink: restore 3 took 30 h (usual 4 min)
   4. d0 12:05:00  flink: restore 4 took 30 h (usual 4 min)
   5. d0 13:05:00  flink: restore 5 took 30 h (usual 4 min)
   6. d0 14:05:00  flink: restore 6 took 30 h (usual 4 min)
   7. d0 15:05:00  flink: restore 7 took 30 h (usual 4 min)
   8. d0 16:05:00  flink: restore 8 took 30 h (usual 4 min)
   9. d0 17:05:00  flink: restore 9 took 30 h (usual 4 min)
  10. d0 18:05:00  flink: restore 10 took 30 h (usual 4 min)
  and 2 more

Faults that may happen, and how often they did
  spark/merge failure: fails before its commit  never
  spark/merge failure: dies after its commit    2 times

What this run did not put to the test
  - the fault "kafka leader" never fired

12,345 events, trace 0000000000abcdef, scenario 1f2e3d4c5b6a7988
Models of the plan were checked, not the systems.
)");
}

TEST(Text, StaysWithinTheColumns) {
  for (const RunResult& r : {RunResult{}, canonical(), wretched(), monstrous()}) {
    for (const std::size_t columns :
         {std::size_t{0}, std::size_t{60}, std::size_t{80}, std::size_t{97}, std::size_t{500}}) {
      for (const bool utf8 : {false, true}) {
        const std::string page = text(r, Terminal{.utf8 = utf8, .columns = columns});
        const std::size_t room = std::min(std::max(columns, columns_min), columns_max);
        for (const std::string& line : lines(page)) {
          EXPECT_LE(display_width(line), room) << line;
          EXPECT_FALSE(line.ends_with(' ')) << line;
          EXPECT_TRUE(utf8 || line.find_first_not_of(
                                  " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopq"
                                  "rstuvwxyz{|}~") == std::string::npos)
              << line;
        }
      }
    }
  }
}

TEST(Text, AddsNothingButEscapeSequencesForColour) {
  for (const RunResult& r : {RunResult{}, canonical(), wretched(), monstrous()}) {
    for (const bool utf8 : {false, true}) {
      const std::string coloured = text(r, Terminal{.colour = true, .utf8 = utf8});
      EXPECT_TRUE(contains(coloured, "\x1b["));
      EXPECT_EQ(without_colour(coloured), text(r, Terminal{.utf8 = utf8}));
    }
  }
}

TEST(Text, ColoursTheVerdict) {
  RunResult r = canonical();
  const auto page = [&](Outcome outcome) {
    r.outcome = outcome;
    return text(r, Terminal{.colour = true});
  };
  EXPECT_TRUE(contains(page(Outcome::converged), "\x1b[1;32mCONVERGED\x1b[0m"));
  EXPECT_TRUE(contains(page(Outcome::violated), "\x1b[1;31mVIOLATED\x1b[0m"));
  EXPECT_TRUE(contains(page(Outcome::vacuous), "\x1b[1;33mVACUOUS\x1b[0m"));
  EXPECT_TRUE(contains(page(Outcome::inconclusive), "\x1b[1;33mINCONCLUSIVE\x1b[0m"));
}

TEST(Text, DisarmsHostileTitles) {
  const std::string page = text(wretched(), Terminal{});
  EXPECT_EQ(lines(page).front(), R"(Evil \x1b[31mred\x1b]0;title\x07 \xff \u202egnp.exe)");
  EXPECT_FALSE(contains(page, "\x1b"));
}

TEST(Text, SaysThatNothingHappened) {
  const std::string page = text(RunResult{}, Terminal{});
  EXPECT_EQ(lines(page).front(), "Untitled scenario");
  EXPECT_EQ(row(page, "INCONCLUSIVE"), "INCONCLUSIVE");
  EXPECT_EQ(row(page, "Timeline"), "Timeline: nothing was changed, and all layers agreed");
  EXPECT_TRUE(contains(page, "\nNothing deviated from the usual\n"));
  EXPECT_TRUE(contains(page, "\nNo faults were declared\n"));
}

// What should have happened and did not breaks nothing, and must not look as if it did.
TEST(Text, TellsWhatNeverHappenedFromWhatIsBroken) {
  RunResult r = canonical();
  r.outcome = Outcome::vacuous;
  r.properties = {{"moved", "Sometimes version 3.", Kind::reachability, false, -2, Unit::version, "closest: 1"},
                  {"jobs", "", Kind::safety, true, 1, Unit::jobs, ""},
                  {"layers", "", Kind::safety, true, 2, Unit::layers, ""},
                  {"stops", "", Kind::safety, true, 3, Unit::count, ""}};
  EXPECT_TRUE(contains(text(r, {}), "  ? moved   -2 versions  Sometimes version 3.\n"));
  EXPECT_TRUE(contains(text(r, {}), "  ✓ jobs          1 job"));
  EXPECT_TRUE(contains(text(r, {}), "  ✓ layers     2 layers"));
  EXPECT_TRUE(contains(text(r, {}), "  ✓ stops             3"));
  Terminal ascii;
  ascii.utf8 = false;
  EXPECT_TRUE(contains(text(r, ascii), "  UNMET    moved   -2 versions  Sometimes version 3.\n"));
  EXPECT_FALSE(contains(text(r, ascii), "VIOLATED"));
}

TEST(Text, SaysThatLayersNeverAgreed) {
  RunResult r = canonical();
  r.convergence.reset();
  r.margin.reset();
  r.data.back() = {at(200), 5};
  const std::string page = text(r, Terminal{});
  EXPECT_TRUE(row(page, "all agree").ends_with("never")) << row(page, "all agree");
  EXPECT_FALSE(contains(row(page, "all agree"), "━"));
  EXPECT_TRUE(contains(page, "  layers disagree for longer: the last column has all that comes later\n"));
  EXPECT_TRUE(row(page, "data (rows)").ends_with("1.4 M      5")) << row(page, "data (rows)");
}

TEST(Text, NeverHidesASpike) {
  RunResult r = canonical();
  r.schema = {{at(9), 1}, {at(9, 1), 0}, {at(30), 900}, {at(30), 0}, {at(300), 900}, {at(300), 0}};
  r.convergence = hours(291);
  const std::string chart = row(text(r, Terminal{.utf8 = false}), "schema");
  EXPECT_TRUE(contains(chart, "900      0")) << chart;
  const auto spikes = std::count(chart.begin(), chart.end(), '@');
  EXPECT_EQ(spikes, 2) << chart;
  EXPECT_EQ(std::count(chart.begin(), chart.end(), '.'), 1) << chart;
}

TEST(Text, KeepsABarThatEndsInTimeBeforeTheLine) {
  RunResult r = canonical();
  for (const auto& [end, crosses] : {std::pair{at(33), false}, {at(33, 0, 1), true}}) {
    r.phases.back().finished = end;
    const std::string bar = row(text(r, Terminal{.utf8 = false}), "backfill");
    EXPECT_TRUE(contains(bar, "#|")) << bar;
    EXPECT_EQ(contains(bar, "|#"), crosses) << bar;
  }
}

TEST(Text, DrawsNoLineWithoutAnSla) {
  RunResult r = canonical();
  r.sla = {};
  const std::string page = text(r, Terminal{});
  EXPECT_FALSE(contains(page, "SLA  "));
  EXPECT_FALSE(contains(row(page, "review"), "│"));
}

TEST(Text, CutsLongNamesByTheColumnsTheyTake) {
  RunResult r = canonical();
  r.phases[0].name = "\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57";
  const std::string page = text(r, Terminal{});
  EXPECT_TRUE(contains(page, "  \u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57… "));
}

}  // namespace
}  // namespace converge::reports
