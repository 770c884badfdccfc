// The loader and the published schema cannot drift apart: a validator of JSON Schema and the decoder's tables give the
// same verdict on the gallery and on every systematic mutation of a document that sets every field. (That the published
// file is the program's own schema is docs_test's to see.)
//
// What a schema cannot say is listed in one place, finer_than_a_schema(): there the decoder refuses and the schema
// accepts, and both are checked. Meaning (names that refer to each other, dates, cron lines) is not the tables', and
// not asked here.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "scenarios/document.hpp"
#include "scenarios/json_schema.hpp"
#include "tests/support/program.hpp"

namespace converge::scenarios {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Type = Shape::Type;
using support::slurp;

// Every field of every object, none at its default.
constexpr std::string_view kEverything = R"json({
  "$schema": "scenario.schema.json",
  "title": "everything", "description": "all of it", "start": "2026-02-02T10:00Z", "horizon": "4d",
  "sla": {"convergence": "36h", "schema": "2h"},
  "tables": ["orders", "items"],
  "changes": [
    {"table": "orders", "column": "discount", "change": "add", "type": "int", "from": "date", "required": true,
     "has_default": true, "sensitive": true, "at": "9h", "announced": true, "populated_share": 40, "wide_share": "2.5%"},
    {"table": "items", "column": "amount", "change": "retype", "from": "float", "type": "double", "at": "10h", "announced": true}
  ],
  "plan": [
    {"step": "alter_cdc_table", "table": "orders"},
    {"step": "alter_cdc_table", "table": "items", "after": []},
    {"step": "alter_base_table", "table": "orders", "after": ["ci"]},
    {"step": "alter_base_table", "table": "items"},
    {"step": "source_ddl", "table": "orders", "after": ["alter_cdc_table(orders)", "alter_base_table(orders)"]},
    {"step": "source_ddl", "table": "items"},
    {"step": "deploy_spark", "delay": "5m"},
    {"step": "deploy_flink", "name": "flink", "cadence": {"manual": ["1m", "5m", "20m"]}},
    {"step": "backfill", "table": "orders", "cadence": {"every": "1h"},
     "when": {"actor": "base-table", "metric": "freshness", "at_most": "30m"}},
    {"step": "backfill", "table": "items"}
  ],
  "deploy": {
    "spark": {"every": "6h", "offset": "1h", "any_offset": true},
    "flink": {"cron": "0 10 * * 1-5", "train": true, "cutoff": "30m"},
    "freeze": [{"from": "Fri 16:00", "until": "Mon 08:00"}, {"from": "2026-02-09T16:00Z", "until": "2026-02-10"}],
    "check_every": "5m"
  },
  "detect": {"push_delay": "3m", "push_loss": 0.01, "pull_period": "12h", "pull_offset": "1h",
             "any_pull_offset": true},
  "review": {"delay": {"least": "1h", "usual": "2h", "most": "8h"}},
  "cicd": {"generation": "3m", "duration": "20m", "bad_code": "1%", "fix": "3h"},
  "staging": {"validation": "20m", "catches_bad_code": 80},
  "alter": {"at": "merge", "duration": "1s", "attempts": 5, "retry_delay": "2s"},
  "source": {"rows": 1000000, "changed_per_day": 3, "tracked_changes_per_hour": 20, "hot_keys": 100, "hot_share": 50,
             "daily_peak": 1.5, "update_skew": 1.001, "inserts": 10, "deletes": 5, "log_retention": "3d",
             "backup_interval": "12h",
             "changes": [{"table": "orders", "at": "10h", "key": "one", "op": "insert", "populated": false, "wide": true}]},
  "cdc": {"lag": "2s", "flush_interval": "30s", "crash": 0.001, "failover": "4m"},
  "kafka": {"partitions": 16, "retention": "3d", "retention_bytes": 1000000000, "segment_bytes": 1000000, "segment_span": "1d",
            "record_bytes": 500, "retention_check": "10m", "leader_loss": 0.002, "election": "5s"},
  "flink": {"checkpoint_interval": "2m", "checkpoint": "3s", "commit": "1s", "savepoint": "30s", "restore": "5m",
            "restore_tail": "1h", "restore_tail_share": 0.1, "restart": "2m", "resubmit_every": "2m", "catch_up_speed": 3,
            "failure": 0.003, "on_overflow": "truncate", "writer": "subset", "offset_reset": "latest"},
  "cdc_table": {"keeps_raw": true, "snapshot_expiry": "4d"},
  "base_table": {"buckets": 8, "snapshot_expiry": "3d"},
  "merge": {"cadence": "10m", "offset": "3m", "any_offset": true, "duration": "5m", "deploy": "6m", "form": "strict",
            "guard": "position_greater", "watermark": "position", "watermark_saved": "after", "overlap": "queue", "isolation": "snapshot",
            "mode": "copy-on-write", "on_overflow": "wrap", "failure": 0.004},
  "backfill": {"kind": "remerge", "snapshot": "last_backup", "watermark": "ddl", "from": "spark_deploy", "write": "merge",
               "guard": "position_at_least", "missing_column": "fail", "start": "after_next_merge", "pauses_merges": false,
               "attempts": 2, "retry_delay": "6m", "duration": "1h", "failure": 0.005},
  "readers": {"every": "10m", "freshness": "2h", "adopt": "never"},
  "maintenance": {"every": "12h", "compaction": true, "duration": "10m"},
  "given": [{"actor": "flink", "choice": "restore", "occurrence": 2, "answer": "30h"}],
  "properties": [
    {"name": "down", "always": {"actor": "flink", "metric": "down", "at_most": "3h"},
     "after": {"actor": "flink", "metric": "version", "at_least": 1},
     "until": {"actor": "spark/merge", "metric": "version", "equals": 1}},
    {"name": "follows", "never": {"actor": "spark/merge", "metric": "lag", "at_least": 500}},
    {"name": "soon", "within": "2h", "after": {"actor": "flink", "metric": "version", "at_least": 1},
     "then": {"actor": "spark/merge", "metric": "version", "at_least": 1}},
    {"name": "seldom", "at_most": 3, "times": {"actor": "flink", "metric": "lag", "at_least": 100}},
    {"name": "moved", "sometimes": {"actor": "flink", "metric": "version", "equals": 1}}
  ],
  "expect": {"verdict": "violated", "violates": ["fresh"], "merges_stall": true, "loses_changes": true, "nulls_left": true,
             "wrong_values_left": true, "converges_within": "30h",
             "check": {"violates": ["fresh"], "within": 300}}
})json";

