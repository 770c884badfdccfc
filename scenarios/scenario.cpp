#include "scenarios/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "models/words.hpp"
#include "scenarios/document.hpp"
#include "scenarios/json_schema.hpp"
#include "sim/rollout.hpp"

namespace converge::scenarios {

namespace {

std::string at(std::string_view pointer, std::size_t index) { return fmt::format("{}/{}", pointer, index); }

// Of the properties that every run is judged by.
std::vector<std::string> property_names() {
  return {"converged", "no-row-lost", "no-older-row", "no-null-left", "readable", "fresh", "schema-converged"};
}

// ---- dates and cadences

std::optional<sim::WeekTime> parse_week_time(std::string_view text) {
  constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  if (text.size() != 9 || text[3] != ' ' || text[6] != ':') return std::nullopt;
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -1000; };
  const int hour = 10 * digit(4) + digit(5);
  const int minute = 10 * digit(7) + digit(8);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  for (std::size_t i = 0; i < 7; ++i) {
    if (text.substr(0, 3) == days[i]) return sim::WeekTime{static_cast<sim::Weekday>(i), 60 * hour + minute};
  }
  return std::nullopt;
}

std::vector<sim::Freeze> freezes(const std::vector<FreezeSection>& sections, sim::Epoch epoch, Context& context) {
  constexpr std::string_view expected =
      R"(a date such as "2026-01-09T16:00Z", or a moment of every week such as "Fri 16:00")";
  std::vector<sim::Freeze> all;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::string here = at("/deploy/freeze", i);
    const auto weekly_from = parse_week_time(sections[i].from);
    const auto weekly_until = parse_week_time(sections[i].until);
    const auto from = sim::parse_epoch(sections[i].from);
    const auto until = sim::parse_epoch(sections[i].until);
    if (!weekly_from && !from) {
      context.problem(here + "/from", in_quotes(sections[i].from), std::string{expected});
    } else if (!weekly_until && !until) {
      context.problem(here + "/until", in_quotes(sections[i].until), std::string{expected});
    } else if (weekly_from.has_value() != weekly_until.has_value()) {
      context.problem(here, "a date beside a moment of every week", "both ends in the same form");
    } else if (weekly_from) {
      all.push_back(sim::freeze_weekly(*weekly_from, *weekly_until));
    } else if (until->unix_s <= from->unix_s) {
      context.problem(here + "/until", in_quotes(sections[i].until), "a date after " + in_quotes(sections[i].from));
    } else {
      all.push_back(sim::freeze_once(sim::instant_at(epoch, from->unix_s), sim::instant_at(epoch, until->unix_s)));
    }
  }
  return all;
}

sim::Cadence cadence(const CadenceSection& section, const std::vector<sim::Freeze>& freezes, const std::string& pointer,
                     Context& context) {
  sim::Cadence c{.freezes = freezes};
  if (section.every) {
    c.kind = sim::Cadence::Kind::interval;
    c.every = *section.every;
    c.offset = section.offset;
    c.any_offset = section.any_offset;
  } else if (section.manual) {
    c.kind = sim::Cadence::Kind::manual;
    c.delay = *section.manual;
  } else if (!section.cron.empty()) {
    c.kind = section.train ? sim::Cadence::Kind::train : sim::Cadence::Kind::cron;
    c.cutoff = section.cutoff;
    const sim::CronParse parsed = sim::parse_cron(section.cron);
    if (!parsed.cron) {
      context.problem(pointer + "/cron", in_quotes(section.cron), "five cron fields: " + parsed.problem);
    } else if (!sim::next_at_or_after(*parsed.cron, 0)) {
      context.problem(pointer + "/cron", in_quotes(section.cron), "a line that fires on some date");
    } else {
      c.cron = *parsed.cron;
    }
  }
  return c;
}

// ---- the plan

// What a step is called.
std::string name_of(const StepSection& s) {
  return s.name.empty() ? models::default_name({.kind = s.step, .table = s.table}) : s.name;
}

