// From a text to a scenario: what each mistake is answered with, word for word and with its place, what is a default,
// what a fingerprint stands for, and what `expect` holds a run to.
#include "scenarios/scenario.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "models/run.hpp"
#include "sim/calendar.hpp"

namespace converge::scenarios {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

std::vector<fs::path> gallery() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator{fs::path{CONVERGE_SOURCE_DIR} / "scenarios"}) {
    if (entry.path().extension() == ".json" && entry.path().stem().extension() != ".schema")
      all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

// One problem a line, in the order of the text: "3:20 /plan/0: found this, expected that; a hint".
std::string problems(std::string_view text) {
  std::string out;
  const std::string shown = explain("f", text, parse(text).problems);
  std::istringstream lines{shown};
  constexpr std::string_view error = ": error: ";
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("f:")) continue;  // the source line, or its caret
    line.replace(line.find(error), error.size(), " ");
    out += (out.empty() ? "" : "\n") + line.substr(2);
  }
  return out;
}

// A file that is good without its third line, which starts in column 2.
std::string text_with(std::string_view members) {
  return fmt::format("{{\"title\": \"t\",\n \"changes\": [{{\"column\": \"discount\", \"at\": \"9h\"}}],\n {}\n}}\n",
                     members);
}

std::string problems_with(std::string_view members) { return problems(text_with(members)); }

std::string problems_of_changes(std::string_view changes, std::string_view plan = "") {
  return problems(fmt::format("{{\"title\": \"t\",\n \"changes\": [{}]{}\n}}", changes, plan));
}

Scenario good(std::string_view text) {
  Parsed parsed = parse(text);
  EXPECT_TRUE(parsed.scenario) << explain("f", text, parsed.problems);
  return parsed.scenario ? *std::move(parsed.scenario) : Scenario{};
}

sim::RunResult nominal_run(const Scenario& scenario) {
  const models::Pipeline model{scenario.pipeline};
  sim::NominalChooser nominal{model.questions()};
  sim::ReplayedChooser chooser{nominal, scenario.given};
  return models::judge(model, models::run(model, chooser, models::Recording::on));
}

// ---- what is read

TEST(Scenario, EveryFileOfTheGalleryIsReadWhole) {
  std::set<std::uint64_t> fingerprints;
  std::set<std::string> titles;
  for (const fs::path& path : gallery()) {
    const std::string text = slurp(path);
    const Scenario s = good(text);
    EXPECT_FALSE(s.title.empty()) << path;
    EXPECT_FALSE(s.description.empty()) << path;
    EXPECT_FALSE(s.pipeline.changes.empty()) << path;
    EXPECT_TRUE(s.expect) << path;
    fingerprints.insert(s.fingerprint);
    titles.insert(s.title);
  }
  EXPECT_EQ(fingerprints.size(), gallery().size());
  EXPECT_EQ(titles.size(), gallery().size());
}

// Without its third line, which starts in column 2, it is good: the canonical plan over two tables.
std::string over_two_tables(std::string_view members) {
  return fmt::format(
      "{{\"title\": \"t\", \"tables\": [\"orders\", \"items\"], \"changes\": [{{\"table\": \"orders\", \"column\": "
      "\"discount\", "
      "\"at\": \"9h\"}},\n {{\"table\": \"items\", \"column\": \"discount\", \"at\": \"9h\"}}]{}\n {}\n}}\n",
      members.empty() ? "" : ",", members);
}

TEST(Scenario, TwoTablesHaveAColumnEachAndStepsOfTheirOwn) {
  const Scenario s = good(over_two_tables(""));
  EXPECT_EQ(models::table_names(s.pipeline.changes), (std::vector<std::string>{"orders", "items"}));
  std::vector<std::string> names;
  for (const models::Step& step : models::resolve(s.pipeline.control)) names.push_back(step.name);
  EXPECT_EQ(names.size(), 4U + 8U) << "the canonical plan, where none is written";
  EXPECT_EQ(names[4], "alter_cdc_table(orders)");
  EXPECT_EQ(names[11], "backfill(items)");
  const Scenario own = good(over_two_tables(
      R"json("plan": [{"step": "alter_cdc_table", "table": "items"},
                      {"step": "deploy_flink", "after": ["alter_cdc_table(items)"]}])json"));
  EXPECT_EQ(own.pipeline.control.steps[0].table, "items");
  EXPECT_NE(own.fingerprint, s.fingerprint);
}

TEST(Scenario, WhatNoTableIsNamedInKeepsItsFingerprint) {
  const Scenario plain = good(text_with(R"("horizon": "3d")"));
  EXPECT_EQ(good(text_with(R"("horizon": "3d", "tables": [])")).fingerprint, plain.fingerprint);
  EXPECT_EQ(plain.fingerprint, 0x073b39fd7f8ab9b1ULL) << "as before there were tables";
}

TEST(Scenario, WhoNamesATableMustNameOneThatIsThere) {
  EXPECT_EQ(problems_with(R"("tables": ["orders"])"),
            R"(3:12 /tables: found one table, expected two, or none: a table that is alone needs no name)");
  EXPECT_EQ(
      problems_with(R"("plan": [{"step": "backfill", "table": "orders"}])"),
      R"(3:41 /plan/0/table: found "orders", expected no table: there is one, without a name; list both under tables)");
  EXPECT_EQ(
      problems(over_two_tables(R"("plan": [{"step": "alter_cdc_table"}])")),
      R"(3:11 /plan/0: found a step alter_cdc_table without a table, expected its table, one of "orders" or "items")");
  EXPECT_EQ(problems(over_two_tables(R"("plan": [{"step": "alter_cdc_table", "table": "item"}])")),
            R"(3:48 /plan/0/table: found "item", expected a table: one of "orders" or "items"; did you mean "items"?)");
  EXPECT_EQ(problems(over_two_tables(R"("plan": [{"step": "deploy_flink", "table": "items"}])")),
            R"(3:45 /plan/0/table: found "items", expected no table in a step deploy_flink: all tables share the job)");
  EXPECT_EQ(problems(over_two_tables(R"("backfill": {"kind": "rewind"})")),
            R"(3:23 /backfill/kind: found "rewind", expected remerge, reparse or bootstrap, over two tables; )"
            R"(one job reads the topic of both, so it cannot go back for one of them)");
  EXPECT_EQ(problems(over_two_tables(R"("source": {"changes": [{"at": "1h", "key": "a"}]})")),
            R"(3:25 /source/changes/0: found a key without a table, expected its table, one of "orders" or "items")");
}