// ---- walking a document along the tables

struct Place {
  std::string object;  // "source"
  std::string field;   // "rows"; empty at an object itself
  Json::json_pointer pointer;
  const Shape* shape = nullptr;
  const ObjectSpec* spec = nullptr;
};

void walk(const Json& value, const Shape& shape, Place at, std::vector<Place>& all);

void walk(const Json& object, const ObjectSpec& spec, const Json::json_pointer& pointer, std::vector<Place>& all) {
  all.push_back({.object = spec.name, .pointer = pointer, .spec = &spec});
  for (const FieldSpec& f : spec.fields) {
    if (!object.contains(f.name)) continue;
    walk(object.at(f.name), f.shape,
         {.object = spec.name, .field = f.name, .pointer = pointer / f.name, .shape = &f.shape}, all);
  }
}

void walk(const Json& value, const Shape& shape, Place at, std::vector<Place>& all) {
  at.shape = &shape;
  all.push_back(at);
  if (shape.object && value.is_object()) walk(value, *shape.object, at.pointer, all);
  if (shape.element.empty() || !value.is_array()) return;
  for (std::size_t i = 0; i < value.size(); ++i) {
    Place element = at;
    element.pointer = at.pointer / i;
    walk(value[i], shape.element.front(), element, all);
  }
}

const ObjectSpec& root() { return *document_table().spec; }

