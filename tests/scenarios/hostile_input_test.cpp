// Files written in bad faith, or by accident: each is answered with problems, in bounded time and memory, and whatever
// is shown of it is escaped. Nothing here may throw, crash or hang.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "scenarios/decode.hpp"
#include "scenarios/json_text.hpp"
#include "scenarios/problem.hpp"

namespace converge::scenarios {
namespace {

enum class Color { red, blue };

struct Leaf {
  std::string name;
  std::int32_t count = 1;
};

struct Toy {
  std::string title;
  bool flag = false;
  std::int32_t count = 1;
  sim::Duration wait = sim::seconds(1);
  sim::Window window = sim::exactly(sim::seconds(1));
  std::int32_t chance = 0;
  Color color = Color::red;
  std::optional<std::int32_t> cap;
  std::vector<std::string> words;
  Leaf leaf;
  std::vector<Leaf> leaves;
};

const Object<Toy>& table() {
  static const Object<Toy> toy = [] {
    const auto leaf = object<Leaf>("leaf", "A leaf.", field("name", &Leaf::name, "Its name."),
                                   field("count", &Leaf::count, "How many."));
    return object<Toy>(
        "toy", "A toy.", field("title", &Toy::title, "The claim.").required(), field("flag", &Toy::flag, "Whether."),
        field("count", &Toy::count, "How many."), field("wait", &Toy::wait, "How long."),
        field("window", &Toy::window, "How long, roughly."), field("chance", &Toy::chance, "How likely.").probability(),
        field("color", &Toy::color, names<Color>{{"red", Color::red, ""}, {"blue", Color::blue, ""}}, "Which."),
        field("cap", &Toy::cap, "At most."), field("words", &Toy::words, "Words."),
        field("leaf", &Toy::leaf, leaf, "A leaf."), field("leaves", &Toy::leaves, leaf, "Leaves."));
  }();
  return toy;
}

const std::string sample = R"({ // a comment
  "title": "ünïcode \"quoted\" \ud83d\ude00", "flag": true, "count": -3, "wait": "PT1H",
  "window": {"least": "1s", "usual": "2s", "most": "3s"}, "chance": 2.5e-1, "color": "blue", "cap": null,
  /* another */ "words": ["a", "", "\u0041"], "leaf": {"name": "x", "count": 2}, "leaves": [{"name": "y"}, {}]
})";

