// The schema and the reference page of a toy, word for word, and the patterns against the parsers they stand for.
//
// The last test writes the schema of a larger toy and a corpus of good and bad files with the decoder's verdict on
// each; schema_oracle.py then asks a validator of JSON Schema whether it agrees. The folder is $SCHEMA_ORACLE_DIR when
// set.
#include "scenarios/json_schema.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "scenarios/decode.hpp"

namespace converge::scenarios {
namespace {

enum class Overlap { skip, queue };

struct Step {
  std::string name;
  sim::Window takes = sim::exactly(sim::minutes(5));
};

struct Toy {
  std::string title;
  std::int32_t partitions = 12;
  std::int32_t crash = 5'000;
  Overlap overlap = Overlap::queue;
  sim::Duration retention = sim::days(7);
  std::optional<std::int64_t> cap;
  std::vector<Step> steps;
};

Object<Toy> toy_table() {
  const auto step = object<Step>("step", "One step.", field("name", &Step::name, "Its name.").identifier().required(),
                                 field("takes", &Step::takes, "How long it takes."))
                        .rule("the name is not a|b", [](const Step&, const Located&, Context&) {});
  return object<Toy>(
      "toy", "A toy.", field("title", &Toy::title, "The claim.").length(1, 20).required(),
      field("partitions", &Toy::partitions, "How many.").range(1, 256).source("[K-topic]"),
      field("crash", &Toy::crash, "How likely.").probability(),
      field("overlap", &Toy::overlap,
            names<Overlap>{{"skip", Overlap::skip, "the later goes"}, {"queue", Overlap::queue, "the later waits"}},
            "What then."),
      field("retention", &Toy::retention, "How long.").at_least(sim::minutes(1)),
      field("cap", &Toy::cap, "At most so many."), field("steps", &Toy::steps, step, "The steps.").items(0, 5));
}

TEST(JsonSchema, FollowsTheTable) {
  const std::string schema = json_schema(*toy_table().spec, "https://example.org/toy.schema.json", "Toy");
  const std::string head = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://example.org/toy.schema.json",
  "title": "Toy",
  "type": "object",
  "description": "A toy.",
  "properties": {
    "$schema": {
      "type": "string",
      "description": "The address of this schema, for editors."
    },
    "title": {
      "type": "string",
      "minLength": 1,
      "maxLength": 20,
      "not": {
        "pattern": "[\\u0000-\\u001f\\u007f-\\u009f]"
      },
      "description": "The claim."
    },
    "partitions": {
      "type": "integer",
      "minimum": 1,
      "maximum": 256,
      "description": "How many.",
      "$comment": "source: [K-topic]",
      "default": 12
    },
    "crash": {
      "$ref": "#/$defs/probability",
      "description": "How likely.",
      "default": 0.005
    },
    "overlap": {
      "enum": [
        "skip",
        "queue"
      ],
      "description": "What then. skip: the later goes; queue: the later waits.",
      "default": "queue"
    },
    "retention": {
      "$ref": "#/$defs/duration",
      "description": "How long. At least 1 min.",
      "default": "P7D"
    },
    "cap": {
      "anyOf": [
        {
          "type": "integer"
        },
        {
          "type": "null"
        }
      ],
      "description": "At most so many.",
      "default": null
    },
    "steps": {
      "type": "array",
      "items": {
        "$ref": "#/$defs/step"
      },
      "maxItems": 5,
      "description": "The steps.",
      "default": []
    }
  },
  "required": [
    "title"
  ],
  "additionalProperties": false,
  "$defs": {
    "duration": {
)";
  EXPECT_EQ(schema.substr(0, head.size()), head);
  const std::string tail = R"(    "step": {
      "type": "object",
      "description": "One step. Also checked: the name is not a|b.",
      "properties": {
        "name": {
          "type": "string",
          "pattern": "^[A-Za-z_][A-Za-z0-9_./-]{0,63}$",
          "description": "Its name."
        },
        "takes": {
          "$ref": "#/$defs/window",
          "description": "How long it takes.",
          "default": "PT5M"
        }
      },
      "required": [
        "name"
      ],
      "additionalProperties": false
    }
  }
}
)";
  EXPECT_EQ(schema.substr(schema.size() - std::min(schema.size(), tail.size())), tail);
}