TEST(Scenario, EachOfTwoTablesHasOneChange) {
  const auto with = [](std::string_view second) {
    return problems(
        fmt::format("{{\"title\": \"t\", \"tables\": [\"orders\", \"items\"],\n \"changes\": [{{\"table\": "
                    "\"orders\", \"column\": \"a\", \"at\": \"9h\"}},\n {}]}}",
                    second));
  };
  EXPECT_EQ(
      with(R"({"table": "item", "column": "b", "at": "9h"})"),
      R"(3:12 /changes/1/table: found "item", expected a table: one of "orders" or "items"; did you mean "items"?)");
  EXPECT_EQ(with(R"({"column": "b", "at": "9h"})"),
            R"(3:2 /changes/1: found a change without a table, expected its table, one of "orders" or "items")");
  EXPECT_EQ(with(R"({"table": "orders", "column": "b", "at": "9h"})"),
            "1:37 /tables/1: found \"items\", expected a table that some change is of\n"
            "3:12 /changes/1/table: found \"orders\", expected a table without another change: a rollout carries one "
            "of each");
}

TEST(Scenario, TakesOverWhatIsWritten) {
  const Scenario s = good(text_with(R"("horizon": "4d", "sla": {"convergence": "36h", "schema": "1h"},
    "plan": [{"step": "deploy_flink", "name": "first", "delay": "2h"}, {"step": "backfill", "after": ["review", "first"]}],
    "deploy": {"spark": {"every": "6h", "offset": "1h"}, "flink": {"cron": "0 10 * * 1-5", "train": true, "cutoff": "1h"}},
    "given": [{"actor": "flink", "choice": "restore", "occurrence": 2, "answer": "30h"}],
    "start": "2026-03-01T10:00Z")"));
  EXPECT_EQ(s.title, "t");
  EXPECT_EQ(s.pipeline.horizon, sim::days(4));
  EXPECT_EQ(s.pipeline.sla, sim::hours(36));
  EXPECT_EQ(s.pipeline.sla_schema, sim::hours(1));
  EXPECT_EQ(sim::iso(s.pipeline.epoch, {}), "2026-03-01T10:00:00Z");
  ASSERT_EQ(s.pipeline.changes.size(), 1U);
  EXPECT_EQ(s.pipeline.changes[0].at, sim::hours(9));
  const models::ControlConfig& control = s.pipeline.control;
  ASSERT_EQ(control.steps.size(), 2U);
  EXPECT_EQ(control.steps[0].name, "first");
  EXPECT_EQ(control.steps[0].delay, sim::hours(2));
  EXPECT_FALSE(control.steps[0].after);
  EXPECT_EQ(control.steps[1].after, (std::vector<std::string>{"review", "first"}));
  EXPECT_EQ(control.deploy_spark.kind, sim::Cadence::Kind::interval);
  EXPECT_EQ(control.deploy_spark.every, sim::hours(6));
  EXPECT_EQ(control.deploy_flink.kind, sim::Cadence::Kind::train);
  EXPECT_EQ(control.deploy_flink.cutoff, sim::hours(1));
  ASSERT_EQ(s.given.size(), 1U);
  EXPECT_EQ(s.given[0], (sim::Deviation{models::id(models::Q::flink_restore), 1, sim::hours(30).us}));
}

TEST(Scenario, PropertiesBecomeClaims) {
  using Pattern = models::Claim::Pattern;
  using Compare = models::Condition::Compare;
  const Scenario s = good(text_with(R"("properties": [
    {"name": "few-nulls", "always": {"actor": "base-table", "metric": "nulls", "at_most": 1000}},
    {"name": "no-failed-read", "never": {"actor": "readers", "metric": "failed_reads", "at_least": 1}},
    {"name": "spark-follows", "within": "2h", "after": {"actor": "source", "metric": "version", "equals": 1},
     "then": {"actor": "spark/merge", "metric": "version", "at_least": 1.0}},
    {"name": "few-stalls", "at_most": 3, "times": {"actor": "spark/merge", "metric": "stalled", "equals": 1},
     "after": {"actor": "control", "metric": "open", "at_least": 1}},
    {"name": "was-late", "sometimes": {"actor": "base-table", "metric": "freshness", "at_least": "PT30M"},
     "until": {"actor": "control", "metric": "done", "at_least": 1}}])"));
  const std::vector<models::Claim>& all = s.pipeline.claims;
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].name, "few-nulls");
  EXPECT_EQ(all[0].pattern, Pattern::always);
  EXPECT_EQ(models::words(all[0].condition), "nulls of base-table at most 1000 rows");
  EXPECT_EQ(all[1].pattern, Pattern::never);
  EXPECT_EQ(all[1].condition.compare, Compare::at_least);
  EXPECT_EQ(all[2].pattern, Pattern::within);
  EXPECT_EQ(all[2].limit, sim::hours(2));
  EXPECT_EQ(models::words(all[2].trigger), "version of source equal to 1");
  EXPECT_EQ(models::words(all[2].condition), "version of spark/merge at least 1");
  EXPECT_FALSE(all[2].after) << "what starts the clock is no scope";
  EXPECT_EQ(all[3].pattern, Pattern::at_most);
  EXPECT_EQ(all[3].times, 3U);
  ASSERT_TRUE(all[3].after);
  EXPECT_EQ(models::words(*all[3].after), "open of control at least 1");
  EXPECT_EQ(all[4].pattern, Pattern::sometimes);
  EXPECT_EQ(all[4].condition.bound, sim::minutes(30).us);
  ASSERT_TRUE(all[4].until);
}

TEST(Scenario, CommentsMayStandAnywhere) {
  const Scenario plain = good(R"({"title": "t", "changes": [{"column": "a", "at": "9h"}]})");
  const Scenario told = good(
      "// before\n{ /* in */ \"title\" /* and */: \"t\", // at the end\n \"changes\": [{\"column\": \"a\",\n"
      " /* \"at\": \"1h\", */ \"at\": \"9h\"}]\n} // after");
  EXPECT_EQ(told.fingerprint, plain.fingerprint);
}