Json everything() { return Json::parse(kEverything); }

std::vector<Place> places(const Json& document) {
  std::vector<Place> all;
  walk(document, root(), Json::json_pointer{}, all);
  return all;
}

// ---- the corpus

struct Case {
  std::string section;  // "/source"; empty: the whole document
  std::string text;
  bool finer = false;  // what is wrong with it is finer than a schema can say
};

std::string section_of(const Json::json_pointer& pointer) {
  const std::string text = pointer.to_string();
  return text.substr(0, text.find('/', 1));
}

Case with(Json document, const Json::json_pointer& pointer, const Json& value, bool finer = false) {
  document[pointer] = value;
  return {section_of(pointer), document.dump(), finer};
}

// Only the section that is changed, and what every scenario must have: the others would only cost time.
Json only(const Json& document, const std::string& section) {
  if (section.empty()) return document;
  Json small;
  for (const auto& [key, value] : document.items()) {
    if (key == "title" || key == "changes" || "/" + key == section) small[key] = value;
  }
  return small;
}

Json text_of_length(std::int64_t characters) {
  std::string text;
  for (std::int64_t i = 0; i < characters; ++i) text += "é";  // counted as a character, not as its two bytes
  return text;
}

Json number(std::int64_t value, std::int64_t one) {
  return Json::parse((value < 0 ? "-" : "") + std::to_string(std::abs(value) / one) + "." +
                     std::to_string(one + std::abs(value) % one).substr(1));
}

std::string duration(std::int64_t us) { return std::to_string(us) + "us"; }

// Beyond both ends, and at them, as far as a schema can tell.
void add_bounds(const Json& document, const Place& p, std::vector<Case>& all) {
  const Shape& s = *p.shape;
  const auto put = [&](const Json& value) { all.push_back(with(document, p.pointer, value)); };
  switch (s.type) {
    case Type::integer:
      for (const std::int64_t beyond : {0, 1}) {
        if (s.least) put(*s.least - beyond);
        if (s.most) put(*s.most + beyond);
      }
      break;
    case Type::text:
      for (const std::int64_t beyond : {0, 1}) {
        if (s.least.value_or(0) >= beyond) put(text_of_length(s.least.value_or(0) - beyond));
        if (s.most) put(text_of_length(*s.most + beyond));
      }
      put("a\tb");
      put("a\x7F");
      break;
    case Type::identifier:
      for (const char* text : {"", "a", "_a", "9a", "a b", "a/b.c-d", "é"}) put(text);
      put(std::string(static_cast<std::size_t>(identifier_characters_max), 'a'));
      put(std::string(static_cast<std::size_t>(identifier_characters_max) + 1, 'a'));
      break;
    case Type::array:
      for (const std::int64_t beyond : {0, 1}) {
        const Json element = document[p.pointer].empty() ? Json("a") : document[p.pointer].front();
        if (s.least.value_or(0) >= beyond) put(Json(static_cast<std::size_t>(s.least.value_or(0) - beyond), element));
        if (s.most) put(Json(static_cast<std::size_t>(*s.most + beyond), element));
      }
      break;
    case Type::probability:
    case Type::percentage: {
      const std::int64_t one = s.type == Type::probability ? ppm_whole : ppm_whole / 100;
      for (const std::int64_t beyond : {0, 1}) {
        put(number(s.least.value_or(0) - beyond, one));
        put(number(s.most.value_or(ppm_whole) + beyond, one));
      }
      for (const char* text : {"0%", "0.01%", "101%", "-1%", "1 %", "1", "%"}) put(text);
      break;
    }
    case Type::duration:
    case Type::window:
      for (const char* text : {"PT1H", "1h", "1 h", "1", "h", "", "-1h", "P1Y", "soon"}) put(text);
      break;
    case Type::custom: {
      const Json limits = Json::parse(s.schema);
      if (!limits.contains("minimum")) {  // a bound: a whole number or a duration
        for (const Json& value : {Json(0), Json(1'000'000'000'000'000), Json(1'000'000'000'000'001), Json(-1),
                                  Json(1.5), Json(2.0), Json("2h"), Json("PT1H"), Json("h"), Json("-1h")})
          put(value);
        break;
      }
      for (const double beyond : {0.0, 0.001}) {
        put(limits.at("minimum").get<double>() - beyond);
        put(limits.at("maximum").get<double>() + beyond);
      }
      break;
    }
    case Type::choice:
      for (const Shape::Choice& choice : s.choices) {
        put(choice.name);
        put(choice.name + "x");
        put(std::string(1, static_cast<char>(choice.name[0] - 'a' + 'A')) + choice.name.substr(1));
      }
      break;
    case Type::boolean:
    case Type::object: break;
  }
  if (s.type != Type::window && s.type != Type::duration) return;
  put(Json::array({"1h", "2h", "3h"}));
  put(Json::array({"1h", "2h"}));
  put(Json::array({"1h", "2h", "3h", "4h"}));
  put({{"usual", "2h"}});
  put({{"least", "1h"}});
  put({{"usual", "2h"}, {"mots", "3h"}});
  put({{"usual", 2}});
}