TEST(ReferenceMarkdown, FollowsTheTable) {
  EXPECT_EQ(reference_markdown(*toy_table().spec), R"(## toy

A toy.

| field | type | default | range | meaning |
| --- | --- | --- | --- | --- |
| `title` | text | **required** | 1 to 20 characters | The claim. |
| `partitions` | whole number | `12` | 1 to 256 | How many. [K-topic] |
| `crash` | probability | `0.005` | 0 to 1 | How likely. |
| `overlap` | `"skip"`, `"queue"` | `"queue"` |  | What then. `skip`: the later goes; `queue`: the later waits. |
| `retention` | duration | `"P7D"` | at least 1 min | How long. |
| `cap` | whole number or `null` | `null` |  | At most so many. |
| `steps` | array of [step](#step) | `[]` | 0 to 5 items | The steps. |

## step

One step.

| field | type | default | range | meaning |
| --- | --- | --- | --- | --- |
| `name` | name | **required** | 1 to 64 characters | Its name. |
| `takes` | window | `"PT5M"` |  | How long it takes. |

- Also checked: the name is not a\|b.
)");
}

// Every string over the alphabet, up to a length.
void every_string(const std::string& alphabet, std::size_t length_max,
                  const std::function<void(const std::string&)>& visit) {
  std::vector<std::string> now{""};
  for (std::size_t length = 0; length <= length_max; ++length) {
    std::vector<std::string> next;
    for (const std::string& text : now) {
      visit(text);
      for (const char c : alphabet) next.push_back(text + c);
    }
    now = std::move(next);
  }
}

TEST(JsonSchema, ItsDurationPatternAcceptsWhatTheParserReads) {
  const std::regex pattern(duration_pattern());
  int accepted = 0;
  const auto agree = [&](const std::string& text) {
    const bool parsed = sim::parse_duration(text).has_value();
    accepted += parsed ? 1 : 0;
    EXPECT_EQ(std::regex_match(text, pattern), parsed) << text;
  };
  every_string("1.,smu", 4, agree);
  every_string("PT1.DHMS", 4, agree);
  every_string("2wdhPT", 4, agree);
  for (const std::string text : {"P1W2DT3H4M5.5S",
                                 "P1.5DT1H",
                                 "P1DT",
                                 "PT",
                                 "P",
                                 "1w2d3h4m5s6ms7us",
                                 "1.5h30m",
                                 "1h1.5s",
                                 "PT1,5S",
                                 "1,5s",
                                 "5m3h",
                                 "P1Y",
                                 "P1M",
                                 "-5m",
                                 " 5m",
                                 "5m ",
                                 "5 m",
                                 "5m\n",
                                 "1e3s",
                                 "PT0.5M",
                                 "01h"})
    agree(text);
  EXPECT_GT(accepted, 30);
}

struct Everything {
  bool flag = false;
  std::int64_t count = 0;
  std::string name = "a";
  std::string label;
  Overlap overlap = Overlap::skip;
  sim::Duration duration;
  sim::Window window;
  std::int32_t chance = 0;
  std::int32_t share = 0;
  std::int32_t growth = 0;
  std::optional<sim::Duration> maybe;
  std::vector<std::string> list;
  Step step{.name = "first"};
  std::vector<Step> steps;
};

Object<Everything> everything_table() {
  using E = Everything;
  const auto step = object<Step>("step", "One step.", field("name", &Step::name, "Its name.").identifier().required(),
                                 field("takes", &Step::takes, "How long it takes."));
  return object<E>("everything", "A field of each kind.", field("flag", &E::flag, "Yes or no."),
                   field("count", &E::count, "How many.").range(-5, 100),
                   field("name", &E::name, "A name.").identifier(), field("label", &E::label, "A text.").length(0, 4),
                   field("overlap", &E::overlap,
                         names<Overlap>{{"skip", Overlap::skip, ""}, {"queue", Overlap::queue, ""}}, "Which."),
                   field("duration", &E::duration, "How long."), field("window", &E::window, "How long, roughly."),
                   field("chance", &E::chance, "How likely.").probability(),
                   field("share", &E::share, "How much.").percentage(),
                   field("growth", &E::growth, "How much more.").percentage(250),
                   field("maybe", &E::maybe, "How long, if at all."), field("list", &E::list, "Words.").items(0, 2),
                   field("step", &E::step, step, "A step."), field("steps", &E::steps, step, "Steps.").items(0, 2));
}

TEST(JsonSchema, WritesACorpusOnWhichAValidatorMustAgree) {
  const Object<Everything> table = everything_table();
  const std::vector<std::string> values{"null",
                                        "true",
                                        "0",
                                        "-1",
                                        "-5",
                                        "-6",
                                        "100",
                                        "101",
                                        "5.0",
                                        "5.5",
                                        "1e2",
                                        "0.5",
                                        "1.0",
                                        "1.5",
                                        "0.25",
                                        "250",
                                        "251",
                                        "\"\"",
                                        "\"a\"",
                                        "\"-a\"",
                                        "\"a/b.c-d_E\"",
                                        "\"a b\"",
                                        "\"é\"",
                                        "\"éééé\"",
                                        "\"ééééé\"",
                                        "\"😀😀😀😀\"",
                                        "\"\\u0000\"",
                                        "\"\\u0085\"",
                                        "\"\\u007f\"",
                                        "\"a\\n\"",
                                        "\"5m\\n\"",
                                        "\"skip\"",
                                        "\"Skip\"",
                                        "\"queue \"",
                                        "\"5m\"",
                                        "\"5 m\"",
                                        "\"PT5M\"",
                                        "\"PT\"",
                                        "\"P1DT2H\"",
                                        "\"1h30m\"",
                                        "\"30m1h\"",
                                        "\"1.5h\"",
                                        "\"1.5h1m\"",
                                        "\"0.5%\"",
                                        "\"100%\"",
                                        "\"100.0%\"",
                                        "\"100.5%\"",
                                        "\"101%\"",
                                        "\"007%\"",
                                        "\"07%\"",
                                        "\"0007%\"",
                                        "\"1.00000%\"",
                                        "\"-1%\"",
                                        "\"1\"",
                                        "\".5%\"",
                                        "\"5.%\"",
                                        "\"٣%\"",
                                        "\"٣m\"",
                                        "[]",
                                        "[\"a\"]",
                                        "[\"a\", 1]",
                                        "[\"a\", \"b\", \"c\"]",
                                        "[\"1m\", \"2m\", \"3m\"]",
                                        "[\"1m\", \"2m\"]",
                                        "[\"1m\", \"2m\", 3]",
                                        "{}",
                                        "{\"usual\": \"1m\"}",
                                        "{\"least\": \"1m\"}",
                                        "{\"usual\": \"1m\", \"most\": \"2m\"}",
                                        "{\"usual\": 1}",
                                        "{\"usual\": \"1m\", \"other\": \"2m\"}",
                                        "{\"name\": \"a\"}",
                                        "{\"name\": \"\"}",
                                        "{\"name\": \"a\", \"takes\": \"1m\"}",
                                        "{\"name\": \"a\", \"extra\": 1}",
                                        "[{\"name\": \"a\"}]",
                                        "[{}]",
                                        "[{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"c\"}]",
                                        "\"" + std::string(64, 'a') + "\"",
                                        "\"" + std::string(65, 'a') + "\""};
  std::vector<std::string> corpus{
      "{}", "[]", "null", "3", "\"x\"", "{\"unknown\": 1}", "{\"$schema\": \"x\"}", "{\"$schema\": 1}"};
  for (const FieldSpec& f : table.spec->fields) {
    for (const std::string& value : values) {
      corpus.push_back("{\"" + f.name + "\": " + value + "}");
    }
  }

  const char* chosen = std::getenv("SCHEMA_ORACLE_DIR");
  const std::filesystem::path folder = chosen != nullptr ? chosen : testing::TempDir() + "converge_schema_oracle";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "toy.schema.json")
      << json_schema(*table.spec, "https://example.org/everything.json", "Everything");
  std::ofstream lines(folder / "corpus.jsonl");
  std::size_t good = 0;
  for (const std::string& text : corpus) {
    const bool ok = decode(table, parse_text(text)).problems.empty();
    good += ok ? 1U : 0U;
    lines << "{\"text\": " << detail::write_text(text) << ", \"ok\": " << (ok ? "true" : "false") << "}\n";
  }
  lines.close();
  EXPECT_TRUE(lines.good());
  EXPECT_GT(good, 60U);
  EXPECT_LT(good, corpus.size() / 2);
}

}  // namespace
}  // namespace converge::scenarios