// Who names a table: it must be there exactly where there are two, and be one of them.
void check_table(const Document& d, const std::string& table, const std::string& pointer, std::string_view what,
                 Context& context) {
  if (d.tables.empty() && !table.empty()) {
    context.problem(pointer + "/table", in_quotes(table), "no table: there is one, without a name",
                    "list both under tables");
  } else if (!d.tables.empty() && table.empty()) {
    context.problem(pointer, fmt::format("{} without a table", what), "its table, " + one_of(d.tables));
  } else if (!table.empty() && std::find(d.tables.begin(), d.tables.end(), table) == d.tables.end()) {
    context.problem(pointer + "/table", in_quotes(table), "a table: " + one_of(d.tables),
                    did_you_mean(table, d.tables));
  }
}

void check_tables(const Document& d, Context& context) {
  if (d.tables.size() == 1) {
    context.problem("/tables", "one table", "two, or none: a table that is alone needs no name");
    return;
  }
  if (d.tables.size() == 2 && d.tables[0] == d.tables[1]) {
    context.problem("/tables/1", in_quotes(d.tables[1]), "the name of another table");
    return;
  }
  for (std::size_t i = 0; i < d.tables.size(); ++i) {
    if (d.tables[i].empty()) return context.problem(at("/tables", i), "\"\"", "a name");
  }
  for (std::size_t i = 0; i < d.changes.size(); ++i) {
    check_table(d, d.changes[i].table, at("/changes", i), "a change", context);
    const auto same = [&](const models::ChangeConfig& c) { return c.table == d.changes[i].table; };
    const auto before = d.changes.begin() + static_cast<std::ptrdiff_t>(i);
    if (!d.changes[i].table.empty() && std::any_of(d.changes.begin(), before, same)) {
      context.problem(at("/changes", i) + "/table", in_quotes(d.changes[i].table),
                      "a table without another change: a rollout carries one of each");
    }
  }
  // Who misspells a table hears of that alone.
  const bool known = std::all_of(d.changes.begin(), d.changes.end(), [&](const models::ChangeConfig& c) {
    return std::find(d.tables.begin(), d.tables.end(), c.table) != d.tables.end();
  });
  for (std::size_t i = 0; known && i < d.tables.size(); ++i) {
    const auto of_it = [&](const models::ChangeConfig& c) { return c.table == d.tables[i]; };
    if (std::none_of(d.changes.begin(), d.changes.end(), of_it)) {
      context.problem(at("/tables", i), in_quotes(d.tables[i]), "a table that some change is of");
    }
  }
  for (std::size_t i = 0; i < d.source.scripted.size(); ++i) {
    check_table(d, d.source.scripted[i].table, at("/source/changes", i), "a key", context);
  }
  for (std::size_t i = 0; i < d.plan.size(); ++i) {
    if (models::is_about_one_table(d.plan[i].step)) {
      const std::string what = fmt::format("a step {}", models::name(d.plan[i].step));
      check_table(d, d.plan[i].table, at("/plan", i), what, context);
    } else if (!d.plan[i].table.empty()) {
      context.problem(at("/plan", i) + "/table", in_quotes(d.plan[i].table),
                      fmt::format("no table in a step {}: all tables share the job", models::name(d.plan[i].step)));
    }
  }
  if (!d.tables.empty() && d.backfill.kind == models::BackfillConfig::Kind::rewind) {
    context.problem("/backfill/kind", "\"rewind\"", "remerge, reparse or bootstrap, over two tables",
                    "one job reads the topic of both, so it cannot go back for one of them");
  }
}

