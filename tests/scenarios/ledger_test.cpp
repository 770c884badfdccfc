// Ledgers: what is written is read back exactly, and what was torn, edited or belongs elsewhere is found.
#include "scenarios/ledger.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "scenarios/cli_output.hpp"
#include "tests/support/program.hpp"

namespace converge::scenarios {
namespace {

constexpr CampaignKey kKey{.scenario = 0x0123456789abcdef, .seed = 18'446'744'073'709'551'615U, .swarm = true};

sim::Tally tally(std::uint64_t from, std::uint64_t schedules) {
  sim::Tally t;
  for (std::uint64_t i = from; i < from + schedules; ++i) {
    sim::add(t, i,
             {.convergence = sim::seconds(static_cast<std::int64_t>(i)),
              .margins = {static_cast<std::int64_t>(i) - 20},
              .holds = {i >= 20},
              .violated = i < 20,
              .asked = {i},
              .fired = {1},
              .finished = {true},
              .disagreed = {false},
              .silences = {{"a \"quoted\" reason, ünïcode and a\nline break", true}}});
  }
  return t;
}

std::string ledger_of(const std::vector<sim::Stretch>& stretches) {
  std::string text = ledger_header(kKey);
  for (const sim::Stretch& s : stretches) text += ledger_line(s);
  return text;
}

bool same(const std::vector<sim::Stretch>& a, const std::vector<sim::Stretch>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].from != b[i].from || !(a[i].tally == b[i].tally)) return false;
  }
  return true;
}

TEST(Ledger, WhatIsWrittenIsReadBack) {
  const std::vector<sim::Stretch> stretches{{16, tally(16, 16)}, {0, tally(0, 16)}, {32, tally(32, 3)}};
  const std::string text = ledger_of(stretches);
  const LedgerText read = parse_ledger(text, kKey);
  EXPECT_EQ(read.problems, std::vector<Problem>{});
  EXPECT_EQ(read.good, text.size());
  EXPECT_TRUE(same(read.stretches, stretches));
}

TEST(Ledger, SaysInItsFirstLineWhichCampaignItIs) {
  EXPECT_EQ(ledger_header(kKey).substr(0, ledger_header(kKey).find(",\"sum\"")),
            R"({"converge":")" CONVERGE_VERSION
            R"(","ledger":2,"scenario":"0123456789abcdef","seed":"18446744073709551615","swarm":true)");
}

std::uint64_t any_count() {
  return *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 20), rc::gen::arbitrary<std::uint64_t>(),
                         rc::gen::just(std::numeric_limits<std::uint64_t>::max()));
}
std::int64_t any_margin() {
  return *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(), rc::gen::just(std::numeric_limits<std::int64_t>::max()),
                         rc::gen::just(std::numeric_limits<std::int64_t>::min()));
}

// Figures from all over: a line keeps what a tally can hold, whether a campaign could give it or not.
RC_GTEST_PROP(Ledger, RoundTripsAnyTally, ()) {
  sim::Stretch s;
  s.from = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 60U);
  sim::Tally& t = s.tally;
  t.schedules = *rc::gen::inRange<std::uint64_t>(1, 100);
  t.violated = any_count();
  const auto properties = *rc::gen::inRange(0, 5);
  for (int i = 0; i < properties; ++i) {
    t.broken.push_back(any_count());
    t.least.push_back({any_margin(), any_count()});
    t.first_broken.push_back(*rc::gen::inRange(0, 2) == 0 ? std::nullopt : std::optional(any_count()));
  }
  const auto runs = *rc::gen::inRange(0, 20);
  for (int i = 0; i < runs; ++i) {
    if (*rc::gen::inRange(0, 4) == 0) {
      t.convergence.add_never();
    } else {
      t.convergence.add(sim::Duration{*rc::gen::inRange<std::int64_t>(0, sim::days(365).us)});
    }
  }
  for (auto* list : {&t.asked, &t.fired, &t.finished, &t.disagreed}) {
    const auto n = *rc::gen::inRange(0, 5);
    for (int i = 0; i < n; ++i) list->push_back(any_count());
  }
  const auto silences = *rc::gen::inRange(0, 3);
  for (int i = 0; i < silences; ++i) {
    const auto why = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    t.silences[{why, *rc::gen::arbitrary<bool>()}] = any_count();
  }
  const std::string text = ledger_of({s});
  const LedgerText read = parse_ledger(text, kKey);
  RC_ASSERT(read.problems.empty());
  RC_ASSERT(same(read.stretches, {s}));
  RC_ASSERT(ledger_of(read.stretches) == text);
}

TEST(Ledger, ALastLineCutShortAtAnyByteIsDroppedAndTheRestStands) {
  const std::vector<sim::Stretch> stretches{{0, tally(0, 16)}, {16, tally(16, 16)}};
  const std::string text = ledger_of(stretches);
  const std::size_t header = ledger_header(kKey).size();
  const std::size_t one = header + ledger_line(stretches[0]).size();
  for (std::size_t bytes = 0; bytes <= text.size(); ++bytes) {
    const LedgerText read = parse_ledger(text.substr(0, bytes), kKey);
    ASSERT_EQ(read.problems, std::vector<Problem>{}) << bytes;
    ASSERT_EQ(read.stretches.size(), bytes == text.size() ? 2U : bytes >= one ? 1U : 0U) << bytes;
    ASSERT_EQ(read.good, bytes == text.size() ? text.size() : bytes >= one ? one : bytes >= header ? header : 0U);
  }
}

