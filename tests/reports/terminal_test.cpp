// What the program finds around it decides what a terminal gets, and no text gets there that is not safe to show.
#include "reports/terminal.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace converge::reports {
namespace {

TEST(Terminal, FollowsTheConventions) {
  Surroundings s{.is_terminal = true, .columns = 100, .term = "xterm", .lang = "en_US.UTF-8"};
  EXPECT_TRUE(terminal(s).colour);
  EXPECT_TRUE(terminal(s).utf8);
  EXPECT_EQ(terminal(s).columns, 100U);
  s.no_color = "";  // set, and empty: as if it were not set
  EXPECT_TRUE(terminal(s).colour);
  s.no_color = "1";
  s.clicolor_force = "1";
  EXPECT_FALSE(terminal(s).colour);
  s.no_color.reset();
  s.is_terminal = false;
  EXPECT_TRUE(terminal(s).colour);
  EXPECT_EQ(terminal(s).columns, columns_usual);
  s.no_color_flag = true;
  EXPECT_FALSE(terminal(s).colour);
  EXPECT_FALSE(terminal({.is_terminal = true, .term = "dumb"}).colour);
  EXPECT_FALSE(terminal({.lc_all = "C", .lang = "en_US.UTF-8"}).utf8);
  EXPECT_TRUE(terminal({.lc_all = "", .lc_ctype = "C.utf8"}).utf8);
  EXPECT_FALSE(terminal({}).utf8);
  EXPECT_EQ(terminal({.is_terminal = true, .columns = 10}).columns, columns_min);
  EXPECT_EQ(terminal({.is_terminal = true, .columns = 1'000}).columns, columns_max);
}

TEST(Terminal, EscapesWhatIsNotSafeToShow) {
  const Terminal t;
  EXPECT_EQ(printable(t, "plain, na\u00efve \u6f22"), "plain, na\u00efve \u6f22");
  EXPECT_EQ(printable(t, "a\nb\r\tc\x7f"), R"(a\nb\r\tc\x7f)");
  EXPECT_EQ(printable(t, "\u009b31m \u202e \ufeff"), R"(\u009b31m \u202e \ufeff)");
  EXPECT_EQ(printable(t, "\xc0\xaf \xed\xa0\x80 \xf5 \xe2\x82"), R"(\xc0\xaf \xed\xa0\x80 \xf5 \xe2\x82)");
  EXPECT_EQ(printable(t, std::string_view("\0", 1)), R"(\x00)");
  EXPECT_EQ(printable(t, "e\u0301\u0301\u0301\u0301"), "e\u0301\u0301\u0301\\u0301");
  EXPECT_EQ(printable({.utf8 = false}, "\u2265 \u2026 na\u00efve \U0001f600"), R"(>= ... na\u00efve \U0001f600)");
}

TEST(Terminal, MeasuresCutsAndWrapsByColumns) {
  const Terminal t;
  EXPECT_EQ(display_width("e\u0301\u6f22\U0001f600"), 5U);
  EXPECT_EQ(cut(t, "abcdef", 6), "abcdef");
  EXPECT_EQ(cut(t, "abcdef", 5), "abcd…");
  EXPECT_EQ(cut(t, "\u6f22\u6f22\u6f22", 4), "\u6f22…");
  EXPECT_EQ(cut({.utf8 = false}, "abcdef", 5), "ab...");
  EXPECT_EQ(cut({.utf8 = false}, "abcdef", 2), "");
  EXPECT_EQ(wrap(t, "one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap(t, "abcdefgh ij", 4), (std::vector<std::string>{"abcd", "efgh", "ij"}));
  EXPECT_EQ(wrap(t, "one two three four", 7, 2), (std::vector<std::string>{"one two", "three…"}));
  EXPECT_EQ(wrap(t, "", 7), std::vector<std::string>{""});
}

}  // namespace
}  // namespace converge::reports
