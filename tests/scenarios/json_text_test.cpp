// Text to tree: positions, wording of syntax errors, limits, and how problems are shown.
#include "scenarios/json_text.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "scenarios/problem.hpp"

namespace converge::scenarios {
namespace {

using Kind = Located::Kind;

// The first line of the explanation without the file name: "line:column: error: ...".
std::string first_error(std::string_view source) {
  const Text text = parse_text(source);
  const std::string all = explain("f", source, text.problems);
  return all.empty() ? "none" : all.substr(2, all.find('\n') - 2);
}

std::string place(const Located* at) {
  return at == nullptr ? "nowhere" : std::to_string(at->line) + ":" + std::to_string(at->column);
}

TEST(JsonText, KeepsValuesKeysAndTheirPlaces) {
  const Text text = parse_text(
      "{ // a comment, with a comma\n"
      "  \"name\": \"a \\\"b\\\" \\u00e9\",\n"
      "  /* : */ \"list\" : [ 1, -2 ,\t3.50e+1, true,null,{}, [ ] ],\n"
      "  \"é\": false\n"
      "}\n");
  ASSERT_TRUE(text.whole);
  EXPECT_TRUE(text.problems.empty());
  const Located& root = text.root;
  ASSERT_EQ(root.kind, Kind::object);
  ASSERT_EQ(root.items.size(), 3U);
  EXPECT_EQ(place(&root), "1:1");

  EXPECT_EQ(root.items[0].key, "name");
  EXPECT_EQ(root.items[0].key_line, 2U);
  EXPECT_EQ(root.items[0].key_column, 3U);
  EXPECT_EQ(root.items[0].text, "a \"b\" é");
  EXPECT_EQ(place(&root.items[0]), "2:11");

  const Located* list = root.member("list");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->key_column, 11U);
  EXPECT_EQ(place(list), "3:20");
  ASSERT_EQ(list->items.size(), 7U);
  EXPECT_EQ(place(&list->items[0]), "3:22");
  EXPECT_EQ(place(&list->items[1]), "3:25");
  EXPECT_EQ(list->items[1].integer, -2);
  EXPECT_EQ(place(&list->items[2]), "3:30");
  EXPECT_EQ(list->items[2].kind, Kind::real);
  EXPECT_EQ(list->items[2].text, "3.50e+1");
  EXPECT_TRUE(list->items[3].boolean);
  EXPECT_EQ(place(&list->items[4]), "3:44");
  EXPECT_EQ(list->items[5].kind, Kind::object);
  EXPECT_EQ(place(&list->items[6]), "3:53");
  EXPECT_EQ(place(root.member("é")), "4:8");
}

TEST(JsonText, CountsColumnsAsCharactersAndIgnoresTheByteOrderMark) {
  EXPECT_EQ(place(find(parse_text("\xEF\xBB\xBF[\"éé€\", 1]").root, "/1")), "1:9");
}

TEST(JsonText, FindsByPointerAndNamesThePointerOfEachValue) {
  const Text text = parse_text(R"({"a/b": [{"x~y": 1}, {"x": [[2, 3]]}], "": 4})");
  ASSERT_TRUE(text.whole);
  for (const std::string pointer : {"", "/a~1b", "/a~1b/0", "/a~1b/0/x~0y", "/a~1b/1/x/0/1", "/"}) {
    const Located* at = find(text.root, pointer);
    ASSERT_NE(at, nullptr) << pointer;
    EXPECT_EQ(pointer_to(text.root, *at), pointer);
  }
  for (const std::string pointer :
       {"x", "/a", "/a~1b/2", "/a~1b/00", "/a~1b/-1", "/a~1b/0/x~2y", "/a~1b/99999999999", "//"})
    EXPECT_EQ(find(text.root, pointer), nullptr) << pointer;
}

TEST(JsonText, SaysWhatWasFoundAndWhatWasExpected) {
  EXPECT_EQ(first_error(""), "1:1: error: found an empty file, expected a JSON document");
  EXPECT_EQ(first_error(" // nothing\n"), "1:12: error: found an empty file, expected a JSON document");
  EXPECT_EQ(first_error("{a:1}"), "1:2: error: found a, expected a key in double quotes");
  EXPECT_EQ(first_error("{\"a\" 1}"), "1:6: error: found 1, expected ':' after the key \"a\"");
  EXPECT_EQ(first_error("{\"a\":1 \"b\":2}"), "1:8: error: found \"b\", expected ',' or '}'; is a ',' missing?");
  EXPECT_EQ(first_error("{\"a\":1,}"),
            "1:8: error: found '}', expected a key in double quotes; a ',' may not follow the last item");
  EXPECT_EQ(first_error("[1,\n]"), "2:1: error: found ']', expected a value; a ',' may not follow the last item");
  EXPECT_EQ(first_error("[1,,2]"), "1:4: error: found ',', expected a value");
  EXPECT_EQ(first_error("[1}"), "1:3: error: found '}', expected ',' or ']'");
  EXPECT_EQ(first_error("[01]"), "1:3: error: found 1, expected ',' or ']'; a number may not start with 0");
  EXPECT_EQ(first_error("[1.]"), "1:2: error: found 1., expected a number");
  EXPECT_EQ(first_error("[+1]"), "1:2: error: found +1, expected a value; a number starts with a digit or '-'");
  EXPECT_EQ(first_error("[True]"), "1:2: error: found True, expected a value; did you mean true?");
  EXPECT_EQ(first_error("[None]"), "1:2: error: found None, expected a value; did you mean null?");
  EXPECT_EQ(first_error("[NaN]"), "1:2: error: found NaN, expected a value; there is no such number in JSON");
  EXPECT_EQ(first_error("['x']"), "1:2: error: found ', expected a value; strings stand in double quotes");
  EXPECT_EQ(first_error("# x\n{}"), "1:1: error: found #, expected a value; comments start with // or /*");
  EXPECT_EQ(first_error("[ä]"), "1:2: error: found ä, expected a value");
  EXPECT_EQ(first_error("\"ab\ncd\""),
            "1:4: error: found a line break inside a string, expected a closing '\"'; a line break in a string is "
            "written \\n");
  EXPECT_EQ(first_error("\"abc"), "1:1: error: found a string without an end, expected a closing '\"'");
  EXPECT_EQ(first_error("\"a\tb\""), "1:3: error: found a control character inside a string, expected its escape: \\t");
  EXPECT_EQ(first_error("[\"\\u12G4\"]"), "1:7: error: found 'G', expected four hexadecimal digits after \\u");
  EXPECT_EQ(first_error("[1, /* x"), "1:5: error: found a comment without an end, expected a closing '*/'");
}

TEST(JsonText, PointsPastTheEndOfATruncatedFileAndNamesWhatIsOpen) {
  EXPECT_EQ(first_error("{\n  \"a\": [1, 2\n\n"),
            "2:13: error: found the end of the file, expected ',' or ']'; the '[' at line 2, column 8 is not closed");
  EXPECT_EQ(first_error("{\"a\":"),
            "1:6: error: found the end of the file, expected a value; the '{' at line 1, column 1 is not closed");
}

TEST(JsonText, RefusesWhatFollowsTheDocument) {
  EXPECT_EQ(first_error("[1]]"), "1:4: error: found ']', expected nothing after the end of the document");
  EXPECT_EQ(first_error("{} {}"), "1:4: error: found '{', expected nothing after the end of the document");
  EXPECT_EQ(first_error("[1] x"), "1:5: error: found x, expected nothing after the end of the document");
  EXPECT_EQ(first_error("[1] // a comment may"), "none");
}

TEST(JsonText, ReportsEveryDuplicateKeyWithBothPlacesAndReadsOn) {
  const std::string source = "{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2},\n \"a\": 3, \"a\": 4}";
  const Text text = parse_text(source);
  EXPECT_TRUE(text.whole);
  EXPECT_EQ(
      explain("f.json", source, text.problems),
      "f.json:2:16: error: /b/c: found the key \"c\" a second time, expected each key once; the first is at line 2, "
      "column 8\n"
      "   2 |  \"b\": {\"c\": 1, \"c\": 2},\n"
      "     |                ^\n"
      "f.json:3:2: error: /a: found the key \"a\" a second time, expected each key once; the first is at line 1, "
      "column 2\n"
      "   3 |  \"a\": 3, \"a\": 4}\n"
      "     |  ^\n"
      "f.json:3:10: error: /a: found the key \"a\" a second time, expected each key once; the first is at line 1, "
      "column 2\n"
      "   3 |  \"a\": 3, \"a\": 4}\n"
      "     |          ^\n");
}

TEST(JsonText, RefusesNumbersThatDoNotFit) {
  EXPECT_EQ(first_error("[9223372036854775807, -9223372036854775808]"), "none");
  EXPECT_EQ(first_error("[9223372036854775808]"),
            "1:2: error: /0: found 9223372036854775808, expected a whole number of at most 64 bits");
  EXPECT_EQ(first_error("[-9223372036854775809]"),
            "1:2: error: /0: found -9223372036854775809, expected a whole number of at most 64 bits");
  EXPECT_EQ(first_error("[99999999999999999999]"),
            "1:2: error: /0: found 99999999999999999999, expected a whole number of at most 64 bits");
  EXPECT_EQ(first_error("[1e400]"), "1:2: error: found 1e400, expected a number below 1e308");
}

TEST(JsonText, StopsAtTheLimitsOnNestingAndSize) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ(first_error(nested(nesting_max)), "none");
  EXPECT_EQ(first_error(nested(nesting_max + 1)),
            "1:65: error: found more than 64 nested arrays and objects, expected a flatter file");
  const auto zeros = [](std::size_t n) {
    std::string out = "[0";
    for (std::size_t i = 1; i < n; ++i) out += ",0";
    return out + "]";
  };
  EXPECT_EQ(first_error(zeros(nodes_max - 1)), "none");
  EXPECT_EQ(first_error(zeros(nodes_max)), "1:400000: error: found more than 200,000 values, expected a smaller file");
  EXPECT_EQ(first_error(std::string(text_bytes_max, ' ') + "1"),
            " error: found more than 4 MiB, expected a smaller file");
}

