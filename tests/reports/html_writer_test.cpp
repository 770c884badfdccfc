#include "reports/html_writer.hpp"

#include <gtest/gtest.h>

namespace converge::reports {
namespace {

TEST(HtmlWriter, ClosesWhatItOpenedInOrder) {
  Html h;
  {
    const auto section = h.in("section.a.b", {{"id", "x"}, {"class", "c"}});
    const auto p = h.in("p");
    h.text("1 < 2 & \"3\"");
    h.element("b", "it's");
    h.lone("input", {{"value", "a\"b<c>"}});
  }
  EXPECT_EQ(h.take(),
            "<section class=\"a b c\" id=\"x\">\n<p>1 &lt; 2 &amp; &quot;3&quot;<b>it&#39;s</b>\n"
            "<input value=\"a&quot;b&lt;c&gt;\"></p></section>");
}

TEST(HtmlWriter, LeavesOutAnEmptyClass) {
  Html h;
  h.element("td", "1", {{"class", ""}});
  EXPECT_EQ(h.take(), "<td>1</td>");
}

TEST(HtmlWriter, ShowsWhatWouldHideOrReorder) {
  EXPECT_EQ(escape_html("a\x1b[31m\xe2\x80\xae\xff\n"), "a\\x1b[31m\\u202e\\xff\\n");
  EXPECT_EQ(escape_html("漢字 Ünïcode ≠"), "漢字 Ünïcode ≠");
}

TEST(HtmlWriter, KeepsTheLinesOfAFile) {
  Html h;
  {
    const auto pre = h.in("pre");
    h.lines("{\n  \"a\": <1>\n}");
  }
  EXPECT_EQ(h.take(), "<pre>{\n  &quot;a&quot;: &lt;1&gt;\n}</pre>");
}

TEST(HtmlWriter, NothingInJsonEndsItsScript) {
  Html h;
  h.json("[\"</script><!--&\"]");
  EXPECT_EQ(h.take(), "[\"\\u003c/script\\u003e\\u003c!--\\u0026\"]");
}

}  // namespace
}  // namespace converge::reports