// The one place that lists what the decoder refuses and a schema has no words for: the rules of an object, by their
// words; bounds and order of durations, decimals beyond those that are kept, bounds of a percentage in quotes.
const std::set<std::string> kRules{"several kinds of cadence",
                                   "an offset without an interval",
                                   "a train without departures",
                                   "a condition without a bound",
                                   "a condition with several bounds",
                                   "a property without a pattern",
                                   "a property with several patterns",
                                   "a time limit without its ends",
                                   "an answer without a time limit",
                                   "times without how many",
                                   "a count of nothing"};

void finer_than_a_schema(const Json& document, const Place& p, std::vector<Case>& all) {
  const auto put = [&](const Json& value) { all.push_back(with(document, p.pointer, value, true)); };
  if (p.spec != nullptr && p.object == "cadence") {
    put({{"every", "1h"}, {"cron", "0 10 * * *"}});
    put({{"offset", "1h"}});
    put({{"any_offset", true}});
    put({{"cutoff", "1h"}});
  }
  if (p.spec != nullptr && p.object == "condition") {
    put({{"actor", "flink"}, {"metric", "lag"}});
    put({{"actor", "flink"}, {"metric", "lag"}, {"at_most", 1}, {"equals", 2}});
  }
  if (p.spec != nullptr && p.object == "property") {
    const Json c{{"actor", "flink"}, {"metric", "lag"}, {"at_most", 1}};
    put({{"name", "n"}});
    put({{"name", "n"}, {"always", c}, {"never", c}});
    put({{"name", "n"}, {"within", "1h"}, {"then", c}});
    put({{"name", "n"}, {"always", c}, {"then", c}});
    put({{"name", "n"}, {"always", c}, {"times", c}});
    put({{"name", "n"}, {"at_most", 1}});
  }
  if (p.shape == nullptr) return;
  const Shape& s = *p.shape;
  const bool is_bound = s.type == Type::custom && !Json::parse(s.schema).contains("minimum");
  if (is_bound) {
    put("0.1us");
    put("40000d");
  }
  if (s.type == Type::duration || s.type == Type::window) {
    if (s.least.value_or(0) > 0) put(duration(*s.least - 1));
    if (s.most) put(duration(*s.most + 1));
    put("0.1us");
    put("36501d");
  }
  if (s.type == Type::window) {
    put(Json::array({"2h", "1h", "3h"}));
    put({{"usual", "2h"}, {"most", "1h"}});
  }
  if (s.type == Type::probability) put(Json::parse("0.0000001"));
  if (s.type == Type::percentage) put(Json::parse("0.00001"));
  if (s.type == Type::custom && !is_bound) put(Json::parse("1.0001"));
  if (s.type == Type::probability && s.most.value_or(ppm_whole) < ppm_whole) put("100%");
}