TEST(Scenario, WhatIsNotWrittenIsTheModelsDefault) {
  const Scenario s = good(R"({"title": "t", "changes": [{"column": "a", "at": "9h"}]})");
  models::PipelineConfig usual;
  usual.changes = {{.name = "a", .at = sim::hours(9)}};
  const models::PipelineConfig& read = s.pipeline;
  EXPECT_EQ(read.epoch.unix_s, usual.epoch.unix_s);
  EXPECT_EQ(read.horizon, usual.horizon);
  EXPECT_EQ(read.sla, usual.sla);
  EXPECT_EQ(read.sla_schema, usual.sla_schema);
  // The control plane's settings stand in sections of another shape, so each is compared.
  const models::ControlConfig& c = read.control;
  const models::ControlConfig& u = usual.control;
  EXPECT_EQ(c.push_delay, u.push_delay);
  EXPECT_EQ(c.push_loss_ppm, u.push_loss_ppm);
  EXPECT_EQ(c.pull_every, u.pull_every);
  EXPECT_EQ(c.pull_offset, u.pull_offset);
  EXPECT_EQ(c.generate, u.generate);
  EXPECT_EQ(c.review, u.review);
  EXPECT_EQ(c.ci, u.ci);
  EXPECT_EQ(c.staging, u.staging);
  EXPECT_EQ(c.bad_code_ppm, u.bad_code_ppm);
  EXPECT_EQ(c.staging_catches_ppm, u.staging_catches_ppm);
  EXPECT_EQ(c.fix, u.fix);
  EXPECT_EQ(c.alter, u.alter);
  EXPECT_EQ(c.alter_attempts, u.alter_attempts);
  EXPECT_EQ(c.alter_retry, u.alter_retry);
  EXPECT_EQ(c.alter_at, u.alter_at);
  EXPECT_EQ(c.deploy_spark.kind, u.deploy_spark.kind);
  EXPECT_EQ(c.deploy_flink.kind, u.deploy_flink.kind);
  EXPECT_TRUE(c.steps.empty());
  // All else shows in some run.
  const models::Pipeline from_file{read};
  const models::Pipeline from_code{usual};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    sim::SampledChooser one{from_file.questions(), seed};
    sim::SampledChooser other{from_code.questions(), seed};
    EXPECT_EQ(models::run(from_file, one, models::Recording::off).trace_hash,
              models::run(from_code, other, models::Recording::off).trace_hash)
        << seed;
  }
}

// ---- mistakes

TEST(ScenarioMistakes, AnUnknownKeyGetsTheNearestOne) {
  EXPECT_EQ(
      problems_with(R"("reviews": {"delay": "1h"})"),
      R"(3:2 /reviews: found unknown key "reviews", expected one of "title", "description", "start", "horizon", "sla", )"
      R"("tables", "changes", "plan", "deploy", "detect", "review", "cicd", "staging", "alter", "source", "cdc", "kafka", "flink", )"
      R"("cdc_table", "base_table", "merge", "backfill", "readers", "maintenance" or 3 more; did you mean "review"?)");
  EXPECT_EQ(problems_with(R"("review": {"dealy": "1h"})"),
            R"(3:13 /review/dealy: found unknown key "dealy", expected "delay"; did you mean "delay"?)");
}

TEST(ScenarioMistakes, AStepThatDoesNotExistGetsTheNearestOne) {
  EXPECT_EQ(
      problems_with(R"("plan": [{"step": "alter_bse_table"}])"),
      R"(3:20 /plan/0/step: found "alter_bse_table", expected one of "alter_cdc_table", "alter_base_table", "deploy_spark", )"
      R"("deploy_flink", "backfill", "rollback_spark", "rollback_flink" or "source_ddl"; did you mean "alter_base_table"?)");
}

TEST(ScenarioMistakes, APredecessorThatDoesNotExistGetsTheNearestOne) {
  EXPECT_EQ(
      problems_with(R"("plan": [{"step": "deploy_spark"}, {"step": "deploy_flink", "after": ["deploy_sprk"]}])"),
      R"(3:72 /plan/1/after/0: found "deploy_sprk", expected the name of a step: one of "ci", "generate", "review", )"
      R"("staging", "deploy_spark" or "deploy_flink"; did you mean "deploy_spark"?)");
  EXPECT_EQ(
      problems_with(R"("plan": [{"step": "backfill", "name": "b", "after": ["ci", "backfill"]}])"),
      R"(3:61 /plan/0/after/1: found "backfill", expected the name of a step: one of "ci", "generate", "review", "staging" or "b")");
}

TEST(ScenarioMistakes, AnOrderThatGoesRoundInCirclesIsNamedWhole) {
  EXPECT_EQ(
      problems_with(
          R"("plan": [{"step": "deploy_spark", "after": ["last"]}, {"step": "deploy_flink"}, {"step": "backfill", "name": "last"}])"),
      "3:10 /plan: found steps that wait for each other: deploy_spark -> deploy_flink -> last -> deploy_spark, "
      "expected an order without a cycle");
  EXPECT_EQ(problems_with(R"("plan": [{"step": "backfill"}, {"step": "deploy_spark", "after": ["deploy_spark"]}])"),
            "3:10 /plan: found steps that wait for each other: deploy_spark -> deploy_spark, expected an order without "
            "a cycle");
}

TEST(ScenarioMistakes, EachStepNeedsAnotherName) {
  EXPECT_EQ(
      problems_with(R"("plan": [{"step": "deploy_flink"}, {"step": "rollback_flink"}, {"step": "deploy_flink"}])"),
      "3:65 /plan/2: found a second step named \"deploy_flink\", expected a `name` of its own for each step");
  EXPECT_EQ(problems_with(R"("plan": [{"step": "backfill", "name": "review"}])"),
            "3:11 /plan/0: found a second step named \"review\", expected a `name` of its own for each step");
  EXPECT_EQ(problems_with(R"("plan": [{"step": "deploy_flink"}, {"step": "deploy_flink", "name": "again"}])"), "");
}

// The column would be added to a table that has it.
TEST(ScenarioMistakes, ATableIsAlteredOnceAndTheDdlRunOnce) {
  EXPECT_EQ(problems_with(R"("plan": [{"step": "alter_cdc_table"}, {"step": "alter_cdc_table", "name": "again"}])"),
            "3:49 /plan/1/step: found a second step alter_cdc_table, expected one at most: it cannot be undone");
  EXPECT_EQ(problems_of_changes(
                R"({"column": "a", "at": "9h", "announced": true})",
                ",\n \"plan\": [{\"step\": \"source_ddl\"}, {\"step\": \"source_ddl\", \"name\": \"twice\"}]"),
            "3:44 /plan/1/step: found a second step source_ddl, expected one at most: it cannot be undone");
}

TEST(ScenarioMistakes, ACronLineSaysWhichFieldIsWrong) {
  EXPECT_EQ(
      problems_with(R"("deploy": {"spark": {"cron": "0 25 * * *"}})"),
      "3:31 /deploy/spark/cron: found \"0 25 * * *\", expected five cron fields: hour: found '25', expected 0-23");
  EXPECT_EQ(
      problems_with(R"("plan": [{"step": "backfill", "cadence": {"cron": "60 * * * *"}}])"),
      "3:52 /plan/0/cadence/cron: found \"60 * * * *\", expected five cron fields: minute: found '60', expected 0-59");
  EXPECT_EQ(problems_with(R"("deploy": {"flink": {"cron": "0 10 * *"}})"),
            "3:31 /deploy/flink/cron: found \"0 10 * *\", expected five cron fields: found 4 fields, expected five: "
            "minute, hour, "
            "day of month, month, day of week");
}

