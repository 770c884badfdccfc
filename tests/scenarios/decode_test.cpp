// The decoder, on a toy: every kind of field, every kind of mistake with its exact words, and all of them at once.
#include "scenarios/decode.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace converge::scenarios {
namespace {

enum class Overlap { skip, queue, cancel };

struct Retry {
  std::int32_t attempts = 3;
  sim::Duration pause = sim::seconds(10);
};

struct Step {
  std::string name;
  std::string after;
  sim::Window takes = sim::exactly(sim::minutes(5));
};

struct Pair {
  std::int64_t left = 0;
  std::int64_t right = 0;
};

struct Toy {
  std::string title;
  bool strict = true;
  std::int32_t partitions = 12;
  std::uint8_t level = 1;
  std::uint64_t rows = 0;
  sim::Duration retention = sim::days(7);
  sim::Window restart{sim::minutes(1), sim::minutes(5), sim::minutes(20)};
  std::int32_t crash = 5'000;
  std::int32_t growth = 250'000;
  Overlap overlap = Overlap::queue;
  std::optional<sim::Duration> freeze;
  std::optional<std::int32_t> cap = 9;
  std::vector<std::int64_t> keys{1, 2};
  std::vector<std::string> tags;
  Retry retry;
  std::optional<Retry> fallback;
  std::vector<Step> steps;
  Pair pair;
};

const Codec<Pair> pair_codec = custom<Pair>(
    "two whole numbers such as \"3:4\"", R"({"type": "string", "pattern": "^[0-9]:[0-9]$"})",
    [](Pair& target, const Located& json, Context& context) {
      if (json.kind == Located::Kind::string && json.text.size() == 3 && json.text[1] == ':') {
        target = {json.text[0] - '0', json.text[2] - '0'};
      } else {
        context.problem(json, describe(json), "two whole numbers such as \"3:4\"");
      }
    },
    [](const Pair& p) { return "\"" + std::to_string(p.left) + ":" + std::to_string(p.right) + "\""; });

Object<Toy> toy_table() {
  const auto retry = object<Retry>("retry", "How failures are retried.",
                                   field("attempts", &Retry::attempts, "How often.").range(1, 10),
                                   field("pause", &Retry::pause, "How long between two.").at_most(sim::hours(1)))
                         .rule("ten attempts need a pause", [](const Retry& r, const Located& json, Context& context) {
                           if (r.attempts == 10 && r.pause == sim::Duration{})
                             context.problem(json, "ten attempts without a pause", "a pause");
                         });
  const auto step = object<Step>("step", "One step.", field("name", &Step::name, "Its name.").identifier().required(),
                                 field("after", &Step::after, "The step before."),
                                 field("takes", &Step::takes, "How long it takes.").at_least(sim::seconds(1)));
  return object<Toy>(
      "toy", "A toy.", field("title", &Toy::title, "The claim.").length(1, 20).required(),
      field("strict", &Toy::strict, "Whether."), field("partitions", &Toy::partitions, "How many.").range(1, 256),
      field("level", &Toy::level, "How high."), field("rows", &Toy::rows, "How much."),
      field("retention", &Toy::retention, "How long.").range(sim::minutes(1), sim::days(30)),
      field("restart", &Toy::restart, "How long a restart takes."),
      field("crash", &Toy::crash, "How likely.").probability(),
      field("growth", &Toy::growth, "How much.").percentage(300),
      field("overlap", &Toy::overlap,
            names<Overlap>{{"skip", Overlap::skip, "the later goes"},
                           {"queue", Overlap::queue, "the later waits"},
                           {"cancel", Overlap::cancel, ""}},
            "What then."),
      field("freeze", &Toy::freeze, "How long, if at all."), field("cap", &Toy::cap, "How many at most.").at_least(0),
      field("keys", &Toy::keys, "Which.").range(0, 99).items(1, 3), field("tags", &Toy::tags, "Labels."),
      field("retry", &Toy::retry, retry, "Retries."), field("fallback", &Toy::fallback, retry, "Other retries."),
      field("steps", &Toy::steps, step, "The steps."), field("pair", &Toy::pair, pair_codec, "Two numbers."));
}

Decoded<Toy> read(std::string_view source) {
  static const Object<Toy> table = toy_table();
  return decode(table, parse_text(source));
}

// Each problem's sentence with its place, one a line, without the source lines.
std::string problems(std::string_view source) {
  std::string out;
  for (const Problem& p : read(source).problems) {
    out += std::to_string(p.line) + ":" + std::to_string(p.column) + " " + p.path + ": found " + p.found +
           ", expected " + p.expected + (p.hint.empty() ? "" : "; " + p.hint) + "\n";
  }
  return out;
}

// The problem of one member beside a good title, without its place.
std::string problem_of(const std::string& member) {
  const std::string all = problems("{\"title\": \"t\", " + member + "}");
  return all.empty() ? "none" : all.substr(all.find(' ') + 1, all.size() - all.find(' ') - 2);
}

TEST(Decode, TakesEveryDefaultFromTheStruct) {
  const Decoded<Toy> read_back = read(R"({"title": "t"})");
  EXPECT_TRUE(read_back.problems.empty());
  const Toy& toy = read_back.value;
  EXPECT_EQ(toy.title, "t");
  EXPECT_EQ(toy.partitions, 12);
  EXPECT_EQ(toy.overlap, Overlap::queue);
  EXPECT_EQ(toy.cap, 9);
  EXPECT_EQ(toy.keys, (std::vector<std::int64_t>{1, 2}));
  EXPECT_FALSE(toy.fallback);
}

TEST(Decode, ReadsEveryKindOfField) {
  const Decoded<Toy> read_back = read(R"({
    "$schema": "../toy.schema.json",
    "title": "a — b", "strict": false, "partitions": 256, "level": 255, "rows": 9223372036854775807,
    "retention": "1h30m", "restart": ["1m", "PT2M", "3m"], "crash": "0.25%", "growth": 150, "overlap": "skip",
    "freeze": "2d", "cap": null, "keys": [0, 5.0, 9e1], "tags": ["x", ""],
    "retry": {"attempts": 7}, "fallback": {"pause": "1s"},
    "steps": [{"name": "a"}, {"name": "b/c", "after": "a", "takes": {"usual": "2m", "most": "9m"}}],
    "pair": "3:4"
  })");
  EXPECT_EQ(read_back.problems, std::vector<Problem>{});
  const Toy& toy = read_back.value;
  EXPECT_EQ(toy.title, "a — b");
  EXPECT_FALSE(toy.strict);
  EXPECT_EQ(toy.partitions, 256);
  EXPECT_EQ(toy.level, 255);
  EXPECT_EQ(toy.rows, 9223372036854775807U);
  EXPECT_EQ(toy.retention, sim::minutes(90));
  EXPECT_EQ(toy.restart, (sim::Window{sim::minutes(1), sim::minutes(2), sim::minutes(3)}));
  EXPECT_EQ(toy.crash, 2'500);
  EXPECT_EQ(toy.growth, 1'500'000);
  EXPECT_EQ(toy.overlap, Overlap::skip);
  EXPECT_EQ(toy.freeze, sim::days(2));
  EXPECT_EQ(toy.cap, std::nullopt);
  EXPECT_EQ(toy.keys, (std::vector<std::int64_t>{0, 5, 90}));
  EXPECT_EQ(toy.tags, (std::vector<std::string>{"x", ""}));
  EXPECT_EQ(toy.retry.attempts, 7);
  EXPECT_EQ(toy.retry.pause, sim::seconds(10));
  ASSERT_TRUE(toy.fallback);
  EXPECT_EQ(toy.fallback->pause, sim::seconds(1));
  ASSERT_EQ(toy.steps.size(), 2U);
  EXPECT_EQ(toy.steps[1].takes, (sim::Window{sim::minutes(2), sim::minutes(2), sim::minutes(9)}));
  EXPECT_EQ(toy.pair.right, 4);
}

TEST(Decode, ReadsTheFormsOfAWindow) {
  const auto window = [](const std::string& json) {
    return read(R"({"title": "t", "restart": )" + json + "}").value.restart;
  };
  const sim::Window wanted{sim::minutes(1), sim::minutes(5), sim::minutes(20)};
  EXPECT_EQ(window(R"("5m")"), sim::exactly(sim::minutes(5)));
  EXPECT_EQ(window(R"({"usual": "5m"})"), sim::exactly(sim::minutes(5)));
  EXPECT_EQ(window(R"(["1m", "5m", "20m"])"), wanted);
  EXPECT_EQ(window(R"({"most": "20m", "least": "1m", "usual": "5m"})"), wanted);
}

TEST(Decode, ReadsProbabilitiesExactly) {
  const auto crash = [](const std::string& json) {
    return read(R"({"title": "t", "crash": )" + json + "}").value.crash;
  };
  EXPECT_EQ(crash("0"), 0);
  EXPECT_EQ(crash("1"), 1'000'000);
  EXPECT_EQ(crash("1.0"), 1'000'000);
  EXPECT_EQ(crash("0.3"), 300'000);
  EXPECT_EQ(crash("1e-6"), 1);
  EXPECT_EQ(crash("0.000001000"), 1);
  EXPECT_EQ(crash("\"100%\""), 1'000'000);
  EXPECT_EQ(crash("\"0.0001%\""), 1);
  EXPECT_EQ(crash("\"33.3333%\""), 333'333);
}

TEST(Decode, NamesEachMistakeExactly) {
  EXPECT_EQ(problem_of(R"("strict": 1)"), "/strict: found 1, expected true or false");
  EXPECT_EQ(problem_of(R"("strict": "true")"), "/strict: found \"true\", expected true or false; without the quotes");
  EXPECT_EQ(problem_of(R"("partitions": 300)"), "/partitions: found 300, expected a whole number from 1 to 256");
  EXPECT_EQ(problem_of(R"("partitions": 2.5)"), "/partitions: found 2.5, expected a whole number from 1 to 256");
  EXPECT_EQ(problem_of(R"("partitions": "12")"),
            "/partitions: found \"12\", expected a whole number from 1 to 256; without the quotes");
  EXPECT_EQ(problem_of(R"("partitions": null)"), "/partitions: found null, expected a whole number from 1 to 256");
  EXPECT_EQ(problem_of(R"("partitions": 99999999999999999999)"),
            "/partitions: found 99999999999999999999, expected a whole number of at most 64 bits");
  EXPECT_EQ(problem_of(R"("level": 256)"), "/level: found 256, expected a whole number from 0 to 255");
  EXPECT_EQ(problem_of(R"("rows": -1)"), "/rows: found -1, expected a whole number, at least 0");
  EXPECT_EQ(problem_of(R"("cap": "x")"), "/cap: found \"x\", expected a whole number from 0 to 2147483647, or null");
  EXPECT_EQ(
      problem_of(R"("retention": 15)"),
      "/retention: found 15, expected a duration such as \"15m\" or \"PT1H30M\" from 1 min to 30 d; with its unit: "
      "\"15s\", \"15m\" or \"15h\"");
  EXPECT_EQ(problem_of(R"("retention": "15 minutes")"),
            "/retention: found \"15 minutes\", expected a duration such as \"15m\" or \"PT1H30M\" from 1 min to 30 d");
  EXPECT_EQ(problem_of(R"("retention": "31d")"),
            "/retention: found \"31d\", expected a duration such as \"15m\" or \"PT1H30M\" from 1 min to 30 d");
  EXPECT_EQ(problem_of(R"("crash": 1.5)"),
            "/crash: found 1.5, expected a probability from 0 to 1, such as 0.005 or \"0.5%\"");
  EXPECT_EQ(
      problem_of(R"("crash": 0.0000001)"),
      "/crash: found 0.0000001, expected a probability from 0 to 1, such as 0.005 or \"0.5%\"; at most six decimals");
  EXPECT_EQ(problem_of(R"("crash": "101%")"),
            "/crash: found \"101%\", expected a probability from 0 to 1, such as 0.005 or \"0.5%\"");
  EXPECT_EQ(problem_of(R"("growth": "301%")"),
            "/growth: found \"301%\", expected a percentage from 0 to 300, such as 25 or \"25%\"");
  EXPECT_EQ(problem_of(R"("overlap": "qeue")"),
            "/overlap: found \"qeue\", expected one of \"skip\", \"queue\" or \"cancel\"; did you mean \"queue\"?");
  EXPECT_EQ(problem_of(R"("overlap": 3)"), "/overlap: found 3, expected one of \"skip\", \"queue\" or \"cancel\"");
  EXPECT_EQ(problem_of(R"("keys": {})"), "/keys: found an empty object, expected an array of 1 to 3 items");
  EXPECT_EQ(problem_of(R"("keys": [])"), "/keys: found an empty array, expected an array of 1 to 3 items");
  EXPECT_EQ(problem_of(R"("keys": [1, 2, 3, 4])"), "/keys: found an array of 4, expected an array of 1 to 3 items");
  EXPECT_EQ(problem_of(R"("keys": [1, 100])"), "/keys/1: found 100, expected a whole number from 0 to 99");
  EXPECT_EQ(problem_of(R"("tags": ["a\u0007b"])"),
            "/tags/0: found \"a\\u0007b\", expected a string without control characters");
  EXPECT_EQ(problem_of(R"("retry": [])"), "/retry: found an empty array, expected an object");
  EXPECT_EQ(problem_of(R"("retry": {"attempt": 3})"),
            "/retry/attempt: found unknown key \"attempt\", expected one of \"attempts\" or \"pause\"; did you mean "
            "\"attempts\"?");
  EXPECT_EQ(
      problem_of(R"("steps": [{"after": "x"}])"),
      "/steps/0: found an object without \"name\", expected the key \"name\": a name of letters, digits, '_', '-', '.' "
      "or '/' that starts with a letter or '_', at most 64 characters");
  EXPECT_EQ(
      problem_of(R"("steps": [{"name": "two words"}])"),
      "/steps/0/name: found \"two words\", expected a name of letters, digits, '_', '-', '.' or '/' that starts with a "
      "letter or '_', at most 64 characters");
  EXPECT_EQ(problem_of(R"("pair": 34)"), "/pair: found 34, expected two whole numbers such as \"3:4\"");
  EXPECT_EQ(problem_of(R"("$schema": 3)"), "/$schema: found 3, expected the address of a JSON Schema");
  EXPECT_EQ(problem_of(R"("retry": {"$schema": ""})"),
            "/retry/$schema: found unknown key \"$schema\", expected one of \"attempts\" or \"pause\"");
  EXPECT_EQ(problem_of(R"("retry": {"attempts": 10, "pause": "0s"})"),
            "/retry: found ten attempts without a pause, expected a pause");
}

TEST(Decode, NamesEachMistakeInAWindow) {
  const std::string any =
      "expected a duration such as \"5m\", three of them such as [\"1m\", \"5m\", \"20m\"], or {\"least\": \"1m\", "
      "\"usual\": "
      "\"5m\", \"most\": \"20m\"}";
  EXPECT_EQ(problem_of(R"("restart": true)"), "/restart: found true, " + any);
  EXPECT_EQ(problem_of(R"("restart": ["1m", "2m"])"), "/restart: found an array of 2, " + any);
  EXPECT_EQ(problem_of(R"("restart": ["5m", "1m", "9m"])"),
            "/restart/1: found \"1m\", expected usual not below least (5 min); a window is least <= usual <= most");
  EXPECT_EQ(problem_of(R"("restart": {"usual": "5m", "most": "1m"})"),
            "/restart/most: found \"1m\", expected most not below usual (5 min); a window is least <= usual <= most");
  EXPECT_EQ(problem_of(R"("restart": {"least": "5m"})"),
            "/restart: found an object without \"usual\", expected the key \"usual\": a duration such as \"15m\"");
  EXPECT_EQ(problem_of(R"("restart": {"usual": "x"})"),
            "/restart/usual: found \"x\", expected a duration such as \"15m\" or \"PT1H30M\"");
  EXPECT_EQ(problem_of(R"("restart": {"usual": "1m", "mots": "2m"})"),
            "/restart/mots: found unknown key \"mots\", expected one of \"least\", \"usual\" or \"most\"; did you mean "
            "\"most\"?");
  EXPECT_EQ(problem_of(R"("steps": [{"name": "a", "takes": ["1ms", "1s", "1s"]}])"),
            "/steps/0/takes/0: found \"1ms\", expected a duration such as \"15m\" or \"PT1H30M\", at least 1 s");
}

TEST(Decode, CountsTheCharactersOfAStringAndNotItsBytes) {
  EXPECT_EQ(problems("{\"title\": \"éééééééééééééééééééé\"}"), "");
  EXPECT_EQ(problems("{\"title\": \"ééééééééééééééééééééé\"}"),
            "1:11 /title: found \"ééééééééééééééééééééé\" of 21 characters, expected a string of 1 to 20 characters\n");
  EXPECT_EQ(problems("{\"title\": \"\"}"),
            "1:11 /title: found \"\" of 0 characters, expected a string of 1 to 20 characters\n");
}

TEST(Decode, ReportsEverythingAtOnceAndKeepsTheDefaults) {
  const std::string source =
      "{\n"
      "  \"partitons\": 3,\n"
      "  \"partitions\": 0,\n"
      "  \"overlap\": \"Skip\",\n"
      "  \"restart\": [\"9m\", \"x\", \"1m\"],\n"
      "  \"steps\": [{\"name\": \"a\"}, 7, {\"name\": \"b\", \"after\": 5}],\n"
      "  \"overlap\": \"cancel\"\n"
      "}\n";
  const Decoded<Toy> read_back = read(source);
  EXPECT_EQ(
      explain("toy.json", source, read_back.problems),
      "toy.json:1:1: error: found an object without \"title\", expected the key \"title\": a string of 1 to 20 "
      "characters\n"
      "   1 | {\n"
      "     | ^\n"
      "toy.json:2:3: error: /partitons: found unknown key \"partitons\", expected one of \"title\", \"strict\", "
      "\"partitions\", \"level\", \"rows\", \"retention\", \"restart\", \"crash\", \"growth\", \"overlap\", "
      "\"freeze\", "
      "\"cap\", \"keys\", \"tags\", \"retry\", \"fallback\", \"steps\" or \"pair\"; did you mean \"partitions\"?\n"
      "   2 |   \"partitons\": 3,\n"
      "     |   ^\n"
      "toy.json:3:17: error: /partitions: found 0, expected a whole number from 1 to 256\n"
      "   3 |   \"partitions\": 0,\n"
      "     |                 ^\n"
      "toy.json:4:14: error: /overlap: found \"Skip\", expected one of \"skip\", \"queue\" or \"cancel\"; did you mean "
      "\"skip\"?\n"
      "   4 |   \"overlap\": \"Skip\",\n"
      "     |              ^\n"
      "toy.json:5:21: error: /restart/1: found \"x\", expected a duration such as \"15m\" or \"PT1H30M\"\n"
      "   5 |   \"restart\": [\"9m\", \"x\", \"1m\"],\n"
      "     |                     ^\n"
      "toy.json:6:28: error: /steps/1: found 7, expected an object\n"
      "   6 |   \"steps\": [{\"name\": \"a\"}, 7, {\"name\": \"b\", \"after\": 5}],\n"
      "     |                            ^\n"
      "toy.json:6:54: error: /steps/2/after: found 5, expected a string of at most 200 characters\n"
      "   6 |   \"steps\": [{\"name\": \"a\"}, 7, {\"name\": \"b\", \"after\": 5}],\n"
      "     |                                                      ^\n"
      "toy.json:7:3: error: /overlap: found the key \"overlap\" a second time, expected each key once; the first is at "
      "line 4, column 3\n"
      "   7 |   \"overlap\": \"cancel\"\n"
      "     |   ^\n");
  EXPECT_EQ(read_back.value.partitions, 12);
  EXPECT_EQ(read_back.value.restart, Toy{}.restart);
  ASSERT_EQ(read_back.value.steps.size(), 3U);  // the indices of the file, for the checks that follow
  EXPECT_EQ(read_back.value.steps[2].name, "b");
}

TEST(Decode, LetsTheCallerPointAtAPlaceAfterwards) {
  const Text text = parse_text("{\"title\": \"t\",\n \"steps\": [{\"name\": \"a\", \"after\": \"b\"}]}");
  Context context(text.root);
  context.problem("/steps/0/after", "\"b\"", "one of \"a\"");
  context.problem("/steps/0/takes/usual", "nothing", "something");
  context.problem("/nowhere", "nothing", "something");
  const std::vector<Problem> found = context.take();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0], (Problem{"/steps/0/after", 2, 35, "\"b\"", "one of \"a\"", ""}));
  EXPECT_EQ(found[1], (Problem{"/steps/0/takes/usual", 2, 12, "nothing", "something", ""}));
  EXPECT_EQ(found[2], (Problem{"/nowhere", 1, 1, "nothing", "something", ""}));
}

TEST(Decode, StopsCollectingAtTheLimit) {
  std::string source = "{\"title\": \"t\", \"tags\": [1";
  for (int i = 0; i < 5'000; ++i) source += ", 1";
  EXPECT_EQ(read(source + "]}").problems.size(), problems_max);
}

TEST(ExactDecimal, ReadsWhatIsWholeAndNothingElse) {
  EXPECT_EQ(exact_decimal("0.5", 6), 500'000);
  EXPECT_EQ(exact_decimal("-1.25e1", 1), -125);
  EXPECT_EQ(exact_decimal("100e-2", 0), 1);
  EXPECT_EQ(exact_decimal("0e999999999999", 0), 0);
  EXPECT_EQ(exact_decimal("-0.0", 0), 0);
  EXPECT_EQ(exact_decimal("0.0000001", 6), std::nullopt);
  EXPECT_EQ(exact_decimal("1e-999999999999", 6), std::nullopt);
  EXPECT_EQ(exact_decimal("9223372036854775807", 0), 9223372036854775807);
  EXPECT_EQ(exact_decimal("-9223372036854775808", 0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(exact_decimal("9223372036854775808", 0), std::nullopt);
  EXPECT_EQ(exact_decimal("1e18", 0), 1'000'000'000'000'000'000);
  EXPECT_EQ(exact_decimal("1e19", 0), std::nullopt);
}

}  // namespace
}  // namespace converge::scenarios