// Reads the text all the way, holds every promise to it that does not depend on what it says, and gives its problems.
std::vector<Problem> problems_of(std::string_view source) {
  const Text text = parse_text(source);
  if (!text.whole) {
    EXPECT_EQ(text.problems.size(), 1U) << printable(source.substr(0, 200));
  }
  const Decoded<Toy> decoded = decode(table(), text);
  EXPECT_LE(decoded.problems.size(), 2 * problems_max);
  const std::string shown = explain("hostile.json", source, decoded.problems);
  EXPECT_EQ(shown.empty(), decoded.problems.empty());
  EXPECT_LT(shown.size(), 200'000U);
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    EXPECT_TRUE((byte >= 0x20 && byte != 0x7F) || c == '\n') << static_cast<int>(byte);
  }
  for (const Problem& p : decoded.problems) {
    EXPECT_FALSE(p.found.empty());
    EXPECT_FALSE(p.expected.empty());
    EXPECT_LT(p.found.size(), 1'000U);
    EXPECT_LT(p.path.size(), 20'000U);
  }
  return decoded.problems;
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

TEST(HostileInput, TheSampleItselfIsGood) { EXPECT_EQ(problems_of(sample), std::vector<Problem>{}); }

TEST(HostileInput, AFileCutAtAnyByteHasExactlyOneProblem) {
  for (std::size_t length = 0; length < sample.size(); ++length)
    EXPECT_EQ(problems_of(std::string_view(sample).substr(0, length)).size(), 1U) << length;
}

TEST(HostileInput, AnyByteReplacedByAnyOtherIsSurvived) {
  std::string changed = sample;
  for (std::size_t at = 0; at < sample.size(); ++at) {
    for (const char c :
         {'\0', '\x01', '"', '\\', '{', '}', '[', ',', ':', '0', '-', 'e', '/', '*', '\n', '\x80', '\xFF'}) {
      changed[at] = c;
      problems_of(changed);
    }
    changed[at] = sample[at];
  }
}

TEST(HostileInput, AnyPartLeftOutOrRepeatedIsSurvived) {
  for (std::size_t first = 0; first < sample.size(); first += 3) {
    for (std::size_t length = 1; length < 60; length += 7) {
      const std::string part = sample.substr(first, length);
      problems_of(sample.substr(0, first) + sample.substr(std::min(sample.size(), first + length)));
      problems_of(sample.substr(0, first) + part + part + sample.substr(first));
    }
  }
}

TEST(HostileInput, EndlessNestingIsRefusedWithoutOverflowingTheStack) {
  for (const std::string_view piece : {"[", "{\"a\":", "[{\"a\":"}) {
    const std::vector<Problem> found = problems_of(repeated(piece, 100'000));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].found, "more than 64 nested arrays and objects");
  }
  EXPECT_EQ(problems_of(repeated("[", 100'000) + repeated("]", 100'000)).size(), 1U);
}

TEST(HostileInput, WrongTypesEverywhereAreAllReported) {
  const std::vector<std::string> names{"title", "flag", "count", "wait", "window", "chance",
                                       "color", "cap",  "words", "leaf", "leaves"};
  const auto all = [&](const std::string& value) {
    std::string source = "{";
    for (const std::string& name : names) source += (source == "{" ? "\"" : ", \"") + name + "\": " + value;
    return problems_of(source + "}").size();
  };
  EXPECT_EQ(all("null"), names.size() - 1);  // null is a cap
  EXPECT_EQ(all("true"), names.size() - 1);
  EXPECT_EQ(all("-0.1"), names.size());
  EXPECT_EQ(all("\"\\u0001\""), names.size());
  EXPECT_EQ(all("[[[]]]"), names.size());
  EXPECT_EQ(all("{\"\": {}}"), names.size() + 1);  // within a window both the key and the missing one
  EXPECT_EQ(all("99999999999999999999"), names.size());
  EXPECT_EQ(all("1e400"), 1U);  // no number at all: the text ends there
}

TEST(HostileInput, ManyMistakesAreCappedAndShownAsFifty) {
  const std::string source =
      "{\"leaves\": [" + repeated("{\"nmae\": 1, \"count\": \"x\"}, ", 900) + "{}], \"title\": \"t\"}";
  const std::vector<Problem> found = problems_of(source);
  EXPECT_EQ(found.size(), problems_max);
  const std::string shown = explain("f", source, found);
  EXPECT_EQ(shown.substr(shown.size() - 13), "and 950 more\n");
}

TEST(HostileInput, ManyDuplicatesOrUnknownKeysCostNeitherTimeNorMemory) {
  EXPECT_LE(
      problems_of("{\"" + std::string(1'000'000, 'k') + "\": {" + repeated("\"a\": 1, ", 99'000) + "\"a\": 1}}").size(),
      2 * problems_max);
  std::string source = "{";
  for (int i = 0; i < 150'000; ++i) source += "\"titel" + std::to_string(i) + "\":0,";
  EXPECT_EQ(problems_of(source + "\"title\":\"t\"}").size(), problems_max);
}

TEST(HostileInput, HugeTokensAreCutWhereTheyAreShown) {
  EXPECT_EQ(problems_of("{\"title\": \"" + std::string(3'000'000, 'x') + "\"}").size(), 1U);
  EXPECT_EQ(problems_of("{\"title\": \"t\", \"" + std::string(3'000'000, 'x') + "\": 1}").size(), 1U);
  EXPECT_EQ(problems_of("{\"title\": \"t\", \"count\": " + std::string(1'000'000, '9') + "}").size(), 1U);
  EXPECT_EQ(problems_of("{\"title\": \"t\", \"count\": 0." + std::string(1'000'000, '0') + "1}").size(), 1U);
  EXPECT_EQ(problems_of("{\"title\": \"t\", \"wait\": \"" + std::string(1'000'000, '9') + "s\"}").size(), 1U);
  EXPECT_EQ(problems_of(std::string(3'000'000, 'x')).size(), 1U);
  EXPECT_EQ(problems_of(repeated("//", 1'000'000)).size(), 1U);
  EXPECT_EQ(problems_of("{}" + repeated("/**/", 1'000'000) + "x").size(), 1U);
}

TEST(HostileInput, BytesThatAreNotTextAreNamedWhereverTheyStand) {
  using namespace std::string_view_literals;
  for (const std::string_view bad :
       {"\xFF"sv, "\xC0\x80"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv, "\xE2\x82"sv, "\0"sv}) {
    for (const auto& [before, after] :
         {std::pair{"{\"title\": \"a", "b\"}"}, {"{\"ti", "tle\": 1}"}, {"{} // ", "\n"}, {"{}", ""}}) {
      const std::string source = before + std::string(bad) + after;
      const std::vector<Problem> found = problems_of(source);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].line, 1U);
      EXPECT_EQ(found[0].column, std::string_view(before).size() + 1);
    }
  }
  for (const std::string surrogate : {R"(\ud800)", R"(\udfff)", R"(\ud800\ud800)", R"(\ud800x)"})
    EXPECT_EQ(problems_of("{\"title\": \"" + surrogate + "\"}").size(), 1U);
}

TEST(HostileInput, AByteOrderMarkIsForgivenOnceAndOnlyAtTheStart) {
  EXPECT_EQ(problems_of("\xEF\xBB\xBF" + sample).size(), 0U);
  EXPECT_EQ(problems_of("\xEF\xBB\xBF\xEF\xBB\xBF" + sample).size(), 1U);
  EXPECT_EQ(problems_of(sample + "\xEF\xBB\xBF").size(), 1U);
  EXPECT_EQ(problems_of("\xEF\xBB\xBF").size(), 1U);
  EXPECT_EQ(problems_of("\xEF\xBB").size(), 1U);
}

TEST(HostileInput, AHugeFileIsRefusedBySizeAndNotRead) {
  const std::string path = testing::TempDir() + "converge_hostile_huge.json";
  std::ofstream(path, std::ios::binary).close();
  std::filesystem::resize_file(path, std::uintmax_t{100} * 1024 * 1024);  // sparse: no disk is filled
  const FileText huge = read_file(path);
  EXPECT_LT(huge.text.capacity(), 1024U);
  EXPECT_EQ(explain("huge.json", "", huge.problems),
            "huge.json: error: found a file of 100 MiB, expected at most 4 MiB\n");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace converge::scenarios