TEST(ScenarioMistakes, ACronLineMustFireOnSomeDate) {
  EXPECT_EQ(problems_with(R"("deploy": {"flink": {"cron": "0 0 30 2 *", "train": true}})"),
            "3:31 /deploy/flink/cron: found \"0 0 30 2 *\", expected a line that fires on some date");
  EXPECT_EQ(problems_with(R"("deploy": {"flink": {"cron": "0 0 29 2 *", "train": true}})"), "");
}

TEST(ScenarioMistakes, ACadenceIsOfOneKind) {
  EXPECT_EQ(problems_with(R"("deploy": {"flink": {"cron": "0 0 1 * *", "every": "1d"}})"),
            "3:22 /deploy/flink: found several kinds of cadence, expected one of every, cron and manual");
  EXPECT_EQ(problems_with(R"("deploy": {"flink": {"offset": "1d"}})"),
            "3:22 /deploy/flink: found an offset without an interval, expected every beside offset");
  EXPECT_EQ(problems_with(R"("deploy": {"flink": {"manual": "1h", "cutoff": "1h"}})"),
            "3:22 /deploy/flink: found a train without departures, expected cron beside train and cutoff");
}

TEST(ScenarioMistakes, OnePersonTakesOneTime) {
  EXPECT_EQ(
      problems_with(R"("deploy": {"spark": {"manual": "1h"}, "flink": {"manual": "2h"}})"),
      "3:60 /deploy/flink/manual: found a second window for a person's delay, expected one for the whole scenario");
  EXPECT_EQ(problems_with(R"("deploy": {"spark": {"manual": "1h"}, "flink": {"manual": "60m"}})"), "");
}

TEST(ScenarioMistakes, AFreezeHasBothEndsInOneFormAndInOrder) {
  const std::string forms =
      R"(expected a date such as "2026-01-09T16:00Z", or a moment of every week such as "Fri 16:00")";
  const auto freeze = [](const std::string& from, const std::string& until) {
    return problems_with(fmt::format(R"("deploy": {{"freeze": [{{"from": "{}", "until": "{}"}}]}})", from, until));
  };
  EXPECT_EQ(freeze("Fri 16:00", "Mon 08:00"), "");
  EXPECT_EQ(freeze("Mon 08:00", "Fri 16:00"), "");  // the week goes round
  EXPECT_EQ(freeze("2026-01-09T16:00Z", "2026-01-12"), "");
  EXPECT_EQ(freeze("Fri 16:00", "2026-01-12"),
            "3:24 /deploy/freeze/0: found a date beside a moment of every week, expected both ends in the same form");
  EXPECT_EQ(freeze("2026-01-12", "Fri 16:00"),
            "3:24 /deploy/freeze/0: found a date beside a moment of every week, expected both ends in the same form");
  EXPECT_EQ(freeze("Fr 16:00", "Mon 08:00"), "3:33 /deploy/freeze/0/from: found \"Fr 16:00\", " + forms);
  EXPECT_EQ(freeze("Fri 16:00", "Mon 24:00"), "3:55 /deploy/freeze/0/until: found \"Mon 24:00\", " + forms);
  EXPECT_EQ(freeze("2026-02-29", "2026-03-01"), "3:33 /deploy/freeze/0/from: found \"2026-02-29\", " + forms);
  EXPECT_EQ(freeze("2026-01-12", "2026-01-09T16:00Z"),
            "3:56 /deploy/freeze/0/until: found \"2026-01-09T16:00Z\", expected a date after \"2026-01-12\"");
  EXPECT_EQ(freeze("2026-01-12", "2026-01-12"),
            "3:56 /deploy/freeze/0/until: found \"2026-01-12\", expected a date after \"2026-01-12\"");
}

TEST(ScenarioMistakes, AnAnnouncedChangeAndItsDdlGoTogether) {
  const std::string together = ", expected announced changes and the step source_ddl together, or neither";
  const std::string plan = ",\n \"plan\": [{\"step\": \"source_ddl\"}]";
  EXPECT_EQ(problems_of_changes(R"({"column": "a", "at": "9h", "announced": true})"),
            "2:14 /changes/0: found an announced change and no step source_ddl in the plan" + together);
  EXPECT_EQ(problems_of_changes(R"({"column": "a", "at": "9h"})", plan),
            "2:14 /changes/0: found a step source_ddl and a change that is not announced" + together);
  EXPECT_EQ(problems_of_changes(R"({"column": "a", "at": "9h", "announced": true}, {"column": "b", "at": "9h"})", plan),
            "2:62 /changes/1: found a step source_ddl and a change that is not announced" + together);
  EXPECT_EQ(problems_of_changes(R"({"column": "a", "at": "9h", "announced": true})", plan), "");
}

TEST(ScenarioMistakes, AColumnChangesOnceAndReally) {
  EXPECT_EQ(problems_of_changes(R"({"column": "a", "at": "9h"}, {"column": "a", "at": "10h"})"),
            "2:54 /changes/1/column: found \"a\", expected a column that no other change touches");
  EXPECT_EQ(problems_of_changes(R"({"column": "a", "at": "9h", "change": "retype", "from": "int", "type": "int"})"),
            "2:14 /changes/0: found a column that keeps its type, expected `from` and `type` that differ");
  EXPECT_EQ(problems_of_changes(R"({"column": "a", "at": "9h", "change": "retype", "from": "int", "type": "long"})"),
            "");
  EXPECT_EQ(
      problems_of_changes(R"({"column": "a", "at": "9h", "change": "retype", "from": "decimal", "type": "decimal"})"),
      "")
      << "its precision grows";
}

TEST(ScenarioMistakes, ChangesStandInTheOrderOfTheirTimes) {
  EXPECT_EQ(problems_of_changes(R"({"column": "a", "at": "9h"}, {"column": "b", "at": "8h"})"),
            "2:65 /changes/1/at: found 8 h, expected changes in the order of their times: their builds follow it");
  EXPECT_EQ(problems_of_changes(R"({"column": "a", "at": "9h"}, {"column": "b", "at": "9h"})"), "");
}

TEST(ScenarioMistakes, ADateMustExist) {
  EXPECT_EQ(problems_with(R"("start": "2026-02-30")"),
            R"(3:11 /start: found "2026-02-30", expected a UTC date such as "2026-01-05" or "2026-01-05T10:00Z")");
}