void check_plan(const Document& d, Context& context) {
  const std::set<std::string> own{"generate", "review", "ci", "staging"};
  std::vector<std::string> names(own.begin(), own.end());
  std::vector<std::string> known = names;  // each once
  const std::size_t before = names.size();
  for (std::size_t i = 0; i < d.plan.size(); ++i) {
    const std::string name = name_of(d.plan[i]);
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      context.problem(at("/plan", i), "a second step named " + in_quotes(name), "a `name` of its own for each step");
    } else {
      known.push_back(name);
    }
    names.push_back(name);
    // The second time, the column is there already, and the DDL has been run.
    const models::StepKind kind = d.plan[i].step;
    const bool once = kind == models::StepKind::alter_cdc_table || kind == models::StepKind::alter_base_table ||
                      kind == models::StepKind::source_ddl;
    const auto same = [&](const StepSection& s) { return s.step == kind && s.table == d.plan[i].table; };
    if (once && std::any_of(d.plan.begin(), d.plan.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      context.problem(at("/plan", i) + "/step", fmt::format("a second step {}", models::name(kind)),
                      "one at most: it cannot be undone");
    }
  }
  std::optional<sim::Window> approval;
  const auto one_approval = [&](const CadenceSection& c, const std::string& pointer) {
    if (!c.manual) return;
    if (approval && *approval != *c.manual)
      context.problem(pointer + "/manual", "a second window for a person's delay", "one for the whole scenario");
    approval = c.manual;
  };
  one_approval(d.deploy.spark, "/deploy/spark");
  one_approval(d.deploy.flink, "/deploy/flink");
  for (std::size_t i = 0; i < d.plan.size(); ++i) {
    if (d.plan[i].cadence) one_approval(*d.plan[i].cadence, at("/plan", i) + "/cadence");
  }
  sim::StepGraph graph{names.size()};
  for (std::size_t i = 0; i < d.plan.size(); ++i) {
    if (!d.plan[i].after) {
      if (i > 0) graph.add_edge(before + i - 1, before + i);
      continue;
    }
    for (std::size_t k = 0; k < d.plan[i].after->size(); ++k) {
      const std::string& wanted = (*d.plan[i].after)[k];
      const auto found = std::find(names.begin(), names.end(), wanted);
      if (found == names.end()) {
        context.problem(at(at("/plan", i) + "/after", k), in_quotes(wanted), "the name of a step: " + one_of(known),
                        did_you_mean(wanted, known));
      } else {
        graph.add_edge(static_cast<std::size_t>(found - names.begin()), before + i);
      }
    }
  }
  if (const auto cycle = graph.cycle()) {
    std::string round;
    for (const std::size_t step : *cycle) round += names[step] + " -> ";
    context.problem("/plan", "steps that wait for each other: " + round + names[cycle->front()],
                    "an order without a cycle");
  }
}

void check_ddl(const Document& d, Context& context) {
  for (std::size_t i = 0; i < d.changes.size(); ++i) {
    const bool has_ddl = std::any_of(d.plan.begin(), d.plan.end(), [&](const StepSection& s) {
      return s.step == models::StepKind::source_ddl && s.table == d.changes[i].table;
    });
    if (d.changes[i].announced != has_ddl) {
      context.problem(at("/changes", i),
                      d.changes[i].announced ? "an announced change and no step source_ddl in the plan"
                                             : "a step source_ddl and a change that is not announced",
                      "announced changes and the step source_ddl together, or neither");
    }
  }
}

void check_changes(const Document& d, Context& context) {
  std::map<std::pair<std::string, std::string>, std::size_t> seen;
  for (std::size_t i = 0; i < d.changes.size(); ++i) {
    const models::ChangeConfig& c = d.changes[i];
    if (i > 0 && c.at < d.changes[i - 1].at) {
      context.problem(at("/changes", i) + "/at", text(c.at),
                      "changes in the order of their times: their builds follow it");
    }
    if (!seen.try_emplace({c.table, c.name}, i).second) {
      context.problem(at("/changes", i) + "/column", in_quotes(c.name), "a column that no other change touches");
    }
    if (c.kind == models::ChangeConfig::Kind::change_type && c.from == c.type && c.type != models::Type::decimal) {
      context.problem(at("/changes", i), "a column that keeps its type", "`from` and `type` that differ");
    }
  }
}

// ---- properties

std::string_view actor_of(const models::Metric& m) { return models::actor_name(static_cast<std::uint16_t>(m.actor)); }