TEST(JsonText, RefusesBytesThatAreNotText) {
  using namespace std::string_view_literals;
  EXPECT_EQ(first_error("[1]\0"sv), "1:4: error: found a NUL byte, expected text");
  EXPECT_EQ(first_error("[\0\0]"sv), "1:2: error: found a NUL byte, expected text; is this UTF-16? Save it as UTF-8");
  EXPECT_EQ(first_error("{}\n// \xC0\x80"), "2:4: error: found the byte \\xc0, expected UTF-8 text");
  EXPECT_EQ(first_error("{\"\xFF\": 1}"), "1:3: error: found the byte \\xff, expected UTF-8 text");
  EXPECT_EQ(first_error("[\"\xED\xA0\x80\"]"), "1:3: error: found the byte \\xed, expected UTF-8 text");
  EXPECT_EQ(first_error("\xFF\xFE[\0"sv),
            "1:1: error: found the byte \\xff, expected UTF-8 text; is this UTF-16? Save it as UTF-8");
  EXPECT_EQ(first_error(R"(["\ud800"])"),
            "1:3: error: found half of a surrogate pair, expected \\uD800 to \\uDBFF followed by \\uDC00 to \\uDFFF");
  EXPECT_EQ(first_error(R"(["\udc00x"])"),
            "1:3: error: found half of a surrogate pair, expected \\uD800 to \\uDBFF followed by \\uDC00 to \\uDFFF");
}