TEST(ScenarioMistakes, SharesAddUpToTheWholeAtMost) {
  EXPECT_EQ(problems_with(R"("source": {"inserts": 60, "deletes": 50})"),
            "3:39 /source/deletes: found inserts and deletes that are more than all changes, expected shares that add "
            "up to 100 % "
            "at most");
  EXPECT_EQ(problems_with(R"("source": {"inserts": 60, "deletes": 40})"), "");
}

TEST(ScenarioMistakes, AnExpectationNamesAProperty) {
  EXPECT_EQ(problems_with(R"("expect": {"nulls": true})"),
            R"(3:13 /expect/nulls: found unknown key "nulls", expected one of "verdict", "violates", "merges_stall", )"
            R"("loses_changes", "nulls_left", "wrong_values_left", "converges_within" or "check")");
  EXPECT_EQ(
      problems_with(R"("expect": {"violates": ["fresh", "no-null-lef"]})"),
      R"(3:35 /expect/violates/1: found "no-null-lef", expected the name of a property: one of "converged", "no-row-lost", )"
      R"("no-older-row", "no-null-left", "readable", "fresh" or "schema-converged"; did you mean "no-null-left"?)");
}

// A property that is good but for what stands in place of its pattern.
std::string problems_of_property(std::string_view members) {
  return problems_with(fmt::format("\"properties\": [{{\"name\": \"n\", {}}}]", members));
}
std::string problems_of_condition(std::string_view members) {
  return problems_of_property(fmt::format("\"always\": {{{}}}", members));
}

TEST(ScenarioMistakes, AConditionNamesAMetricOfItsActor) {
  EXPECT_EQ(
      problems_of_condition(R"("actor": "flnk", "metric": "lag", "at_most": 1)"),
      R"(3:51 /properties/0/always/actor: found "flnk", expected one of "source", "cdc", "kafka", "flink", "cdc-table", "base-table", "spark/merge", "spark/backfill", "control", "readers" or "monitor"; did you mean "flink"?)");
  EXPECT_EQ(
      problems_of_condition(R"("actor": "flink", "metric": "lagg", "at_most": 1)"),
      R"(3:70 /properties/0/always/metric: found "lagg", expected one of "changes", "version", "lag", "down", "records", "stopped", "lost", "rows", "freshness", "nulls", "wrong", "stale", "diverged", "committed", "stalls", "stalled", "running", "done", "failed", "open", "reads", "failed_reads", "schema", "code" or 1 more; did you mean "lag"?)");
  EXPECT_EQ(
      problems_of_condition(R"("actor": "flink", "metric": "nulls", "at_most": 1)"),
      R"(3:70 /properties/0/always/metric: found "nulls", expected a metric of flink: one of "lag", "down", "stopped", "lost" or "version"; base-table has one)");
  EXPECT_EQ(problems_of_condition(R"("actor": "flink", "metric": "lag", "at_most": 1)"), "");
}

TEST(ScenarioMistakes, AConditionHasOneBoundOfTheMetricsKind) {
  EXPECT_EQ(
      problems_of_condition(R"("actor": "flink", "metric": "lag")"),
      R"(3:41 /properties/0/always: found a condition without a bound, expected one of at_most, at_least and equals)");
  EXPECT_EQ(
      problems_of_condition(R"("actor": "flink", "metric": "lag", "at_most": 1, "at_least": 1)"),
      R"(3:41 /properties/0/always: found a condition with several bounds, expected one of at_most, at_least and equals)");
  EXPECT_EQ(problems_of_condition(R"("actor": "flink", "metric": "lag", "at_most": "2h")"),
            R"(3:88 /properties/0/always/at_most: found 2 h, expected a whole number: lag of flink is no duration)");
  EXPECT_EQ(problems_of_condition(R"("actor": "flink", "metric": "down", "at_least": 2)"),
            R"(3:90 /properties/0/always/at_least: found 2, expected a duration such as "15m": down of flink is one)");
  EXPECT_EQ(
      problems_of_condition(R"("actor": "flink", "metric": "down", "equals": "2h")"),
      R"(3:88 /properties/0/always/equals: found 2 h, expected at_most or at_least: down of flink is a duration)");
  EXPECT_EQ(
      problems_of_condition(R"("actor": "flink", "metric": "lag", "at_most": -1)"),
      R"(3:88 /properties/0/always/at_most: found -1, expected a whole number from 0 to 1000000000000000, or, of a metric that is one, a duration such as "15m")");
  EXPECT_EQ(
      problems_of_condition(R"("actor": "flink", "metric": "lag", "at_most": "soon")"),
      R"(3:88 /properties/0/always/at_most: found "soon", expected a whole number from 0 to 1000000000000000, or, of a metric that is one, a duration such as "15m")");
}

TEST(ScenarioMistakes, APropertyHasOnePattern) {
  const std::string c = R"({"actor": "flink", "metric": "lag", "at_most": 1})";
  EXPECT_EQ(
      problems_of_property(R"("after": )" + c),
      R"(3:17 /properties/0: found a property without a pattern, expected one of always, never, within, at_most and sometimes)");
  EXPECT_EQ(
      problems_of_property(fmt::format(R"("always": {0}, "never": {0})", c)),
      R"(3:17 /properties/0: found a property with several patterns, expected one of always, never, within, at_most and sometimes)");
  EXPECT_EQ(problems_of_property(fmt::format(R"("within": "1h", "then": {0})", c)),
            R"(3:17 /properties/0: found a time limit without its ends, expected after and then beside within)");
  EXPECT_EQ(problems_of_property(fmt::format(R"("always": {0}, "then": {0})", c)),
            R"(3:17 /properties/0: found an answer without a time limit, expected within beside then)");
  EXPECT_EQ(problems_of_property(fmt::format(R"("always": {0}, "times": {0})", c)),
            R"(3:17 /properties/0: found times without how many, expected both at_most and times, or neither)");
  EXPECT_EQ(problems_of_property(R"("at_most": 3)"),
            R"(3:17 /properties/0: found a count of nothing, expected both at_most and times, or neither)");
  EXPECT_EQ(
      problems_of_property(fmt::format(R"("allways": {0})", c)),
      R"(3:31 /properties/0/allways: found unknown key "allways", expected one of "name", "always", "never", "sometimes", "within", "then", "at_most", "times", "after" or "until"; did you mean "always"?)");
}

