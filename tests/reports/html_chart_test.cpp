// Places in time as per cent, and step functions that are no longer than a screen can show.
#include "reports/html_chart.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

namespace converge::reports {
namespace {

using sim::Instant;
using sim::Sample;

const TimeScale day{Instant{} + sim::hours(9), sim::hours(25), sim::hours(24)};

TEST(HtmlChart, PlacesMomentsAlongTheChart) {
  EXPECT_EQ(percent_at(day.at(Instant{} + sim::hours(9))), "0%");
  EXPECT_EQ(percent_at(day.at(Instant{} + sim::hours(33))), "96%");
  EXPECT_EQ(percent_at(day.at(Instant{} + sim::hours(9) + sim::minutes(1))), "0.067%");
  EXPECT_EQ(percent_at(day.at(Instant{})), "0%");
  EXPECT_EQ(percent_at(day.at(sim::never)), "100%");
  EXPECT_EQ(percent_at(day.at(Instant{std::numeric_limits<std::int64_t>::min()})), "0%");
}

TEST(HtmlChart, DrawsEachStepOfAShortSeries) {
  const std::vector<Sample> series{
      {Instant{} + sim::hours(9), 4}, {Instant{} + sim::hours(14), 2}, {Instant{} + sim::hours(19), 0}};
  EXPECT_EQ(step_path(day, series, 4, false), "M0 0H2000V500H4000V1000H10000");
  EXPECT_EQ(step_path(day, series, 4, true), "M0 1000V0H2000V500H4000V1000H10000V1000Z");
  EXPECT_EQ(step_path(day, {}, 0, false), "M0 1000H10000");
}

TEST(HtmlChart, ThinsALongOneAndKeepsItsPeaks) {
  std::vector<Sample> series;
  for (std::int64_t i = 0; i < 90'000; ++i)
    series.push_back({Instant{} + sim::hours(9) + sim::seconds(i), i == 4'711 ? 100 : i % 2});
  const std::string path = step_path(day, series, 100, false);
  EXPECT_LT(path.size(), 30'000U);
  EXPECT_NE(path.find("V0"), std::string::npos) << "the one peak";
}

TEST(HtmlChart, OnlyZeroLiesOnTheGround) {
  const std::vector<Sample> series{{Instant{} + sim::hours(9), 1}};
  EXPECT_EQ(step_path(day, series, 1'000'000'000, false), "M0 988H10000");
}

TEST(HtmlChart, HasFewTicksWhateverTheSpan) {
  for (const std::int64_t us : {std::int64_t{1}, std::int64_t{1'000'000}, sim::days(3).us, sim::days(36'500).us,
                                std::numeric_limits<std::int64_t>::max()}) {
    const std::vector<Tick> all = ticks({{}, {us}, {}}, 8);
    EXPECT_GE(all.size(), 1U) << us;
    EXPECT_LE(all.size(), 9U) << us;
  }
}

}  // namespace
}  // namespace converge::reports
