// The story of a run, line by line.
#include "reports/story.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace converge::reports {
namespace {

using sim::StoryLine;

const std::vector<StoryLine> rollout{{sim::Instant{} + sim::hours(9), "source", "adds the column discount"},
                                     {sim::Instant{} + sim::hours(9), "control", "detects the change"},
                                     {sim::Instant{} + sim::minutes(555), "spark/merge", "commits run 37"},
                                     {sim::Instant{} + sim::hours(250), "spark/backfill", "starts"},
                                     {sim::never, "source", ""}};

TEST(Story, TellsOneEventPerLine) {
  EXPECT_EQ(story(rollout, {}, Terminal{}),
            " d0 09:00:00  source          adds the column discount\n"
            " d0 09:00:00  control         detects the change\n"
            " d0 09:15:00  spark/merge     commits run 37\n"
            "d10 10:00:00  spark/backfill  starts\n"
            "       never  source\n");
}

TEST(Story, ShowsTheActorsAskedFor) {
  EXPECT_EQ(story(rollout, {"spark", "control"}, Terminal{}),
            " d0 09:00:00  control         detects the change\n"
            " d0 09:15:00  spark/merge     commits run 37\n"
            "d10 10:00:00  spark/backfill  starts\n");
}

TEST(Story, SaysWhomThereIsWhenNobodyIsLeft) {
  EXPECT_EQ(story(rollout, {"sparc", "\x1b"}, Terminal{}),
            "No actor is called sparc, \\x1b; there are control, source, spark/backfill, spark/merge.\n");
  EXPECT_EQ(story({}, {}, Terminal{}), "Nothing happened.\n");
}

TEST(Story, KeepsAnActorsColourUnderAFilter) {
  const Terminal t{.colour = true};
  const std::string merge = "\x1b[2md0 09:15:00\x1b[0m  \x1b[33mspark/merge\x1b[0m  commits run 37\n";
  EXPECT_EQ(story(rollout, {"spark/merge"}, t), merge);
  EXPECT_NE(story(rollout, {}, t).find("\x1b[33mspark/merge\x1b[0m     commits run 37\n"), std::string::npos);
}

TEST(Story, DisarmsWhatItShowsAndKeepsItOnOneLine) {
  const std::vector<StoryLine> lines{{{}, std::string(40, 'a'), "two\nlines \x1b[2J " + std::string(200, 'x')}};
  EXPECT_EQ(story(lines, {}, Terminal{}),
            "d0 00:00:00  " + std::string(23, 'a') + "…  two\\nlines \\x1b[2J " + std::string(200, 'x') + "\n");
}

}  // namespace
}  // namespace converge::reports