// The condition that stands at `pointer`, against the table of metrics.
models::Condition condition(const ConditionSection& c, const std::string& pointer, Context& context) {
  using Compare = models::Condition::Compare;
  const auto metrics = models::metrics();
  std::vector<std::string> of_actor;
  for (const models::Metric& m : metrics) {
    if (actor_of(m) == c.actor) of_actor.emplace_back(m.name);
  }
  const auto found = std::find_if(metrics.begin(), metrics.end(), [&](const models::Metric& m) {
    return actor_of(m) == c.actor && m.name == c.metric;
  });
  if (found == metrics.end()) {
    std::string hint = did_you_mean(c.metric, of_actor);
    const auto elsewhere =
        std::find_if(metrics.begin(), metrics.end(), [&](const models::Metric& m) { return m.name == c.metric; });
    if (hint.empty() && elsewhere != metrics.end()) hint = fmt::format("{} has one", actor_of(*elsewhere));
    context.problem(pointer + "/metric", in_quotes(c.metric), "a metric of " + c.actor + ": " + one_of(of_actor),
                    std::move(hint));
    return {};
  }
  const Bound bound = c.at_most ? *c.at_most : c.at_least ? *c.at_least : *c.equals;
  const std::string place = pointer + (c.at_most ? "/at_most" : c.at_least ? "/at_least" : "/equals");
  const std::string shown = bound.is_duration ? text(sim::Duration{bound.value}) : std::to_string(bound.value);
  if (found->grows() && c.equals) {
    context.problem(place, shown, fmt::format("at_most or at_least: {} of {} is a duration", c.metric, c.actor));
  } else if (found->grows() && !bound.is_duration) {
    context.problem(place, shown, fmt::format("a duration such as \"15m\": {} of {} is one", c.metric, c.actor));
  } else if (!found->grows() && bound.is_duration) {
    context.problem(place, shown, fmt::format("a whole number: {} of {} is no duration", c.metric, c.actor));
  }
  return {.metric = static_cast<models::MetricId>(found - metrics.begin()),
          .compare = c.at_most    ? Compare::at_most
                     : c.at_least ? Compare::at_least
                                  : Compare::equals,
          .bound = bound.value};
}

models::Claim claim(const PropertySection& p, const std::string& here, Context& context) {
  using Pattern = models::Claim::Pattern;
  const auto at_key = [&](const std::optional<ConditionSection>& c, std::string_view key) {
    return condition(*c, fmt::format("{}/{}", here, key), context);
  };
  models::Claim all{.name = p.name};
  if (p.always) all.pattern = Pattern::always, all.condition = at_key(p.always, "always");
  if (p.never) all.pattern = Pattern::never, all.condition = at_key(p.never, "never");
  if (p.sometimes) all.pattern = Pattern::sometimes, all.condition = at_key(p.sometimes, "sometimes");
  if (p.at_most) {
    all.pattern = Pattern::at_most;
    all.times = *p.at_most;
    all.condition = at_key(p.times, "times");
  }
  if (p.within) {
    all.pattern = Pattern::within;
    all.limit = *p.within;
    all.trigger = at_key(p.after, "after");
    all.condition = at_key(p.then, "then");
  } else if (p.after) {
    all.after = at_key(p.after, "after");
  }
  if (p.until) all.until = at_key(p.until, "until");
  return all;
}

std::vector<models::Claim> claims(const Document& d, Context& context) {
  std::set<std::string> taken;
  for (const std::string& name : property_names()) taken.insert(name);
  std::vector<models::Claim> all;
  for (std::size_t i = 0; i < d.properties.size(); ++i) {
    const std::string& name = d.properties[i].name;
    if (!taken.insert(name).second) {
      context.problem(at("/properties", i) + "/name", in_quotes(name),
                      "a name that no other property has, nor one of those that every run is judged by");
    }
    all.push_back(claim(d.properties[i], at("/properties", i), context));
  }
  return all;
}

