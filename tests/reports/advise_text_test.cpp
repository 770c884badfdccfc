// The page and the document of `advise`: what is shown for each verdict, and that no text from a file breaks them.
#include "reports/advise_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/advise_json.hpp"

namespace converge::reports {
namespace {

using sim::Advice;
using sim::hours;
using sim::minutes;
using testing::HasSubstr;
using testing::Not;

sim::AdviseResult misfit() {
  sim::AdviseResult r{.command = "advise", .title = "a plan", .outcome = sim::Outcome::violated, .sla = hours(24)};
  r.sentence = "It does not fit.";
  r.judged_by = "the analytic bound";
  r.worst = hours(30);
  r.bound = sim::Bound{.earliest = minutes(31), .usual = hours(7), .latest = hours(30)};
  r.bound->steps.push_back({.name = "review",
                            .takes = {minutes(10), hours(4), hours(20)},
                            .ends_most = sim::Instant{} + hours(29),
                            .critical = true,
                            .slack = sim::Duration{}});
  r.bound->steps.push_back({.name = "beside", .waits_most = hours(2), .slack = std::nullopt});
  const sim::Turn turn{.lever = "review.delay", .now = hours(20), .to = hours(10)};
  r.sensitivity.push_back({.turn = turn, .usual = hours(0) - hours(2), .latest = hours(0) - hours(10)});
  r.one_at_a_time.push_back(
      {.kind = Advice::Kind::fits_at, .turns = {turn}, .latest = hours(20), .confirmed_by = "the analytic bound"});
  r.one_at_a_time.push_back({.kind = Advice::Kind::nothing_helps, .turns = {turn}, .latest = hours(25)});
  return r;
}

TEST(AdviseText, WhatDoesNotFitComesWithWhatWouldMakeItFitAndWhoSaysSo) {
  const std::string page = text(misfit(), {});
  EXPECT_THAT(page, HasSubstr("a window of at least 1 d 6 h"));
  EXPECT_THAT(page, HasSubstr("review.delay 10 h (now 20 h); 20 h at the latest"));
  EXPECT_THAT(page, HasSubstr("no value of it helps"));
  EXPECT_THAT(page, HasSubstr("* review"));
  EXPECT_THAT(page, HasSubstr("-10h"));
}

TEST(AdviseText, WithoutABoundItHasNoTables) {
  sim::AdviseResult r = misfit();
  r.outcome = sim::Outcome::inconclusive;
  r.bound.reset();
  r.worst.reset();
  const std::string page = text(r, {});
  EXPECT_THAT(page, HasSubstr("INCONCLUSIVE"));
  EXPECT_THAT(page, Not(HasSubstr("at a time")));
}

TEST(AdviseText, KeepsToTheWidthOfTheTerminalWhateverTheNames) {
  sim::AdviseResult r = misfit();
  r.title = std::string(300, 'x') + "\x1b[31m\xff";
  for (sim::BoundStep& s : r.bound->steps) s.name = std::string(200, 'y') + "\x1b[31m";
  r.one_at_a_time[0].turns[0].lever = "plan." + std::string(200, 'z') + "\x1b]0;";
  for (const std::size_t columns : {std::size_t{60}, std::size_t{80}, std::size_t{120}}) {
    const std::string page = text(r, {.columns = columns});
    EXPECT_THAT(page, Not(HasSubstr("\x1b")));
    std::size_t begin = 0;
    for (std::size_t end = page.find('\n'); end != std::string::npos; begin = end + 1, end = page.find('\n', begin)) {
      EXPECT_LE(display_width(page.substr(begin, end - begin)), columns);
    }
  }
}

TEST(AdviseJson, HasEveryFieldAlsoWhereThereIsNoBound) {
  sim::AdviseResult none = misfit();
  none.bound.reset();
  none.worst.reset();
  const auto whole = nlohmann::json::parse(json(misfit()));
  const auto empty = nlohmann::json::parse(json(none));
  for (const auto& [key, value] : whole.items()) EXPECT_TRUE(empty.contains(key)) << key;
  EXPECT_TRUE(empty["bound"].is_null());
  EXPECT_EQ(whole["bound"]["latest_s"], 108'000);
  EXPECT_EQ(whole["sensitivity"][0]["latest_moves_s"], -36'000);
  EXPECT_EQ(whole["one_at_a_time"][0]["kind"], "fits_at");
  EXPECT_TRUE(whole["bound"]["steps"][1]["slack_s"].is_null());
}

}  // namespace
}  // namespace converge::reports