// Every value replaced by one of each kind, every bound, every key left out, and one too many in every object.
std::vector<Case> corpus() {
  std::vector<Case> all;
  const Json full = everything();
  all.push_back({"", full.dump()});
  const std::vector<Json> kinds{
      nullptr, true, 7, -7, 2.5, "x", "", Json::array(), Json::object(), Json::array({nullptr})};
  for (const Place& p : places(full)) {
    const Json document = only(full, section_of(p.pointer));
    finer_than_a_schema(document, p, all);
    if (p.shape != nullptr) {
      for (const Json& kind : kinds) all.push_back(with(document, p.pointer, kind));
      add_bounds(document, p, all);
      continue;
    }
    all.push_back(with(document, p.pointer / "unknown", 1));
    all.push_back(with(document, p.pointer / "$schema", "x"));  // at the top alone
    for (const FieldSpec& f : p.spec->fields) {
      Json without = document;
      without[p.pointer].erase(f.name);
      if (without != document) all.push_back({section_of(p.pointer / f.name), without.dump()});
    }
  }
  for (const Json& kind : kinds) all.push_back({"", kind.dump()});
  for (const auto& entry : fs::directory_iterator{fs::path{CONVERGE_SOURCE_DIR} / "scenarios"}) {
    if (entry.path().extension() != ".json" || entry.path().stem().extension() == ".schema") continue;
    all.push_back({"", Json::parse(slurp(entry.path()), nullptr, true, true).dump()});  // without its comments
  }
  return all;
}

struct Verdict {
  bool ok = true;             // of the tables
  bool but_for_rules = true;  // and if their objects had no rules
};

Verdict of_the_tables(const std::string& text) {
  Verdict v;
  for (const Problem& p : decode(document_table(), parse_text(text)).problems) {
    v.ok = false;
    v.but_for_rules = v.but_for_rules && kRules.contains(p.found);
  }
  return v;
}

// ---- the oracle

class Oracle {
 public:
  // Over the whole corpus, or over the cases of one section.
  explicit Oracle(std::string_view section = "") {
    static const std::vector<Case> all = corpus();
    std::string lines;
    for (const Case& c : all) {
      if (!section.empty() && c.section != section) continue;
      const Verdict v = of_the_tables(c.text);
      EXPECT_FALSE(c.finer && v.ok) << "the tables have nothing against " << c.text;
      (v.ok ? good : bad) += 1;
      lines += Json{{"text", c.text}, {"ok", c.finer || v.but_for_rules}}.dump() + "\n";
    }
    corpus_file_ = folder_.write("corpus.jsonl", lines);
  }

  // Does it agree with the tables under this schema?
  support::Ended ask(const std::string& schema) const {
    const std::string schema_file = folder_.write("schema.json", schema);
    support::Start start{
        .arguments = {"python3", CONVERGE_SOURCE_DIR "/tests/scenarios/schema_oracle.py", schema_file, corpus_file_}};
    for (const char* name : {"PATH", "HOME"}) {
      if (const char* value = std::getenv(name)) start.environment.push_back(std::string{name} + "=" + value);
    }
    return support::run_program("/usr/bin/env", start);
  }

  static bool missing(const support::Ended& ended) {
    return ended.exit == 127 || (ended.exit == 2 && ended.err.find("needs python3-jsonschema") != std::string::npos);
  }

  std::size_t good = 0;
  std::size_t bad = 0;

 private:
  support::Folder folder_;
  std::string corpus_file_;
};

TEST(SchemaDrift, TheFullDocumentIsGoodAndSetsEveryField) {
  const Parsed parsed = parse(kEverything);
  EXPECT_TRUE(parsed.scenario) << explain("everything", kEverything, parsed.problems);
  std::map<std::string, std::set<std::string>> set;
  std::map<std::string, const ObjectSpec*> objects;
  for (const Place& p : places(everything())) {
    if (p.spec != nullptr) objects[p.object] = p.spec;
    if (p.shape != nullptr) set[p.object].insert(p.field);
  }
  for (const auto& [name, spec] : objects) {
    for (const FieldSpec& f : spec->fields) EXPECT_TRUE(set[name].contains(f.name)) << name << "." << f.name;
  }
  EXPECT_GT(objects.size(), 20U);
}