TEST(ScenarioMistakes, APropertyHasANameOfItsOwn) {
  const std::string c = R"({"actor": "flink", "metric": "lag", "at_most": 1})";
  const auto named = [&](std::string_view one, std::string_view other) {
    return problems_with(fmt::format(R"("properties": [{{"name": "{}", "always": {}}}, {{"name": "{}", "never": {}}}])",
                                     one, c, other, c));
  };
  EXPECT_EQ(named("a", "b"), "");
  EXPECT_EQ(
      named("a", "a"),
      R"(3:102 /properties/1/name: found "a", expected a name that no other property has, nor one of those that every run is judged by)");
  EXPECT_EQ(
      named("fresh", "a"),
      R"(3:26 /properties/0/name: found "fresh", expected a name that no other property has, nor one of those that every run is judged by)");
  EXPECT_EQ(
      named("a b", "a"),
      R"(3:26 /properties/0/name: found "a b", expected a name of letters, digits, '_', '-', '.' or '/' that starts with a letter or '_', at most 64 characters)");
}

TEST(ScenarioMistakes, AnExpectationMayNameAPropertyOfTheScenario) {
  const std::string properties =
      R"("properties": [{"name": "lags", "always": {"actor": "flink", "metric": "lag", "at_most": 1}}],)";
  EXPECT_EQ(problems_with(properties + R"("expect": {"violates": ["lags"]})"), "");
  EXPECT_EQ(
      problems_with(properties + R"("expect": {"violates": ["lag"]})"),
      R"(3:120 /expect/violates/0: found "lag", expected the name of a property: one of "converged", "no-row-lost", "no-older-row", "no-null-left", "readable", "fresh", "schema-converged" or "lags"; did you mean "lags"?)");
}

TEST(ScenarioMistakes, ThereAreAtMostThirtyTwoProperties) {
  const auto of = [](int n) {
    std::string all;
    for (int i = 0; i < n; ++i) {
      all += fmt::format(R"({}{{"name": "p{}", "always": {{"actor": "flink", "metric": "lag", "at_most": 1}}}})",
                         i == 0 ? "" : ", ", i);
    }
    return problems_with("\"properties\": [" + all + "]");
  };
  EXPECT_EQ(of(32), "");
  EXPECT_EQ(of(33), R"(3:16 /properties: found an array of 33, expected an array of at most 32 items)");
}

TEST(ScenarioMistakes, AGivenAnswerNamesAnActorAChoiceAndAnAnswer) {
  EXPECT_EQ(
      problems_with(R"("given": [{"actor": "flnik", "choice": "restore", "answer": "1h"}])"),
      R"(3:22 /given/0/actor: found "flnik", expected an actor that faces choices: one of "source", "cdc", "kafka", "control", )"
      R"("flink", "spark/merge", "spark/backfill", "maintenance" or "readers"; did you mean "flink"?)");
  EXPECT_EQ(
      problems_with(R"("given": [{"actor": "flink", "choice": "restor", "answer": "1h"}])"),
      R"(3:41 /given/0/choice: found "restor", expected a choice of flink: one of "checkpoint", "commit", "failure", )"
      R"("restart", "savepoint", "restore", "restore-tail", "slow-restore", "deploy-offset" or "order"; did you mean "restore"?)");
  EXPECT_EQ(problems_with(R"("given": [{"actor": "flink", "choice": "restore", "answer": "soon"}])"),
            R"(3:62 /given/0/answer: found "soon", expected a duration, such as 41m, 30h or PT41M)");
  EXPECT_EQ(
      problems_with(R"("given": [{"actor": "kafka", "choice": "leader", "answer": "leader losst"}])"),
      R"(3:61 /given/0/answer: found "leader losst", expected one of "none" or "leader lost"; did you mean "leader lost"?)");
  EXPECT_EQ(problems_with(R"("given": [{"actor": "source", "choice": "change", "answer": "-1"}])"),
            R"(3:62 /given/0/answer: found "-1", expected a whole number from 0 to 18446744073709551615)");
  EXPECT_EQ(problems_with(R"("given": [{"actor": "flink", "choice": "restore", "occurrence": 0, "answer": "1h"}])"),
            "3:66 /given/0/occurrence: found 0, expected a whole number from 1 to 1000000000");
  EXPECT_EQ(
      problems_with(
          R"("given": [{"actor": "flink", "choice": "restore", "answer": "1h"}, {"actor": "flink", "choice": "restore", "answer": "2h"}])"),
      "3:69 /given/1: found another answer to restore 1 of flink, expected one answer to each choice");
}

// All at once, and nothing follows from a section that could not be read.
TEST(ScenarioMistakes, EachPropertyIsLookedAt) {
  EXPECT_EQ(
      problems_with(R"("properties": [
    {"name": "a", "within": "1h", "after": {"actor": "cdc", "metric": "version", "at_most": 1}, "then": {"actor": "flink", "metric": "down", "at_most": 5}},
    {"name": "b", "at_most": 1, "times": {"actor": "kafka", "metric": "lag", "at_most": 1}, "until": {"actor": "readers", "metric": "lag", "at_most": 1}}])"),
      R"(4:71 /properties/0/after/metric: found "version", expected a metric of cdc: one of "lag" or "down"; source has one
4:153 /properties/0/then/at_most: found 5, expected a duration such as "15m": down of flink is one
5:71 /properties/1/times/metric: found "lag", expected a metric of kafka: "records"; cdc has one
5:133 /properties/1/until/metric: found "lag", expected a metric of readers: one of "reads", "failed_reads" or "version"; cdc has one)");
}

// Limits that keep a run small enough to end: scenarios that no pipeline of this world resembles.
TEST(ScenarioMistakes, ARunThatWouldNotEndIsRefused) {
  EXPECT_EQ(
      problems_with(R"("source": {"tracked_changes_per_hour": 600}, "horizon": "30d", "merge": {"cadence": "1m"})"),
      "3:41 /source/tracked_changes_per_hour: found 432000 tracked changes and 43200 merges, expected a product of at "
      "most "
      "1000000000 over the horizon; a merge that stalls takes all changes again each time");
  EXPECT_EQ(problems_with(R"("source": {"tracked_changes_per_hour": 600}, "cdc": {"crash": 0.1})"),
            "3:64 /cdc/crash: found a fault that strikes 240 times in the 2400 changes that may wait for its repair, "
            "expected at "
            "most 5 times; with less to catch up, or a rarer fault, it gets on");
  EXPECT_EQ(problems_with(R"("cdc": {"failover": "1ms"})"),
            R"(3:22 /cdc/failover: found "1ms", expected a duration such as "15m" or "PT1H30M" from 1 s to 30 d)");
  EXPECT_EQ(problems_with(R"("kafka": {"leader_loss": 0.2})"),
            R"(3:27 /kafka/leader_loss: found 0.2, expected a probability from 0 to 0.1, such as 0.005 or "0.5%")");
}