void check_expect(const Document& d, Context& context) {
  if (!d.expect) return;
  std::vector<std::string> known = property_names();
  for (const PropertySection& p : d.properties) known.push_back(p.name);
  const auto all_known = [&](const std::vector<std::string>& names, std::string_view pointer) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (std::find(known.begin(), known.end(), names[i]) != known.end()) continue;
      context.problem(at(pointer, i), in_quotes(names[i]), "the name of a property: " + one_of(known),
                      did_you_mean(names[i], known));
    }
  };
  all_known(d.expect->violates, "/expect/violates");
  if (d.expect->check) all_known(d.expect->check->violates, "/expect/check/violates");
}

// What is merged again and again, and what piles up behind a fault, must stay small enough to end.
void check_cost(const Document& d, Context& context) {
  // A merge that stalls takes every change since at its next tick: a thousand million of them are half a minute.
  constexpr std::int64_t most = 1'000'000'000;
  const std::int64_t hourly = d.source.tracked_changes_per_hour;
  const std::int64_t changes = hourly * (d.horizon / sim::minutes(1)) / 60;
  const std::int64_t merges = d.horizon / d.merge.every;
  if (changes * merges > most) {
    context.problem("/source/tracked_changes_per_hour",
                    fmt::format("{} tracked changes and {} merges", changes, merges),
                    fmt::format("a product of at most {} over the horizon", most),
                    "a merge that stalls takes all changes again each time");
  }
  // Every change that waited for the repair is another chance for the fault.
  const auto piles_up = [&](std::int32_t ppm, sim::Duration waits, std::string_view place) {
    const std::int64_t busiest = hourly * std::max(d.source.daily_peak_permille, 1'000) / 1'000;
    const std::int64_t waiting = busiest * (waits / sim::minutes(1)) / 60;
    if (waiting * ppm <= 5'000'000) return;
    context.problem(place,
                    fmt::format("a fault that strikes {} times in the {} changes that may wait for its repair",
                                waiting * ppm / 1'000'000, waiting),
                    "at most 5 times", "with less to catch up, or a rarer fault, it gets on");
  };
  piles_up(d.cdc.crash_ppm, std::max({d.cdc.failover.most, d.cdc.flush_interval, d.cdc.lag.most}), "/cdc/crash");
  piles_up(d.kafka.leader_loss_ppm, std::max(d.kafka.election.most, d.cdc.lag.most), "/kafka/leader_loss");
}

void check_workload(const Document& d, Context& context) {
  if (d.source.inserts_ppm + d.source.deletes_ppm > 1'000'000) {
    context.problem("/source/deletes", "inserts and deletes that are more than all changes",
                    "shares that add up to 100 % at most");
  }
}

// Do the tables have nothing to say against these sections? Else they hold defaults that nobody wrote, and what is said
// about those would mislead.
class Clean {
 public:
  explicit Clean(const Context& context) {
    for (const Problem& p : context.problems()) touched_.insert(p.path.substr(0, p.path.find('/', 1)));
  }
  bool operator()(std::initializer_list<std::string> sections) const {
    return std::none_of(sections.begin(), sections.end(),
                        [&](const std::string& s) { return touched_.contains("/" + s); });
  }

 private:
  std::set<std::string> touched_;
};

}  // namespace

std::vector<sim::Deviation> resolve_given(const std::vector<DeviationSection>& sections,
                                          const std::vector<sim::Question>& questions, std::string_view pointer,
                                          Context& context) {
  sim::Schedule schedule;
  for (const DeviationSection& s : sections) schedule.deviations.push_back({s.actor, s.choice, s.occurrence, s.answer});
  sim::Resolved resolved = sim::resolve(schedule, questions);
  for (const sim::Unresolved& u : resolved.problems) {
    std::string place = at(pointer, u.deviation);
    switch (u.part) {
      case sim::Unresolved::Part::actor: place += "/actor"; break;
      case sim::Unresolved::Part::choice: place += "/choice"; break;
      case sim::Unresolved::Part::occurrence: place += "/occurrence"; break;
      case sim::Unresolved::Part::answer: place += "/answer"; break;
      case sim::Unresolved::Part::whole: break;
    }
    const bool quotes = u.part != sim::Unresolved::Part::whole;
    std::string expected = u.expected;
    if (!u.candidates.empty()) {
      const bool is_option = u.part == sim::Unresolved::Part::answer;
      expected = (is_option ? "" : expected + ": ") + one_of(u.candidates);
    }
    context.problem(place, quotes ? in_quotes(u.found) : u.found, std::move(expected),
                    did_you_mean(u.found, u.candidates));
  }
  return std::move(resolved.deviations);
}