TEST(SchemaDrift, AValidatorAgreesWithTheTables) {
  const Oracle oracle;
  EXPECT_GT(oracle.good, 300U);
  EXPECT_GT(oracle.bad, 1'500U);
  const support::Ended ended = oracle.ask(schema());
  if (Oracle::missing(ended)) GTEST_SKIP() << "needs python3-jsonschema, which ./dev test installs: " << ended.err;
  EXPECT_EQ(ended.exit, 0) << ended.out.substr(0, 4'000) << ended.err;
}

// The test above can fail: whatever is taken from the schema, or added to it, is noticed.
TEST(SchemaDrift, ASchemaThatDriftsIsNoticed) {
  struct Drift {
    std::string section;
    std::string pointer;
    std::function<void(Json&)> change;
  };
  const std::vector<Drift> drifts{
      {"/changes", "/$defs/change/properties/change/enum", [](Json& names) { names.erase(1); }},
      {"/merge", "/$defs/merge/properties/guard/enum", [](Json& names) { names.push_back("nonex"); }},
      {"/kafka", "/$defs/kafka/properties/partitions/maximum", [](Json& most) { most = 255; }},
      {"/kafka", "/$defs/kafka/properties/leader_loss/anyOf/0/maximum", [](Json& most) { most = 1; }},
      {"/title", "/properties/title", [](Json& field) { field.erase("not"); }},
      {"/plan", "/$defs/step", [](Json& step) { step.erase("required"); }},
      {"/given", "/$defs/deviation", [](Json& object) { object.erase("additionalProperties"); }},
      {"/expect", "/properties", [](Json& fields) { fields.erase("expect"); }},
      {"/properties", "/$defs/condition/properties/metric/enum", [](Json& names) { names.erase(0); }},
      {"/properties", "/$defs/condition/properties/at_most/anyOf/0/anyOf/0/maximum", [](Json& most) { most = 7; }},
      {"/properties", "/$defs/property/properties", [](Json& fields) { fields.erase("within"); }},
      {"/readers", "/$defs/readers/properties/freshness", [](Json& field) { field["$ref"] = "#/$defs/window"; }},
  };
  const Json sound = Json::parse(schema());
  for (const Drift& drift : drifts) {
    const Oracle oracle{drift.section};
    Json other = sound;
    drift.change(other.at(Json::json_pointer{drift.pointer}));
    const support::Ended ended = oracle.ask(other.dump());
    if (Oracle::missing(ended)) GTEST_SKIP() << "needs python3-jsonschema, which ./dev test installs: " << ended.err;
    EXPECT_EQ(ended.exit, 1) << drift.pointer << ended.out << ended.err;
    EXPECT_NE(ended.out.find("decoder says"), std::string::npos) << drift.pointer << ended.out << ended.err;
  }
}

TEST(SchemaDrift, AnEmptyCorpusIsNoAgreement) {
  const support::Folder folder;
  support::Start start{.arguments = {"python3", CONVERGE_SOURCE_DIR "/tests/scenarios/schema_oracle.py",
                                     folder.write("schema.json", schema()), folder.write("corpus.jsonl", "")}};
  if (const char* path = std::getenv("PATH")) start.environment.push_back(std::string{"PATH="} + path);
  const support::Ended ended = support::run_program("/usr/bin/env", start);
  if (Oracle::missing(ended)) GTEST_SKIP() << ended.err;
  EXPECT_EQ(ended.exit, 1) << ended.err;
}

// ---- the fingerprint, along the same walk

// Another value of the same kind; null where only this one makes sense.
Json another(const Place& p, const Json& now) {
  static const std::map<std::string, Json> by_field{
      {"start", "2026-02-03"}, {"cron", "0 11 * * 1-5"}, {"from", "Thu 16:00"}, {"until", "Tue 08:00"}, {"at", "9h30m"},
      {"answer", "31h"},       {"violates", "readable"}, {"actor", nullptr},  // and with them the choice and its answer
      {"choice", nullptr},     {"after", "review"}};
  if (now == "2026-02-09T16:00Z") return "2026-02-09T15:00Z";
  if (now == "2026-02-10") return "2026-02-11";
  const bool is_free = p.shape->type == Type::text || p.shape->type == Type::duration;
  if (const auto found = by_field.find(p.field); found != by_field.end() && is_free) return found->second;
  if (p.object == "condition") {
    static const std::map<std::string, Json> swaps{
        {"flink", "spark/merge"}, {"spark/merge", "flink"}, {"lag", "version"}, {"version", "lag"}};
    if (p.shape->type == Type::custom) return now.is_string() ? Json("4h") : Json(now.get<int>() + 1);
    const auto found = swaps.find(now.get<std::string>());
    return found == swaps.end() ? Json() : found->second;
  }
  switch (p.shape->type) {
    case Type::boolean: return !now.get<bool>();
    case Type::integer:
      return now.get<std::int64_t>() == p.shape->least ? *p.shape->least + 1 : now.get<std::int64_t>() - 1;
    case Type::text:
    case Type::identifier: return now.get<std::string>() + "x";
    case Type::choice: return p.shape->choices[p.shape->choices[0].name == now.get<std::string>() ? 1 : 0].name;
    case Type::duration:
    case Type::window:
      return now == "90m" ? "91m" : p.shape->most && *p.shape->most < sim::minutes(90).us ? "59m" : "90m";
    case Type::probability: return 0.000007;
    case Type::percentage: return 7;
    case Type::custom: return 1.25;
    case Type::array:
    case Type::object: return nullptr;
  }
  return nullptr;
}

TEST(SchemaDrift, EveryValueMovesTheFingerprint) {
  const Json full = everything();
  std::map<std::uint64_t, std::string> seen{{parse(kEverything).scenario.value().fingerprint, "nothing"}};
  std::set<std::string> stuck;
  for (const Place& p : places(full)) {
    if (p.shape == nullptr || p.shape->type == Type::array || p.shape->type == Type::object) continue;
    const Json other = another(p, full[p.pointer]);
    const Parsed parsed = parse(other.is_null() ? "" : with(full, p.pointer, other).text);
    if (!parsed.scenario) {
      stuck.insert(p.pointer.to_string());
      continue;
    }
    const auto [at, is_new] = seen.try_emplace(parsed.scenario->fingerprint, p.pointer.to_string());
    EXPECT_TRUE(is_new) << p.pointer << " leaves the fingerprint that " << at->second << " gave";
  }
  // These hang together with others, so that no one of them can be changed alone.
  std::set<std::string> hang_together{"/changes/0/announced",
                                      "/changes/0/table",
                                      "/changes/1/announced",
                                      "/changes/1/table",
                                      "/given/0/actor",
                                      "/given/0/choice",
                                      "/plan/8/when/actor",
                                      "/plan/8/when/metric",
                                      "/properties/0/always/actor",
                                      "/properties/0/always/metric",
                                      "/source/changes/0/table",
                                      "/tables/0",
                                      "/tables/1"};
  for (int step = 0; step < 10; ++step) {
    hang_together.insert(fmt::format("/plan/{}/step", step));
    if (step != 6 && step != 7) hang_together.insert(fmt::format("/plan/{}/table", step));  // deploys have none
  }
  EXPECT_EQ(stuck, hang_together);
  const std::string renamed = std::regex_replace(std::string{kEverything}, std::regex{"items"}, "lines");
  EXPECT_FALSE(seen.contains(parse(renamed).scenario.value().fingerprint));
  EXPECT_GT(seen.size(), 130U);
}

}  // namespace
}  // namespace converge::scenarios