TEST(ScenarioMistakes, AllAreToldAtOnce) {
  EXPECT_EQ(problems(R"({
  "titel": "t",
  "changes": [{"column": "a", "at": "9h"}, {"column": "a", "at": "9"}],
  "plan": [{"step": "deploy_spark", "after": ["deploy_flonk"]}, {"step": "deploy_spark"}],
  "deploy": {"spark": {"cron": "61 * * * *"}, "freeze": [{"from": "Fri 16:00", "until": "soon"}]},
  "start": "tomorrow",
  "merge": {"guard": "postion_greater"},
  "expect": {"violates": ["fresher"]}
})"),
            R"(1:1 found an object without "title", expected the key "title": a string of 1 to 200 characters
2:3 /titel: found unknown key "titel", expected one of "title", "description", "start", "horizon", "sla", "tables", "changes", "plan", "deploy", "detect", "review", "cicd", "staging", "alter", "source", "cdc", "kafka", "flink", "cdc_table", "base_table", "merge", "backfill", "readers", "maintenance" or 3 more; did you mean "title"?
3:66 /changes/1/at: found "9", expected a duration such as "15m" or "PT1H30M", at most 365 d
4:47 /plan/0/after/0: found "deploy_flonk", expected the name of a step: one of "ci", "generate", "review", "staging" or "deploy_spark"
4:65 /plan/1: found a second step named "deploy_spark", expected a `name` of its own for each step
5:32 /deploy/spark/cron: found "61 * * * *", expected five cron fields: minute: found '61', expected 0-59
5:89 /deploy/freeze/0/until: found "soon", expected a date such as "2026-01-09T16:00Z", or a moment of every week such as "Fri 16:00"
6:12 /start: found "tomorrow", expected a UTC date such as "2026-01-05" or "2026-01-05T10:00Z"
7:22 /merge/guard: found "postion_greater", expected one of "none", "position_at_least", "position_greater" or "position_and_build"; did you mean "position_greater"?
8:27 /expect/violates/0: found "fresher", expected the name of a property: one of "converged", "no-row-lost", "no-older-row", "no-null-left", "readable", "fresh" or "schema-converged"; did you mean "fresh"?)");
}

// A mistake must not be followed by others that only its default makes.
TEST(ScenarioMistakes, NothingIsSaidOfASectionThatCouldNotBeRead) {
  EXPECT_EQ(
      problems_with(
          R"("plan": [{"step": "alter_bse_table"}, {"step": "backfill"}, {"step": "deploy_flink", "after": ["alter_base_table"]}])"),
      R"(3:20 /plan/0/step: found "alter_bse_table", expected one of "alter_cdc_table", "alter_base_table", "deploy_spark", )"
      R"("deploy_flink", "backfill", "rollback_spark", "rollback_flink" or "source_ddl"; did you mean "alter_base_table"?)");
  EXPECT_EQ(problems_with(R"("source": {"inserts": 90, "deletes": "x"})"),
            R"(3:39 /source/deletes: found "x", expected a percentage from 0 to 100, such as 25 or "25%")");
}

// ---- fingerprints

// A scenario of before there were properties is still the same scenario.
TEST(ScenarioFingerprint, IsThatOfBeforeWhereThereAreNoProperties) {
  const Scenario none = good(text_with(R"("horizon": "4d")"));
  EXPECT_EQ(good(text_with(R"("horizon": "4d", "properties": [])")).fingerprint, none.fingerprint);
}