Scenario build(const Document& d, Context& context) {
  const Clean clean{context};
  Scenario s{.title = d.title, .description = d.description, .expect = d.expect};
  models::PipelineConfig& p = s.pipeline;
  if (const auto epoch = sim::parse_epoch(d.start)) {
    p.epoch = *epoch;
  } else if (clean({"start"})) {
    context.problem("/start", in_quotes(d.start), R"(a UTC date such as "2026-01-05" or "2026-01-05T10:00Z")");
  }
  if (clean({"tables", "changes", "plan", "source", "backfill"})) check_tables(d, context);
  if (clean({"changes"})) check_changes(d, context);
  if (clean({"plan"})) check_plan(d, context);
  if (clean({"plan", "changes"})) check_ddl(d, context);
  if (clean({"expect", "properties"})) check_expect(d, context);
  if (clean({"source"})) check_workload(d, context);
  if (clean({"source", "cdc", "kafka", "merge", "horizon"})) check_cost(d, context);
  p.horizon = d.horizon;
  p.sla = d.sla.convergence;
  p.sla_schema = d.sla.schema;
  p.source = d.source;
  p.changes = d.changes;
  p.cdc = d.cdc;
  p.kafka = d.kafka;
  p.flink = d.flink;
  p.cdc_table = d.cdc_table;
  p.base_table = d.base_table;
  p.merge = d.merge;
  p.backfill = d.backfill;
  p.readers = d.readers;
  p.maintenance = d.maintenance;
  if (clean({"properties"})) p.claims = claims(d, context);
  models::ControlConfig& c = p.control;
  c.push_delay = d.detect.push_delay;
  c.push_loss_ppm = d.detect.push_loss;
  c.pull_every = d.detect.pull_period;
  c.pull_offset = d.detect.pull_offset;
  c.any_pull_offset = d.detect.any_pull_offset;
  c.generate = d.cicd.generation;
  c.review = d.review.delay;
  c.ci = d.cicd.duration;
  c.bad_code_ppm = d.cicd.bad_code;
  c.fix = d.cicd.fix;
  c.staging = d.staging.validation;
  c.staging_catches_ppm = d.staging.catches_bad_code;
  c.alter_at = d.alter.at;
  c.alter = d.alter.duration;
  c.alter_attempts = d.alter.attempts;
  c.alter_retry = d.alter.retry_delay;
  if (d.deploy.check_every) c.check_every = *d.deploy.check_every;
  std::vector<sim::Freeze> frozen;
  if (clean({"deploy"})) {
    frozen = freezes(d.deploy.freeze, p.epoch, context);
    c.deploy_spark = cadence(d.deploy.spark, frozen, "/deploy/spark", context);
    c.deploy_flink = cadence(d.deploy.flink, frozen, "/deploy/flink", context);
  }
  for (std::size_t i = 0; clean({"plan"}) && i < d.plan.size(); ++i) {
    const StepSection& step = d.plan[i];
    models::StepConfig config{
        .kind = step.step, .name = step.name, .table = step.table, .after = step.after, .delay = step.delay};
    if (step.cadence && step.cadence->any_offset) {
      context.problem(at("/plan", i) + "/cadence/any_offset", "true", "false in a step's own cadence",
                      "Spark's and Flink's cadence under deploy may have it");
    }
    if (step.when) config.when = condition(*step.when, at("/plan", i) + "/when", context);
    if (step.cadence) config.cadence = cadence(*step.cadence, frozen, at("/plan", i) + "/cadence", context);
    c.steps.push_back(std::move(config));
  }
  if (!d.tables.empty() && d.plan.empty()) c.steps = models::canonical_plan(models::table_names(p.changes));
  if (!context.problems().empty()) return s;  // names must resolve before the questions can be asked
  s.given = resolve_given(d.given, models::questions(p), "/given", context);
  const Object<Document>& table = document_table();
  s.fingerprint = sim::hash_of(table.write(d, table.shape));
  return s;
}