TEST(Ledger, OfAnotherCampaignIsRefused) {
  const std::string text = ledger_of({{0, tally(0, 16)}});
  for (const CampaignKey& other : {CampaignKey{kKey.scenario + 1, kKey.seed, true}, CampaignKey{kKey.scenario, 7, true},
                                   CampaignKey{kKey.scenario, kKey.seed, false}}) {
    const LedgerText read = parse_ledger(text, other);
    ASSERT_EQ(read.problems.size(), 1U);
    EXPECT_EQ(read.problems[0].line, 1U);
    EXPECT_TRUE(read.stretches.empty());
    EXPECT_EQ(read.good, 0U);
  }
}

TEST(Ledger, OfAnotherVersionIsRefused) {
  std::string text = ledger_of({});
  text.replace(text.find(CONVERGE_VERSION), 1, "9");
  EXPECT_EQ(parse_ledger(text, kKey).problems.size(), 1U);
}

// Whoever mistypes a name must not find their file emptied.
TEST(Ledger, AFileThatIsNoLedgerIsRefusedThoughItsLastLineHasNoEnd) {
  for (const std::string text : {"dear diary", "{", "{\"converge\":\"0.1.1", "\n"}) {
    const LedgerText read = parse_ledger(text, kKey);
    if (text == "{") {  // as a ledger begins that was cut short in its first line
      EXPECT_EQ(read.problems.size(), 0U);
    } else {
      EXPECT_EQ(read.problems.size(), 1U) << text;
    }
    EXPECT_EQ(read.good, 0U);
  }
}

TEST(Ledger, ALineThatWasEditedIsRefusedWhereverTheEditIs) {
  const std::vector<sim::Stretch> stretches{{0, tally(0, 16)}, {16, tally(16, 16)}};
  const std::string text = ledger_of(stretches);
  const std::size_t second = ledger_header(kKey).size() + ledger_line(stretches[0]).size();
  for (std::size_t i = ledger_header(kKey).size(); i + 1 < text.size(); ++i) {
    std::string edited = text;
    edited[i] = edited[i] == '1' ? '2' : '1';
    if (edited == text) continue;
    const LedgerText read = parse_ledger(edited, kKey);
    const bool joined = text[i] == '\n';  // two lines became one
    ASSERT_EQ(read.problems.size(), 1U) << i;
    ASSERT_EQ(read.problems[0].line, i < second || joined ? 2U : 3U) << i;
    ASSERT_EQ(read.stretches.size(), i < second ? 0U : 1U) << i;
  }
}

TEST(Ledger, AnEmptyLineAForeignLineAndAMissingFieldAreRefused) {
  for (const std::string more : {"\n", "{}\n", "# comment\n"}) {
    EXPECT_EQ(parse_ledger(ledger_of({}) + more, kKey).problems.size(), 1U) << more;
  }
  EXPECT_EQ(parse_ledger(ledger_of({}) + ledger_header(kKey), kKey).problems.size(), 1U);  // sealed, and no stretch
}

TEST(Ledger, StretchesThatOverlapOrAreThereTwiceAreRefused) {
  const auto problems = [](const std::vector<sim::Stretch>& s) { return parse_ledger(ledger_of(s), kKey).problems; };
  EXPECT_EQ(problems({{0, tally(0, 16)}, {0, tally(0, 16)}}).size(), 1U);
  EXPECT_EQ(problems({{0, tally(0, 4)}, {0, tally(0, 16)}}).size(), 1U);
  EXPECT_EQ(problems({{0, tally(0, 16)}, {15, tally(15, 1)}}).size(), 1U);
  EXPECT_EQ(problems({{15, tally(15, 1)}, {0, tally(0, 16)}}).size(), 1U);
  EXPECT_EQ(problems({{0, tally(0, 32)}, {4, tally(4, 2)}, {40, tally(40, 2)}}).size(), 1U);
  EXPECT_EQ(problems({{0, tally(0, 16)}, {16, tally(16, 16)}}).size(), 0U);
  // Behind a short one that lies inside a long one, the long one still counts.
  EXPECT_EQ(problems({{0, tally(0, 32)}, {4, tally(4, 2)}, {20, tally(20, 2)}}).size(), 2U);
}

TEST(Ledger, OnDiskGoesOnBehindTheLastWholeLine) {
  const support::Folder folder;
  const std::string path = folder / "campaign.ledger";
  const sim::Stretch first{0, tally(0, 16)};
  const sim::Stretch second{16, tally(16, 16)};
  {
    Ledger ledger{path, kKey, 0};
    ledger.append(first);
    ledger.append(second);
  }
  EXPECT_EQ(support::slurp(path), ledger_of({first, second}));
  std::string torn = support::slurp(path);
  torn.resize(torn.size() - 5);
  folder.write("campaign.ledger", torn);
  const LedgerText read = parse_ledger(torn, kKey);
  EXPECT_TRUE(same(read.stretches, {first}));
  {
    Ledger ledger{path, kKey, read.good};
    ledger.append(second);
  }
  EXPECT_EQ(support::slurp(path), ledger_of({first, second}));
}

TEST(Ledger, ThatCannotBeWrittenSaysSo) {
  const support::Folder folder;
  EXPECT_THROW((Ledger{folder / "no/such/folder", kKey, 0}), CannotWrite);
  EXPECT_THROW((Ledger{folder.path().string(), kKey, 0}), CannotWrite);
}

}  // namespace
}  // namespace converge::scenarios
