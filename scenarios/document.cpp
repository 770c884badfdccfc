// The table of the scenario file: every field with its name, meaning, range and source. The decoder, the JSON Schema
// and the reference page are made from it, so they cannot drift apart.
#include "scenarios/document.hpp"

#include <algorithm>

#include "models/metrics.hpp"
#include "models/words.hpp"

namespace converge::scenarios {

namespace {

using namespace models;
using sim::days;
using sim::hours;
using sim::milliseconds;
using sim::minutes;
using sim::seconds;

constexpr sim::Duration kLongest = days(365);

// A fault that may strike again while it is being mended. If it took no time, or struck every time, the run would stand
// still.
constexpr sim::Duration kMended = seconds(1);
constexpr std::int64_t kStrikesAgainPpm = 100'000;

// Whole numbers in the table, thousandths in the model. The schema has no "multipleOf": validators divide in floating
// point, where 1.001 is no multiple of 0.001.
Codec<std::int32_t> permille(std::int32_t least, std::int32_t most) {
  const auto number = [](std::int32_t thousandths) {
    const std::string digits = std::to_string(1000 + thousandths % 1000).substr(1);
    return std::to_string(thousandths / 1000) +
           (thousandths % 1000 == 0 ? "" : "." + digits.substr(0, digits.find_last_not_of('0') + 1));
  };
  const std::string says = "a number from " + number(least) + " to " + number(most) + ", with at most three decimals";
  return custom<std::int32_t>(
      says, R"({"type": "number", "minimum": )" + number(least) + R"(, "maximum": )" + number(most) + "}",
      [least, most, says](std::int32_t& target, const Located& at, Context& context) {
        std::optional<std::int64_t> exact;
        if (at.kind == Located::Kind::integer)
          exact = at.integer > most || at.integer < -1 ? most + std::int64_t{1} : at.integer * 1000;
        if (at.kind == Located::Kind::real) exact = exact_decimal(at.text, 3);
        if (!exact || *exact < least || *exact > most) return context.problem(at, describe(at), says);
        target = static_cast<std::int32_t>(*exact);
      },
      [number](const std::int32_t& value) { return number(value); });
}

const names<Type> kTypes{{"boolean", Type::boolean, ""}, {"int", Type::int32, ""},
                         {"long", Type::int64, ""},      {"float", Type::float32, ""},
                         {"double", Type::float64, ""},  {"decimal", Type::decimal, ""},
                         {"date", Type::date, ""},       {"timestamp", Type::timestamp, ""},
                         {"string", Type::string, ""},   {"binary", Type::binary, ""}};

const names<MergeConfig::Guard> kGuards{
    {"none", MergeConfig::Guard::none, "every copy overwrites"},
    {"position_at_least", MergeConfig::Guard::position_at_least, "s.pos >= t.pos"},
    {"position_greater", MergeConfig::Guard::position_greater, "s.pos > t.pos"},
    {"position_and_build", MergeConfig::Guard::position_and_build, "(s.pos, s.build) > (t.pos, t.build)"}};

// Written only where it is said, so that scenarios without it keep the fingerprint that they had.
template <class V>
Codec<V> unless_empty() {
  Codec<V> codec = codec_of<V>();
  codec.write = [write = codec.write](const V& value, const Shape& shape) {
    return value.empty() ? std::string{} : write(value, shape);
  };
  return codec;
}

Object<CadenceSection> cadence_object() {
  auto table = object<CadenceSection>(
      "cadence", "When a system deploys. Nothing given: continuously.",
      field("every", &CadenceSection::every, "At an interval.").range(seconds(1), kLongest),
      field("offset", &CadenceSection::offset, "Of the first slot, from the start of the run.").at_most(kLongest),
      field("any_offset", &CadenceSection::any_offset, "Nobody knows the offset: it is drawn from the period."),
      field("cron", &CadenceSection::cron, "Five cron fields, in UTC."),
      field("train", &CadenceSection::train, "The cron line is the departures of a release train."),
      field("cutoff", &CadenceSection::cutoff, "What is ready less than this before a departure takes the next one.")
          .at_most(days(30)),
      field("manual", &CadenceSection::manual, "A person acts, after this long.").at_most(kLongest));
  table.rule("At most one of every, cron and manual; offset and any_offset go with every, train and cutoff with cron",
             [](const CadenceSection& c, const Located& at, Context& context) {
               const int kinds = (c.every ? 1 : 0) + (c.cron.empty() ? 0 : 1) + (c.manual ? 1 : 0);
               if (kinds > 1) context.problem(at, "several kinds of cadence", "one of every, cron and manual");
               if (c.any_offset && !c.every)
                 context.problem(at, "an offset without an interval", "every beside any_offset");
               if (c.offset.us != 0 && !c.every)
                 context.problem(at, "an offset without an interval", "every beside offset");
               if ((c.train || c.cutoff.us != 0) && c.cron.empty()) {
                 context.problem(at, "a train without departures", "cron beside train and cutoff");
               }
             });
  return table;
}

const Object<CadenceSection> kCadence = cadence_object();

const Object<FreezeSection> kFreeze =
    object<FreezeSection>("freeze", "A time in which nothing is deployed.",
                          field("from", &FreezeSection::from,
                                R"(A date ("2026-01-09T16:00Z") or a moment of every week ("Fri 16:00"), in UTC.)")
                              .required(),
                          field("until", &FreezeSection::until, "The end, in the same form.").required());

const Object<ScriptedChange> kScripted = object<ScriptedChange>(
    "scripted_change", "One change at the source, spelled out.",
    field("at", &ScriptedChange::at, "From the start of the run.").required().at_most(kLongest),
    field("key", &ScriptedChange::key, "Of the row; any name.").required().length(1, 64),
    field("table", &ScriptedChange::table, unless_empty<std::string>(), "Of the row, where there are two.")
        .length(0, 64),
    field("op", &ScriptedChange::op,
          names<Op>{{"insert", Op::insert, ""}, {"update", Op::update, ""}, {"delete", Op::remove, ""}},
          "What happens to the row."),
    field("populated", &ScriptedChange::populated, "Writes a value into every new column."),
    field("wide", &ScriptedChange::wide, "Writes a value beyond the old range of a widened column."));

const Object<SourceConfig> kSource = object<SourceConfig>(
    "source", "The source database and its workload. A tracked change stands for as many rows as change meanwhile.",
    field("rows", &SourceConfig::rows,
          "Rows in the table; in both together, where there are two, which share the workload.")
        .range(1, 1'000'000'000'000),
    field("changed_per_day", &SourceConfig::changed_per_day_ppm, "Share of rows that change in a day.").percentage(),
    field("tracked_changes_per_hour", &SourceConfig::tracked_changes_per_hour,
          "Changes that are followed exactly, on average.")
        .range(0, 600),
    field("hot_keys", &SourceConfig::hot_keys,
          "Keys that are changed again and again; other updates meet a row of their own.")
        .range(0, 1'000),
    field("hot_share", &SourceConfig::hot_share_ppm,
          "Share of updates and deletes that meet a hot key (an assumption).")
        .percentage(),
    field("daily_peak", &SourceConfig::daily_peak_permille, permille(1000, 4000), "Busiest hour over the mean."),
    field("update_skew", &SourceConfig::update_skew_permille, permille(0, 4000),
          "Zipf exponent of which hot keys are updated."),
    field("inserts", &SourceConfig::inserts_ppm, "Share of changes that insert.").percentage(),
    field("deletes", &SourceConfig::deletes_ppm, "Share of changes that delete.").percentage(),
    field("log_retention", &SourceConfig::log_retention, "How long the log is kept.").range(minutes(1), kLongest),
    field("backup_interval", &SourceConfig::backup_interval, "Between backup snapshots that a bootstrap can use.")
        .range(minutes(1), kLongest),
    field("changes", &SourceConfig::scripted, kScripted, "Changes spelled out, beside the random ones.")
        .items(0, 1'000));

const Object<ChangeConfig> kChange = object<ChangeConfig>(
    "change", "One change of the source table's schema.",
    field("column", &ChangeConfig::name, "Its name.").required().identifier(),
    field("table", &ChangeConfig::table, unless_empty<std::string>(), "That the column is of, where there are two.")
        .length(0, 64),
    field("change", &ChangeConfig::kind,
          names<ChangeConfig::Kind>{
              {"add", ChangeConfig::Kind::add_column, "a new column"},
              {"retype", ChangeConfig::Kind::change_type, "another type; automated only if it widens"}},
          "What happens to it."),
    field("type", &ChangeConfig::type, kTypes, "Its new type."),
    field("from", &ChangeConfig::from, kTypes, "Its old type, where it is retyped."),
    field("required", &ChangeConfig::required,
          "NOT NULL at the source. Without a default such a change is not automated."),
    field("has_default", &ChangeConfig::has_default,
          "Rows from before have its default at the source: no event tells downstream."),
    field("sensitive", &ChangeConfig::sensitive, "Sensitive data in a pipeline that is not secured: blocked."),
    field("at", &ChangeConfig::at, "When the DDL runs (or is announced), from the start of the run.")
        .required()
        .at_most(kLongest),
    field("announced", &ChangeConfig::announced,
          "The rollout starts at that time; the DDL is the plan's step source_ddl."),
    field("populated_share", &ChangeConfig::populated_ppm, "Share of later changes that carry a value.").percentage(),
    field("wide_share", &ChangeConfig::wide_ppm, "Share of later changes whose value is beyond the old type's range.")
        .percentage());

const Object<CdcConfig> kCdc =
    object<CdcConfig>("cdc", "The change data capture connector.",
                      field("lag", &CdcConfig::lag, "From a change to its event in Kafka.").at_most(days(1)),
                      field("flush_interval", &CdcConfig::flush_interval,
                            "Between two stored offsets: a crash hands over again what came since.")
                          .range(seconds(1), days(1)),
                      field("crash", &CdcConfig::crash_ppm, "Fault: the connector dies, per tracked change.")
                          .probability()
                          .at_most(kStrikesAgainPpm),
                      field("failover", &CdcConfig::failover, "Until it runs again.").range(kMended, days(30)));

const Object<KafkaConfig> kKafka = object<KafkaConfig>(
    "kafka", "The Kafka topic.", field("partitions", &KafkaConfig::partitions, "Partitions.").range(1, 256),
    field("retention", &KafkaConfig::retention, "retention.ms.").range(minutes(1), kLongest * 10),
    field("retention_bytes", &KafkaConfig::retention_bytes, "retention.bytes, per partition; -1: off.")
        .range(-1, 1'000'000'000'000'000),
    field("segment_bytes", &KafkaConfig::segment_bytes, "segment.bytes.").range(1'000, 1'000'000'000'000),
    field("segment_span", &KafkaConfig::segment_span, "segment.ms.").range(minutes(1), kLongest),
    field("record_bytes", &KafkaConfig::record_bytes, "Mean size of a change event (an assumption).")
        .range(1, 1'000'000),
    field("retention_check", &KafkaConfig::retention_check, "log.retention.check.interval.ms.")
        .range(seconds(1), days(1)),
    field("leader_loss", &KafkaConfig::leader_loss_ppm, "Fault: a partition loses its leader, per tracked change.")
        .probability()
        .at_most(kStrikesAgainPpm),
    field("election", &KafkaConfig::election, "Until it has another.").range(kMended, days(30)));

const Object<FlinkConfig> kFlink = object<FlinkConfig>(
    "flink", "The Flink job that writes the CDC table.",
    field("checkpoint_interval", &FlinkConfig::checkpoint_interval, "Between checkpoints.").range(seconds(1), days(1)),
    field("checkpoint", &FlinkConfig::checkpoint, "From barrier to complete.").at_most(days(1)),
    field("commit", &FlinkConfig::commit, "The Iceberg commit behind it.").at_most(days(1)),
    field("savepoint", &FlinkConfig::savepoint, "Stop with savepoint.").at_most(kLongest),
    field("restore", &FlinkConfig::restore, "From the stop to the new build's submission.").at_most(kLongest),
    field("restore_tail", &FlinkConfig::restore_tail, "Fault: a restore that takes far longer.").at_most(kLongest),
    field("restore_tail_share", &FlinkConfig::restore_tail_ppm, "Its probability, per deploy.").probability(),
    field("restart", &FlinkConfig::restart, "Until tasks run again after a failure.").at_most(kLongest),
    field("resubmit_every", &FlinkConfig::resubmit_every, "A supervisor submits a refused job again.")
        .range(seconds(1), days(1)),
    field("catch_up_speed", &FlinkConfig::catch_up_speed, "Times the steady rate.").range(1, 1'000),
    field("failure", &FlinkConfig::failure_ppm, "Fault: the job fails, per checkpoint with tracked rows.")
        .probability(),
    field("on_overflow", &FlinkConfig::on_overflow,
          names<FlinkConfig::Overflow>{
              {"fail", FlinkConfig::Overflow::fail, "the task fails, and again at every restart"},
              {"truncate", FlinkConfig::Overflow::truncate, "the value is cut"}},
          "A value wider than the build's type."),
    field("writer", &FlinkConfig::writer,
          names<FlinkConfig::Writer>{
              {"pads", FlinkConfig::Writer::pads, "columns that it does not know become null"},
              {"subset", FlinkConfig::Writer::subset, "submitted anew, it fails at its first checkpoint"}},
          "How the sink treats table columns that the build does not know."),
    field("offset_reset", &FlinkConfig::offset_reset,
          names<FlinkConfig::OffsetReset>{
              {"earliest", FlinkConfig::OffsetReset::earliest, "the gap is lost"},
              {"latest", FlinkConfig::OffsetReset::latest, "the gap and the backlog are lost"},
              {"none", FlinkConfig::OffsetReset::none, "the job fails for good"}},
          "A restored offset that the topic no longer has."));

const Object<CdcTableConfig> kCdcTable = object<CdcTableConfig>(
    "cdc_table", "The append-only Iceberg table of change events.",
    field("keeps_raw", &CdcTableConfig::keeps_raw, "Keeps the raw payload beside the typed columns."),
    field("snapshot_expiry", &CdcTableConfig::snapshot_expiry, "Age at which snapshots expire.")
        .range(minutes(1), kLongest));

const Object<BaseTableConfig> kBaseTable = object<BaseTableConfig>(
    "base_table", "The Iceberg mirror of the source table.",
    field("buckets", &BaseTableConfig::buckets, "bucket(n, primary key).").range(1, 32),
    field("snapshot_expiry", &BaseTableConfig::snapshot_expiry, "Age at which snapshots expire.")
        .range(minutes(1), kLongest));

const Object<MergeConfig> kMerge = object<MergeConfig>(
    "merge", "The periodic Spark MERGE from the CDC table into the base table.",
    field("cadence", &MergeConfig::every, "Between ticks.").range(minutes(1), days(30)),
    field("offset", &MergeConfig::offset, "Of the first tick; none: one cadence.").at_most(days(30)),
    field("any_offset", &MergeConfig::any_offset, "Nobody knows the offset: it is drawn from the period."),
    field("duration", &MergeConfig::duration, "Of a run.").at_most(days(30)),
    field("deploy", &MergeConfig::deploy, "Until a new build is live.").at_most(days(30)),
    field("form", &MergeConfig::form,
          names<MergeConfig::Form>{
              {"named", MergeConfig::Form::named, "columns by name; missing INSERT columns become null"},
              {"strict", MergeConfig::Form::strict, "by name, and INSERT must name every column (older engines)"},
              {"star", MergeConfig::Form::star, "UPDATE SET * / INSERT *"}},
          "How the statement lists columns."),
    field("guard", &MergeConfig::guard, kGuards, "Which copy may overwrite which row."),
    field("watermark", &MergeConfig::watermark,
          names<MergeConfig::Watermark>{
              {"snapshot", MergeConfig::Watermark::snapshot, "a snapshot of the CDC table"},
              {"position", MergeConfig::Watermark::position, "a place in its rows: expiry does not matter"}},
          "What the watermark holds."),
    field("watermark_saved", &MergeConfig::watermark_saved,
          names<MergeConfig::Saved>{{"before", MergeConfig::Saved::before, "at the start of a run"},
                                    {"after", MergeConfig::Saved::after, "by a write of its own, after the commit"},
                                    {"in_commit", MergeConfig::Saved::in_commit, "in the commit's snapshot summary"}},
          "When the watermark is stored."),
    field("overlap", &MergeConfig::overlap,
          names<MergeConfig::Overlap>{{"skip", MergeConfig::Overlap::skip, "the tick is dropped"},
                                      {"queue", MergeConfig::Overlap::queue, "one run follows the running one"}},
          "A tick while a run is going on."),
    field(
        "isolation", &MergeConfig::isolation,
        names<MergeConfig::Isolation>{{"serializable", MergeConfig::Isolation::serializable, ""},
                                      {"snapshot", MergeConfig::Isolation::snapshot, "new data files are no conflict"}},
        "write.merge.isolation-level."),
    field("mode", &MergeConfig::mode,
          names<MergeConfig::Mode>{{"merge-on-read", MergeConfig::Mode::merge_on_read, ""},
                                   {"copy-on-write", MergeConfig::Mode::copy_on_write, ""}},
          "write.merge.mode."),
    field("on_overflow", &MergeConfig::on_overflow,
          names<MergeConfig::Overflow>{{"fail", MergeConfig::Overflow::fail, "the run fails"},
                                       {"wrap", MergeConfig::Overflow::wrap, "CAST wraps without an error"}},
          "A value wider than the type an old build casts to."),
    field("failure", &MergeConfig::failure_ppm, "Fault: a run fails before, or dies after, its commit.").probability());

const Object<BackfillConfig> kBackfill = object<BackfillConfig>(
    "backfill", "The repair of rows that were written before the new builds.",
    field("kind", &BackfillConfig::kind,
          names<BackfillConfig::Kind>{{"remerge", BackfillConfig::Kind::remerge, "typed rows of the CDC table"},
                                      {"reparse", BackfillConfig::Kind::reparse, "the raw payload kept there"},
                                      {"bootstrap", BackfillConfig::Kind::bootstrap, "a snapshot of the source"},
                                      {"rewind", BackfillConfig::Kind::rewind, "Kafka again, by the new Flink build"}},
          "What it reads."),
    field("snapshot", &BackfillConfig::snapshot,
          names<BackfillConfig::Snapshot>{{"at_start", BackfillConfig::Snapshot::at_start, "taken when it starts"},
                                          {"last_backup", BackfillConfig::Snapshot::last_backup, "the newest backup"}},
          "bootstrap: which snapshot."),
    field("watermark", &BackfillConfig::watermark,
          names<BackfillConfig::Watermark>{
              {"snapshot", BackfillConfig::Watermark::snapshot, "the snapshot's position"},
              {"ddl", BackfillConfig::Watermark::ddl, "the DDL's position"},
              {"cut_over", BackfillConfig::Watermark::cut_over, "the position of Flink's cut-over"},
              {"keep", BackfillConfig::Watermark::keep, "where it was"}},
          "bootstrap: where the merge's watermark goes after it."),
    field("from", &BackfillConfig::from,
          names<BackfillConfig::From>{{"ddl", BackfillConfig::From::ddl, ""},
                                      {"spark_deploy", BackfillConfig::From::spark_deploy, ""},
                                      {"flink_deploy", BackfillConfig::From::flink_deploy, ""}},
          "remerge, reparse: the instant from which rows are read again."),
    field("write", &BackfillConfig::write,
          names<BackfillConfig::Write>{{"replace", BackfillConfig::Write::replace, "overrides the whole table"},
                                       {"merge", BackfillConfig::Write::merge, "merges rows changed since the DDL"}},
          "bootstrap: how it writes."),
    field("guard", &BackfillConfig::guard, kGuards, "Of a backfill that is a MERGE."),
    field("missing_column", &BackfillConfig::missing_column,
          names<BackfillConfig::MissingColumn>{{"wait", BackfillConfig::MissingColumn::wait, ""},
                                               {"fail", BackfillConfig::MissingColumn::fail, "uses up an attempt"}},
          "Its column is not in the base table yet."),
    field("start", &BackfillConfig::start,
          names<BackfillConfig::Start>{{"at_once", BackfillConfig::Start::at_once, ""},
                                       {"after_next_merge", BackfillConfig::Start::after_next_merge, ""}},
          "When one that waited starts, once its column is there."),
    field("pauses_merges", &BackfillConfig::pauses_merges, "Merges pause while it runs."),
    field("attempts", &BackfillConfig::attempts, "Before it is given up.").range(1, 100),
    field("retry_delay", &BackfillConfig::retry_delay, "Between attempts.").at_most(days(30)),
    field("duration", &BackfillConfig::duration, "Of an attempt.").at_most(kLongest),
    field("failure", &BackfillConfig::failure_ppm, "Fault: an attempt fails.").probability());

const Object<ReadersConfig> kReaders = object<ReadersConfig>(
    "readers", "Queries of the base table.",
    field("every", &ReadersConfig::every, "Between two looks.").range(minutes(1), days(30)),
    field("freshness", &ReadersConfig::freshness, "Objective: age of the oldest change that the base table misses.")
        .range(seconds(1), kLongest),
    field("adopt", &ReadersConfig::adopt,
          names<ReadersConfig::Adopt>{{"never", ReadersConfig::Adopt::never, ""},
                                      {"table_altered", ReadersConfig::Adopt::table_altered, ""},
                                      {"rollout_done", ReadersConfig::Adopt::rollout_done, "once all layers agree"}},
          "From when their queries name the new column."));

const Object<MaintenanceConfig> kMaintenance = object<MaintenanceConfig>(
    "maintenance", "Housekeeping of both tables; quiet while a rollout is open.",
    field("every", &MaintenanceConfig::every, "Between runs.").range(minutes(1), kLongest),
    field("compaction", &MaintenanceConfig::compaction, "Rewrites the base table's data files too."),
    field("duration", &MaintenanceConfig::duration, "Of a compaction.").at_most(days(30)));

const Object<DeviationSection> kDeviation = object<DeviationSection>(
    "deviation", "One choice, and the answer that it gets.",
    field("actor", &DeviationSection::actor, "Who faces it: flink, spark/merge, control, ...").required().length(1, 64),
    field("choice", &DeviationSection::choice, "What is chosen: restore, duration, failure, ...")
        .required()
        .length(1, 64),
    field("occurrence", &DeviationSection::occurrence, "How often the actor has faced it, from 1.")
        .range(1, 1'000'000'000),
    field("answer", &DeviationSection::answer, "A duration, the name of an option, or 64 bits as a number.")
        .required()
        .length(1, 64));

const Object<ExpectCheck> kExpectCheck = object<ExpectCheck>(
    "expect_check", "What the author demands of a campaign.",
    field("violates", &ExpectCheck::violates, "These properties are violated in some of its schedules, and no others.")
        .items(0, 64),
    field("within", &ExpectCheck::within, "How many schedules run.").range(1, 1'000'000));

// ---- properties

// One of names that a table of the models holds.
Codec<std::string> one_of_these(const std::vector<std::string>& known) {
  Codec<std::string> codec;
  codec.shape.type = Shape::Type::choice;
  for (const std::string& name : known) codec.shape.choices.push_back({name, ""});
  codec.read = [known](std::string& target, const Located& json, const Shape& shape, Context& context) {
    std::size_t index = known.size();
    detail::read_choice(index, json, shape, context);
    if (index < known.size()) target = known[index];
  };
  codec.write = [](const std::string& value, const Shape&) { return detail::write_text(value); };
  return codec;
}

std::vector<std::string> distinct(std::string (*name)(const Metric&)) {
  std::vector<std::string> all;
  for (const Metric& metric : metrics()) {
    if (std::find(all.begin(), all.end(), name(metric)) == all.end()) all.push_back(name(metric));
  }
  return all;
}

Codec<Bound> bound() {
  constexpr std::int64_t most = 1'000'000'000'000'000;
  const std::string says =
      "a whole number from 0 to " + std::to_string(most) + ", or, of a metric that is one, a duration such as \"15m\"";
  return custom<Bound>(
      says,
      R"({"anyOf": [{"type": "integer", "minimum": 0, "maximum": )" + std::to_string(most) +
          R"(}, {"$ref": "#/$defs/duration"}]})",
      [says](Bound& target, const Located& at, Context& context) {
        if (at.kind == Located::Kind::string) {
          if (const auto parsed = sim::parse_duration(at.text)) {
            target = {.is_duration = true, .value = parsed->us};
            return;
          }
        }
        std::optional<std::int64_t> whole;
        if (at.kind == Located::Kind::integer) whole = at.integer;
        if (at.kind == Located::Kind::real) whole = exact_decimal(at.text, 0);
        if (!whole || *whole < 0 || *whole > most) return context.problem(at, describe(at), says);
        target = {.value = *whole};
      },
      [](const Bound& b) {
        return b.is_duration ? detail::write_duration(sim::Duration{b.value}) : std::to_string(b.value);
      });
}

Object<ConditionSection> condition_object() {
  auto table = object<ConditionSection>(
      "condition", "A bound on a metric; docs/properties.md lists them.",
      field("actor", &ConditionSection::actor, one_of_these(distinct([](const Metric& m) {
              return std::string{actor_name(static_cast<std::uint16_t>(m.actor))};
            })),
            "Whose metric.")
          .required(),
      field("metric", &ConditionSection::metric,
            one_of_these(distinct([](const Metric& m) { return std::string{m.name}; })), "One that the actor has.")
          .required(),
      field("at_most", &ConditionSection::at_most, bound(), "It is no greater than this."),
      field("at_least", &ConditionSection::at_least, bound(), "It is no less than this."),
      field("equals", &ConditionSection::equals, bound(), "It is this; not of a duration."));
  table.rule("Exactly one of at_most, at_least and equals: a duration where the metric is one, else a whole number",
             [](const ConditionSection& c, const Located& at, Context& context) {
               const int bounds = (c.at_most ? 1 : 0) + (c.at_least ? 1 : 0) + (c.equals ? 1 : 0);
               if (bounds == 1) return;
               context.problem(at, bounds == 0 ? "a condition without a bound" : "a condition with several bounds",
                               "one of at_most, at_least and equals");
             });
  return table;
}

const Object<ConditionSection> kCondition = condition_object();

// Written only where it is said, so that scenarios without it keep the fingerprint that they had.
template <class V>
Codec<std::optional<V>> where_said(Codec<V> inner) {
  Codec<std::optional<V>> codec = optional_of(std::move(inner));
  codec.write = [write = codec.write](const std::optional<V>& value, const Shape& shape) {
    return value ? write(value, shape) : std::string{};
  };
  return codec;
}

const Object<StepSection> kStep = object<StepSection>(
    "step", "One step of the plan. Without `after` it follows the step written before it.",
    field("step", &StepSection::step,
          names<StepKind>{{"alter_cdc_table", StepKind::alter_cdc_table, ""},
                          {"alter_base_table", StepKind::alter_base_table, ""},
                          {"deploy_spark", StepKind::deploy_spark, "the new build from the next merge on"},
                          {"deploy_flink", StepKind::deploy_flink,
                           "over at the new build's first committed checkpoint, or when it is refused"},
                          {"backfill", StepKind::backfill, ""},
                          {"rollback_spark", StepKind::rollback_spark, "the old build again"},
                          {"rollback_flink", StepKind::rollback_flink, "the old build again"},
                          {"source_ddl", StepKind::source_ddl, "the DDL of an announced change"}},
          "What it does.")
        .required(),
    field("name", &StepSection::name, "To refer to it; the kind's name without one. Needed where a kind occurs twice.")
        .length(0, 64),
    field("table", &StepSection::table, unless_empty<std::string>(),
          "Which one, where there are two, of alter_cdc_table, alter_base_table, backfill and source_ddl; its name is "
          "then `alter_cdc_table(orders)`. Jobs are shared.")
        .length(0, 64),
    field("after", &StepSection::after,
          "Steps that must be over before it; also generate, review, ci and staging, which the control plane puts in "
          "front.")
        .items(0, 24),
    field("cadence", &StepSection::cadence, kCadence, "Its own, instead of its system's."),
    field("delay", &StepSection::delay, "Waits this long once it could start.").at_most(kLongest),
    field("when", &StepSection::when, where_said<ConditionSection>(kCondition),
          "Then waits until this is true: it looks each deploy.check_every, and its slot is looked for from that "
          "moment."));

Object<PropertySection> property_object() {
  auto table = object<PropertySection>(
      "property", "A claim of this scenario, in one of five patterns; docs/properties.md says what each means.",
      field("name", &PropertySection::name, "To refer to it.").required().identifier(),
      field("always", &PropertySection::always, kCondition, "It is true all the time."),
      field("never", &PropertySection::never, kCondition, "It is true at no time."),
      field("sometimes", &PropertySection::sometimes, kCondition,
            "It is true at some time; if not, the run says nothing."),
      field("within", &PropertySection::within,
            "From each time `after` becomes true, `then` is true no later than this.")
          .at_most(kLongest),
      field("then", &PropertySection::then, kCondition, "What must be true within that time."),
      field("at_most", &PropertySection::at_most, "`times` becomes true no more often than this.").range(0, 1'000'000),
      field("times", &PropertySection::times, kCondition, "What is counted."),
      field("after", &PropertySection::after, kCondition,
            "The pattern counts from each time this becomes true; of within, what starts the clock."),
      field("until", &PropertySection::until, kCondition, "And until this is true."));
  const std::string one_of_five = "one of always, never, within, at_most and sometimes";
  table.rule("Exactly " + one_of_five + "; after and then go with within, times with at_most",
             [one_of_five](const PropertySection& p, const Located& at, Context& context) {
               const int patterns = (p.always ? 1 : 0) + (p.never ? 1 : 0) + (p.sometimes ? 1 : 0) +
                                    (p.within ? 1 : 0) + (p.at_most ? 1 : 0);
               if (patterns != 1) {
                 context.problem(at,
                                 patterns == 0 ? "a property without a pattern" : "a property with several patterns",
                                 one_of_five);
               } else if (p.within && (!p.after || !p.then)) {
                 context.problem(at, "a time limit without its ends", "after and then beside within");
               } else if (p.then && !p.within) {
                 context.problem(at, "an answer without a time limit", "within beside then");
               } else if (p.at_most.has_value() != p.times.has_value()) {
                 context.problem(at, p.times ? "times without how many" : "a count of nothing",
                                 "both at_most and times, or neither");
               }
             });
  return table;
}

// Written only where there are any, so that scenarios without them keep the fingerprint that they had.
Codec<std::vector<PropertySection>> properties() {
  Codec<std::vector<PropertySection>> codec = array_of<PropertySection>(property_object());
  codec.write = [write = codec.write](const std::vector<PropertySection>& all, const Shape& shape) {
    return all.empty() ? std::string{} : write(all, shape);
  };
  return codec;
}

const Object<Expect> kExpect = object<Expect>(
    "expect", "What the author demands of the nominal run.",
    field("verdict", &Expect::verdict,
          names<sim::Outcome>{{"converged", sim::Outcome::converged, ""},
                              {"violated", sim::Outcome::violated, ""},
                              {"vacuous", sim::Outcome::vacuous, ""}},
          "The verdict."),
    field("violates", &Expect::violates, "Exactly these properties.").items(0, 40),
    field("merges_stall", &Expect::merges_stall, "Merge runs fail in analysis, or on a value that is too wide."),
    field("loses_changes", &Expect::loses_changes, "Changes are lost for good."),
    field("nulls_left", &Expect::nulls_left, "Nulls are left at the end."),
    field("wrong_values_left", &Expect::wrong_values_left,
          "Values that the source does not have there are left at the end."),
    field("converges_within", &Expect::converges_within, "From the change.").at_most(kLongest),
    field("check", &Expect::check, kExpectCheck, "What is demanded of `converge check --expect`."));

const Object<SlaSection> kSla = object<SlaSection>(
    "sla", "The window.",
    field("convergence", &SlaSection::convergence, "From each DDL until schema, code and data agree for good.")
        .range(seconds(1), kLongest),
    field("schema", &SlaSection::schema, "From each DDL until both tables have the change; not a claim without it.")
        .at_most(kLongest));

const Object<DetectSection> kDetect = object<DetectSection>(
    "detect", "How a DDL is noticed.",
    field("push_delay", &DetectSection::push_delay, "From the DDL to the start of the workflow.").at_most(days(30)),
    field("push_loss", &DetectSection::push_loss, "Fault: the DDL message is lost, and the pull finds the change.")
        .probability(),
    field("pull_period", &DetectSection::pull_period, "Between comparisons of online and offline schema.")
        .range(minutes(1), kLongest),
    field("pull_offset", &DetectSection::pull_offset, "Of the first one, from the start of the run.").at_most(kLongest),
    field("any_pull_offset", &DetectSection::any_pull_offset, "Nobody knows it: it is drawn from the period."));

const Object<ReviewSection> kReview =
    object<ReviewSection>("review", "The pull request with the generated code.",
                          field("delay", &ReviewSection::delay, "Until it is approved.").at_most(kLongest));

const Object<CicdSection> kCicd = object<CicdSection>(
    "cicd", "Code generation and continuous integration.",
    field("generation", &CicdSection::generation, "Generates the code.").at_most(days(30)),
    field("duration", &CicdSection::duration, "From the merge of the pull request to artefacts.").at_most(days(30)),
    field("bad_code", &CicdSection::bad_code, "Fault: generated Flink code that cannot run.").probability(),
    field("fix", &CicdSection::fix, "Until engineers have mended it (an assumption).").at_most(days(365)));

const Object<StagingSection> kStaging = object<StagingSection>(
    "staging", "The staging pipeline for Flink.",
    field("validation", &StagingSection::validation, "Until it has passed.").at_most(kLongest),
    field("catches_bad_code", &StagingSection::catches_bad_code, "Share of bad code that it catches.").percentage());

const Object<AlterSection> kAlter = object<AlterSection>(
    "alter", "ALTER TABLE on the Iceberg tables.",
    field("at", &AlterSection::at,
          names<ControlConfig::AlterAt>{
              {"trigger", ControlConfig::AlterAt::trigger, "when the workflow starts"},
              {"merge", ControlConfig::AlterAt::merge, "when the pull request is merged and built"},
              {"staging_passed", ControlConfig::AlterAt::staging_passed, ""}},
          "From when on tables may be altered."),
    field("duration", &AlterSection::duration, "Of one attempt.").at_most(days(1)),
    field("attempts", &AlterSection::attempts, "An attempt that lost its race to another commit is made again.")
        .range(1, 200),
    field("retry_delay", &AlterSection::retry_delay, "Between attempts.").at_most(days(1)));

const Object<DeploySection> kDeploy = object<DeploySection>(
    "deploy", "When each system deploys.", field("spark", &DeploySection::spark, kCadence, "Spark's cadence."),
    field("flink", &DeploySection::flink, kCadence, "Flink's cadence."),
    field("freeze", &DeploySection::freeze, kFreeze, "Times in which neither deploys.").items(0, 50),
    field("check_every", &DeploySection::check_every, where_said<sim::Duration>(codec_of<sim::Duration>()),
          "Between two looks at what a step waits for (`when`); a minute without it (an assumption).")
        .range(seconds(10), days(1)));

Object<Document> make_document() {
  return object<Document>(
      "scenario", "A rollout over a change data capture pipeline, and the window in which it must converge.",
      field("title", &Document::title, "The claim, in one line.").required().length(1, 200),
      field("description", &Document::description, "What a reader should know.").length(0, 2'000),
      field("start", &Document::start, "The calendar date of the start of the run, in UTC.").length(1, 32),
      field("horizon", &Document::horizon, "How long is simulated.").range(seconds(1), days(30)),
      field("sla", &Document::sla, kSla, "The window."),
      field("tables", &Document::tables, unless_empty<std::vector<std::string>>(),
            "The names of the source tables, where there are two. Each has one change, a CDC table and a base table; "
            "they "
            "share the connector, the topic and both jobs, and one rollout carries both changes.")
          .items(0, 2),
      field("changes", &Document::changes, kChange, "The schema changes, in the order of their builds.")
          .required()
          .items(1, kChangesMax),
      field("plan", &Document::plan, kStep,
            "The steps, for each change in turn; over two tables once. Without any: alter_cdc_table, alter_base_table, "
            "deploy_spark, deploy_flink, backfill.")
          .items(0, kStepsMax - 4),
      field("deploy", &Document::deploy, kDeploy, "Cadences."),
      field("detect", &Document::detect, kDetect, "Detection."), field("review", &Document::review, kReview, "Review."),
      field("cicd", &Document::cicd, kCicd, "CI/CD."), field("staging", &Document::staging, kStaging, "Staging."),
      field("alter", &Document::alter, kAlter, "ALTER TABLE."),
      field("source", &Document::source, kSource, "The source."), field("cdc", &Document::cdc, kCdc, "The connector."),
      field("kafka", &Document::kafka, kKafka, "The topic."),
      field("flink", &Document::flink, kFlink, "The Flink job."),
      field("cdc_table", &Document::cdc_table, kCdcTable, "The CDC table."),
      field("base_table", &Document::base_table, kBaseTable, "The base table."),
      field("merge", &Document::merge, kMerge, "The merge."),
      field("backfill", &Document::backfill, kBackfill, "The backfill."),
      field("readers", &Document::readers, kReaders, "The readers."),
      field("maintenance", &Document::maintenance, kMaintenance, "Maintenance."),
      field("given", &Document::given, kDeviation, "Answers that this scenario fixes: its story.").items(0, 200),
      field("properties", &Document::properties, properties(), "Claims beside those that every run is judged by.")
          .items(0, kClaimsMax),
      field("expect", &Document::expect, kExpect, "What the tests hold this scenario to."));
}

}  // namespace

const Object<Document>& document_table() {
  static const Object<Document> table = make_document();
  return table;
}

const Object<DeviationSection>& deviation_table() { return kDeviation; }

}  // namespace converge::scenarios