Parsed parse(std::string_view text) {
  const Text tree = parse_text(text);
  Parsed parsed{.problems = tree.problems};
  if (!tree.whole) return parsed;
  Context context{tree.root};
  Document document;
  const Object<Document>& table = document_table();
  table.read(document, tree.root, table.shape, context);
  if (parsed.problems.empty()) {
    Scenario scenario = build(document, context);
    if (context.problems().empty()) parsed.scenario = std::move(scenario);
  }
  for (Problem& p : context.take()) parsed.problems.push_back(std::move(p));
  return parsed;
}

std::vector<std::string> unmet(const Expect& e, const sim::RunResult& r) {
  std::vector<std::string> all;
  if (r.outcome != e.verdict) all.push_back("the verdict is another: " + r.sentence);
  for (const sim::PropertyResult& p : r.properties) {
    const bool wanted = std::find(e.violates.begin(), e.violates.end(), p.name) != e.violates.end();
    const bool happens = p.kind == sim::PropertyResult::Kind::reachability;
    if (p.holds == wanted)
      all.push_back(p.name + (p.holds ? " holds" : (happens ? " never happens: " : " is violated: ") + p.detail));
  }
  for (const std::string& wanted : e.violates) {
    const bool judged =
        std::any_of(r.properties.begin(), r.properties.end(), [&](const auto& p) { return p.name == wanted; });
    if (!judged) all.push_back(wanted + " is no claim of this scenario");
  }
  const auto flag = [&](const std::optional<bool>& expected, bool found, std::string_view what) {
    if (expected && *expected != found) all.push_back(fmt::format("{}: {}", what, found ? "yes" : "no"));
  };
  flag(e.merges_stall, r.merges_stalled > 0, "merges stall");
  flag(e.loses_changes, r.changes_lost > 0, "loses changes");
  flag(e.nulls_left, r.nulls_at_end > 0, "nulls left");
  flag(e.wrong_values_left, r.wrong_at_end > 0, "wrong values left");
  if (e.converges_within && (!r.convergence || *r.convergence > *e.converges_within)) {
    all.push_back("convergence took " + (r.convergence ? text(*r.convergence) : std::string{"for ever"}));
  }
  return all;
}

std::vector<std::string> unmet(const ExpectCheck& e, const sim::CheckResult& r) {
  std::vector<std::string> all;
  if (r.schedules < e.within) all.push_back(fmt::format("{} of {} schedules ran", r.schedules, e.within));
  for (const std::string& wanted : e.violates) {
    const auto judged =
        std::find_if(r.properties.begin(), r.properties.end(), [&](const auto& p) { return p.worst.name == wanted; });
    if (judged == r.properties.end()) all.push_back(wanted + " is no claim of this scenario");
  }
  for (const sim::PropertyCount& p : r.properties) {
    const bool wanted = std::find(e.violates.begin(), e.violates.end(), p.worst.name) != e.violates.end();
    if (wanted && p.violated == 0)
      all.push_back(fmt::format("{} holds in all of {} schedules", p.worst.name, r.schedules));
    if (!wanted && p.violated > 0)
      all.push_back(fmt::format("{} is violated in {} of {} schedules", p.worst.name, p.violated, r.schedules));
  }
  return all;
}

std::string schema() {
  return json_schema(*document_table().spec, "https://converge.dev/schema/scenario-1.json", "Converge scenario");
}

std::string reference() { return reference_markdown(*document_table().spec); }

}  // namespace converge::scenarios