TEST(ScenarioFingerprint, DoesNotDependOnLayoutCommentsOrOrder) {
  for (const fs::path& path : gallery()) {
    const std::string text = slurp(path);
    const Scenario written = good(text);
    // Keys in the order of the alphabet, no comment, no blank.
    const std::string bare = nlohmann::json::parse(text, nullptr, true, true).dump();
    ASSERT_LT(bare.size(), text.size());
    EXPECT_EQ(good(bare).fingerprint, written.fingerprint) << path;
    std::string crlf;
    for (const char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
    EXPECT_EQ(good("\xEF\xBB\xBF" + crlf).fingerprint, written.fingerprint) << path;
  }
}

TEST(ScenarioFingerprint, IsOfWhatIsMeant) {
  const auto of = [](std::string_view members) { return good(text_with(members)).fingerprint; };
  EXPECT_EQ(of(R"("horizon": "3d")"), of(R"("horizon": "72h")"));
  EXPECT_EQ(of(R"("horizon": "3d")"), of(R"("sla": {})")) << "a default is a default, written or not";
  EXPECT_EQ(of(R"("cdc": {"crash": 0.005})"), of(R"("cdc": {"crash": "0.5%"})"));
  EXPECT_NE(of(R"("horizon": "3d")"), of(R"("horizon": "73h")"));
  EXPECT_NE(of(R"("sla": {})"), of(R"("sla": {"schema": "1h"})"));
}

// ---- plans

TEST(ScenarioPlan, SwappingTwoLinesChangesTheRun) {
  const std::string text = slurp(fs::path{CONVERGE_SOURCE_DIR} / "scenarios/add-column-three-phase.json");
  const std::string spark = R"({"step": "deploy_spark"})";
  const std::string flink = R"({"step": "deploy_flink"})";
  std::string swapped = text;
  const std::size_t first = swapped.find(spark);
  const std::size_t second = swapped.find(flink);
  ASSERT_LT(first, second);
  swapped.replace(second, flink.size(), spark);
  swapped.replace(first, spark.size(), flink);

  const sim::RunResult as_it_should_be = nominal_run(good(text));
  const sim::RunResult other = nominal_run(good(swapped));
  EXPECT_NE(other.trace_hash, as_it_should_be.trace_hash);
  EXPECT_EQ(as_it_should_be.outcome, sim::Outcome::converged);
  EXPECT_GT(other.nulls_worst, as_it_should_be.nulls_worst) << "rows that the old merge does not copy";
}

TEST(ScenarioPlan, WithoutAfterAStepFollowsTheOneAbove) {
  const Scenario s = good(text_with(R"("plan": [{"step": "deploy_spark"}, {"step": "deploy_flink"}])"));
  const std::vector<models::Step> steps = models::resolve(s.pipeline.control);
  ASSERT_EQ(steps.size(), 6U);
  EXPECT_NE(steps[5].after & (1U << 4U), 0U);
  const Scenario free = good(text_with(R"("plan": [{"step": "deploy_spark"}, {"step": "deploy_flink", "after": []}])"));
  EXPECT_EQ(models::resolve(free.pipeline.control)[5].after & (1U << 4U), 0U);
}

TEST(ScenarioPlan, AStepMayWaitForAMetric) {
  const Scenario s = good(text_with(
      R"("deploy": {"check_every": "30s"},
         "plan": [{"step": "backfill", "when": {"actor": "base-table", "metric": "freshness", "at_most": "5m"}}])"));
  ASSERT_TRUE(s.pipeline.control.steps[0].when);
  EXPECT_EQ(models::words(*s.pipeline.control.steps[0].when), "freshness of base-table at most 5 min");
  EXPECT_EQ(s.pipeline.control.check_every, sim::seconds(30));
  EXPECT_EQ(good(text_with(R"("plan": [{"step": "backfill"}])")).pipeline.control.check_every, sim::minutes(1));
}

TEST(ScenarioPlan, AWrongConditionOfAStepIsShownWhereItStands) {
  EXPECT_EQ(
      problems_with(R"("plan": [{"step": "backfill", "when": {"actor": "flink", "metric": "nulls", "at_most": 1}}])"),
      R"(3:69 /plan/0/when/metric: found "nulls", expected a metric of flink: one of "lag", "down", "stopped", "lost" or "version"; base-table has one)");
  EXPECT_EQ(
      problems_with(
          R"("plan": [{"step": "backfill", "when": {"actor": "base-table", "metric": "freshness", "at_most": 5}}])"),
      R"(3:98 /plan/0/when/at_most: found 5, expected a duration such as "15m": freshness of base-table is one)");
}

TEST(ScenarioPlan, AConditionIsPartOfTheFingerprint) {
  const auto of = [](std::string_view step) {
    return good(text_with(fmt::format(R"("plan": [{{"step": "backfill"{}}}])", step))).fingerprint;
  };
  EXPECT_NE(of(""), of(R"(, "when": {"actor": "flink", "metric": "lag", "at_most": 1})"));
  EXPECT_NE(of(R"(, "when": {"actor": "flink", "metric": "lag", "at_most": 1})"),
            of(R"(, "when": {"actor": "flink", "metric": "lag", "at_most": 2})"));
}

// The claim of the gallery's scenario, in its nominal run: something breaks in each order, and no longer in each once
// the backfill waits.
TEST(ScenarioPlan, APreconditionMakesOrdersSafeWhereNoneWas) {
  Scenario s = good(slurp(fs::path{CONVERGE_SOURCE_DIR} / "scenarios/no-order-is-safe-without-a-guard.json"));
  std::vector<models::StepConfig>& plan = s.pipeline.control.steps;
  const Scenario waiting = good(
      text_with(R"("plan": [{"step": "backfill", "when": {"actor": "spark/merge", "metric": "lag", "at_most": 0}}])"));
  std::vector<int> order{0, 1, 2, 3, 4};
  const std::vector<models::StepConfig> canonical = plan;
  int safe = 0;
  int safe_if_it_waits = 0;
  do {
    for (std::size_t i = 0; i < order.size(); ++i) plan[i] = canonical[static_cast<std::size_t>(order[i])];
    safe += nominal_run(s).outcome == sim::Outcome::converged ? 1 : 0;
    for (models::StepConfig& step : plan) {
      if (step.kind == models::StepKind::backfill) step.when = waiting.pipeline.control.steps[0].when;
    }
    safe_if_it_waits += nominal_run(s).outcome == sim::Outcome::converged ? 1 : 0;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(safe, 0);
  EXPECT_EQ(safe_if_it_waits, 25);
}

// ---- expectations

TEST(ScenarioExpect, SaysEachThingThatIsNotMet) {
  sim::RunResult r;
  r.outcome = sim::Outcome::converged;
  r.sentence = "It did.";
  r.properties = {{.name = "fresh", .holds = true}, {.name = "readable", .holds = false, .detail = "3 reads failed"}};
  r.convergence = sim::hours(7);
  const auto unmet_by = [&](const std::function<void(Expect&)>& change) {
    Expect e;
    e.violates = {"readable"};
    change(e);
    return unmet(e, r);
  };
  using All = std::vector<std::string>;
  EXPECT_EQ(unmet_by([](Expect&) {}), All{});
  EXPECT_EQ(unmet_by([](Expect& e) { e.verdict = sim::Outcome::vacuous; }), All{"the verdict is another: It did."});
  EXPECT_EQ(unmet_by([](Expect& e) { e.violates = {}; }), All{"readable is violated: 3 reads failed"});
  EXPECT_EQ(unmet_by([](Expect& e) { e.violates = {"fresh", "readable"}; }), All{"fresh holds"});
  r.properties[1].kind = sim::PropertyResult::Kind::reachability;
  EXPECT_EQ(unmet_by([](Expect& e) { e.violates = {}; }), All{"readable never happens: 3 reads failed"});
  EXPECT_EQ(unmet_by([](Expect& e) { e.merges_stall = true; }), All{"merges stall: no"});
  EXPECT_EQ(unmet_by([](Expect& e) { e.loses_changes = true; }), All{"loses changes: no"});
  EXPECT_EQ(unmet_by([](Expect& e) { e.nulls_left = true; }), All{"nulls left: no"});
  EXPECT_EQ(unmet_by([](Expect& e) { e.wrong_values_left = true; }), All{"wrong values left: no"});
  EXPECT_EQ(unmet_by([](Expect& e) { e.converges_within = sim::hours(7); }), All{});
  EXPECT_EQ(unmet_by([](Expect& e) { e.converges_within = sim::hours(6); }), All{"convergence took 7 h"});
  r.convergence.reset();
  EXPECT_EQ(unmet_by([](Expect& e) { e.converges_within = sim::hours(7); }), All{"convergence took for ever"});

  r.merges_stalled = r.changes_lost = 1;
  r.nulls_at_end = r.wrong_at_end = 1;
  EXPECT_EQ(unmet_by([](Expect& e) { e.merges_stall = e.loses_changes = e.nulls_left = e.wrong_values_left = false; }),
            (All{"merges stall: yes", "loses changes: yes", "nulls left: yes", "wrong values left: yes"}));
  EXPECT_EQ(unmet_by([](Expect& e) { e.merges_stall = e.loses_changes = e.nulls_left = e.wrong_values_left = true; }),
            All{});
}

// A property that the run does not judge cannot be the one that is violated.
TEST(ScenarioExpect, APropertyThatIsNoClaimIsNotViolated) {
  sim::RunResult r;
  r.outcome = sim::Outcome::violated;
  Expect e;
  e.verdict = sim::Outcome::violated;
  e.violates = {"schema-converged"};
  EXPECT_EQ(unmet(e, r), std::vector<std::string>{"schema-converged is no claim of this scenario"});
}

}  // namespace
}  // namespace converge::scenarios