TEST(Utf8, MeasuresExactlyTheWellFormedCharacters) {
  for (const std::string good :
       {"a", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_EQ(utf8_length(good), good.size());
  for (const std::string bad : {"", "\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
                                "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC2\x41", "\xFF"})
    EXPECT_EQ(utf8_length(bad), 0U);
}

TEST(ReadFile, SaysWhyAFileCannotBeRead) {
  const std::string missing = testing::TempDir() + "no_such_file_here.json";
  EXPECT_EQ(explain("x", "", read_file(missing).problems), "x: error: found no such file, expected a file to read\n");
  EXPECT_EQ(explain("x", "", read_file(testing::TempDir()).problems),
            "x: error: found a directory, expected a file to read\n");

  const std::string path = testing::TempDir() + "converge_read_file_test.json";
  std::ofstream(path) << "[1, 2]\n";
  EXPECT_EQ(read_file(path).text, "[1, 2]\n");
  EXPECT_TRUE(read_file(path, 7).problems.empty());
  EXPECT_EQ(explain("x", "", read_file(path, 6).problems),
            "x: error: found a file of 7 bytes, expected at most 6 bytes\n");
  if (geteuid() != 0) {  // the superuser reads everything
    std::filesystem::permissions(path, std::filesystem::perms::none);
    EXPECT_EQ(explain("x", "", read_file(path).problems),
              "x: error: found a file that cannot be opened (Permission denied), expected a file to read\n");
  }
  std::filesystem::remove(path);
}

TEST(ReadFile, RefusesAnEndlessDeviceAtTheLimit) {
  if (!std::filesystem::exists("/dev/zero")) GTEST_SKIP() << "no such device here";
  const FileText read = read_file("/dev/zero");
  EXPECT_TRUE(read.text.empty());
  EXPECT_EQ(explain("x", "", read.problems), "x: error: found more than 4 MiB, expected at most 4 MiB\n");
}

TEST(Explain, SortsByPlaceAndCountsWhatItLeavesOut) {
  std::vector<Problem> problems;
  for (std::size_t i = 53; i-- > 0;)
    problems.push_back({.line = i + 1, .column = 1, .found = "x" + std::to_string(i), .expected = "y"});
  const std::string shown = explain("f", "", problems);
  EXPECT_TRUE(shown.starts_with("f:1:1: error: found x0, expected y\nf:2:1: error: found x1, expected y\n")) << shown;
  EXPECT_TRUE(shown.ends_with("f:50:1: error: found x49, expected y\nand 3 more\n")) << shown;
  EXPECT_EQ(explain("f", "", {}), "");
}

TEST(Explain, CutsLongLinesAroundTheCaret) {
  const std::string source = std::string(300, 'a') + "X" + std::string(300, 'b');
  EXPECT_EQ(explain("f", source, {{.line = 1, .column = 301, .found = "X", .expected = "Y"}}),
            "f:1:301: error: found X, expected Y\n"
            "   1 | ..." +
                std::string(70, 'a') + "X" + std::string(39, 'b') +
                "...\n"
                "     |    " +
                std::string(70, ' ') + "^\n");
}

TEST(Explain, ShowsTabsAndKeepsTheCaretUnderItsCharacter) {
  EXPECT_EQ(explain("f", "\t\té\x01 X\r\n", {{.line = 1, .column = 6, .found = "X"}}),
            "f:1:6: error: found X\n"
            "   1 |         é\\u0001 X\n"
            "     |                 ^\n");
}

TEST(Explain, NeverPassesOnWhatCouldHarmATerminal) {
  const std::string nasty = "\x1b[31m\xE2\x80\xAE\xFF\xC2\x9B\n";
  const std::string shown = explain(
      nasty, nasty, {{.path = "/" + nasty, .line = 1, .column = 1, .found = nasty, .expected = nasty, .hint = nasty}});
  for (const char c : shown) EXPECT_TRUE((c >= ' ' && c < '\x7f') || c == '\n') << static_cast<int>(c);
  EXPECT_NE(shown.find("\\u001b[31m\\u202e\\xff\\u009b\\n"), std::string::npos) << shown;
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 3);
}

TEST(Nearest, ForgivesSlipsInProportionToTheLength) {
  const std::vector<std::string> names{"alter_base", "alter_cdc", "restart", "id"};
  EXPECT_EQ(nearest("alter_bse", names), "alter_base");
  EXPECT_EQ(nearest("alter_cd", names), "alter_cdc");
  EXPECT_EQ(nearest("retsart", names), "restart");  // one swap
  EXPECT_EQ(nearest("ALTER_BASE", names), "alter_base");
  EXPECT_EQ(nearest("ID", names), "id");
  EXPECT_EQ(nearest("x", names), "");
  EXPECT_EQ(nearest("deploy", names), "");
  EXPECT_EQ(nearest(std::string(10'000, 'a'), names), "");
  EXPECT_EQ(did_you_mean("restrat", names), "did you mean \"restart\"?");
  EXPECT_EQ(did_you_mean("zzz", names), "");
}

TEST(OneOf, ListsAndCuts) {
  EXPECT_EQ(one_of(std::vector<std::string>{"a"}), "\"a\"");
  EXPECT_EQ(one_of(std::vector<std::string>{"a", "b", "c"}), "one of \"a\", \"b\" or \"c\"");
  EXPECT_TRUE(one_of(std::vector<std::string>(30, "a")).ends_with("\"a\" or 6 more"));
}

}  // namespace
}  // namespace converge::scenarios
