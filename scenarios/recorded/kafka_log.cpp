// K1 and K2: one partition's log under appends, retention and the cleaner.
#include <algorithm>
#include <cmath>

#include "models/kafka_cleaner.hpp"
#include "models/kafka_log.hpp"
#include "scenarios/recorded/kafka.hpp"

namespace converge::scenarios::recorded::kafka {

namespace {

namespace kafka = models::kafka;

void configure(kafka::LogConfig& c, const Json& settings) {
  const auto number = [&](const char* name, std::int64_t& to) {
    if (settings.contains(name)) to = whole<std::int64_t>(settings.at(name));
  };
  if (settings.contains("cleanup.policy")) {
    const auto& policy = settings.at("cleanup.policy").get_ref<const std::string&>();
    c.deletes = policy.find("delete") != std::string::npos;
    c.compacts = policy.find("compact") != std::string::npos;
  }
  if (settings.contains("internal.segment.bytes")) {
    c.segment_bytes = whole<std::int32_t>(settings.at("internal.segment.bytes"));
  }
  number("segment.ms", c.segment_ms);
  number("retention.ms", c.retention_ms);
  number("retention.bytes", c.retention_bytes);
  if (settings.contains("message.timestamp.type")) {
    c.append_time =
        meaning<bool>(settings.at("message.timestamp.type"), {{"CreateTime", false}, {"LogAppendTime", true}});
  }
  number("message.timestamp.after.max.ms", c.timestamp_after_max);
  number("message.timestamp.before.max.ms", c.timestamp_before_max);
  number("delete.retention.ms", c.delete_retention_ms);
  number("min.compaction.lag.ms", c.min_compaction_lag_ms);
  number("max.compaction.lag.ms", c.max_compaction_lag_ms);
  if (settings.contains("min.cleanable.dirty.ratio")) {
    const auto ratio = std::clamp(settings.at("min.cleanable.dirty.ratio").get<double>(), 0.0, 1.0);
    c.min_cleanable_ppm = static_cast<std::int32_t>(std::lround(ratio * 1e6));
  }
}

// [timestamp, value bytes], or [timestamp, key or null, "put" or "del", value bytes].
kafka::Record record(const Json& one) {
  kafka::Record r{.at = whole<kafka::Millis>(one.at(0))};
  r.value_bytes = whole<std::int32_t>(one.at(one.size() - 1));
  if (one.size() < 4) return r;
  if (!one.at(1).is_null()) r.key = one.at(1).get<std::string>();
  r.tombstone = meaning<bool>(one.at(2), {{"put", false}, {"del", true}});
  return r;
}

Json state(const kafka::PartitionLog& log) {
  Json segments = Json::array();
  for (const kafka::Segment& s : log.segments) segments.push_back({s.base, s.bytes, s.largest});
  return {{"log_start", log.start},
          {"lso", kafka::last_stable(log)},
          {"hw", log.high_watermark},
          {"log_end", log.end},
          {"segments", std::move(segments)}};
}

const char* word(kafka::Marker m) { return m == kafka::Marker::commit ? "commit" : "abort"; }

Json batch(const kafka::Batch& b) {
  Json told{{"base", b.base}, {"last", b.last}};
  const bool marker = b.marker != kafka::Marker::none;
  if (b.producer) told["pid"] = *b.producer;
  if (b.producer && !marker) told["txn"] = true;
  if (marker) told["marker"] = word(b.marker);
  if (b.delete_horizon) told["delete_horizon"] = *b.delete_horizon;
  Json records = Json::array();
  for (const kafka::Record& r : b.records) {
    records.push_back({r.offset, r.key ? Json(*r.key) : Json(), marker ? "marker" : r.tombstone ? "del" : "put", r.at});
  }
  told["records"] = std::move(records);
  return told;
}

Json batches(const kafka::PartitionLog& log) {
  Json all = Json::array();
  for (const kafka::Segment& s : log.segments) {
    for (const kafka::Batch& b : s.batches) all.push_back(batch(b));
  }
  return all;
}

// Nobody moves the high watermark in most cases. Where replicas lag, a case says so by a step that moves it, or by what
// is left below the log end after its first batch.
bool replicas_lag(const Json& steps) {
  bool first = true;
  for (const Json& step : steps) {
    if (step.at("op") == "set_hw") return true;
    if (!first || step.value("result", "") != "ok") continue;
    first = false;
    if (step.at("state").at("hw") < step.at("state").at("log_end")) return true;
  }
  return false;
}

class Replay {
 public:
  Replay(const Json& one, Comparison& comparison) : told_{comparison}, now_{whole<kafka::Millis>(one.at("t0"))} {
    configure(log_.config, one.at("config"));
    log_.replicated_at_once = !replicas_lag(one.at("steps"));
    if (one.contains("offset_map_entries")) map_entries_ = whole<std::uint32_t>(one.at("offset_map_entries"));
  }

  void step(const Json& s) {
    told_.step(std::to_string(++number_) + " " + s.at("op").get<std::string>());
    const auto done = meaning<void (Replay::*)(const Json&)>(s.at("op"), {{"append", &Replay::append},
                                                                          {"end_txn", &Replay::end_transaction},
                                                                          {"advance", &Replay::advance},
                                                                          {"set_hw", &Replay::set_high_watermark},
                                                                          {"delete_records", &Replay::delete_records},
                                                                          {"alter_config", &Replay::alter_config},
                                                                          {"retention_pass", &Replay::retention_pass},
                                                                          {"cleaner_pass", &Replay::cleaner_pass}});
    (this->*done)(s);
    if (s.contains("log")) told_.same("log", s.at("log"), batches(log_));
    told_.same("state", s.at("state"), state(log_));
  }

 private:
  void appended(const Json& s, const kafka::Append& done) {
    const char* const result = done.result == kafka::Append::Result::ok                ? "ok"
                               : done.result == kafka::Append::Result::batch_too_large ? "RecordBatchTooLargeException"
                                                                                       : "RecordValidationException";
    if (!told_.same("result", s.at("result"), result) || done.result != kafka::Append::Result::ok) return;
    told_.same("base_offset", s.at("base_offset"), done.base);
    told_.same("last_offset", s.at("last_offset"), done.last);
    told_.same("rolled", s.at("rolled"), done.rolled);
  }

  void append(const Json& s) {
    std::vector<kafka::Record> records;
    for (const Json& one : s.at("records")) records.push_back(record(one));
    if (records.empty()) s.at("records").at(0);  // a batch has a record
    std::optional<kafka::ProducerId> producer;
    if (s.contains("txn_pid")) producer = whole<kafka::ProducerId>(s.at("txn_pid"));
    appended(s, kafka::append(log_, std::move(records), whole<std::int32_t>(s.at("batch_bytes")), producer, now_));
  }

  void end_transaction(const Json& s) {
    const auto marker =
        meaning<kafka::Marker>(s.at("marker"), {{"commit", kafka::Marker::commit}, {"abort", kafka::Marker::abort}});
    appended(s, kafka::end_transaction(log_, whole<kafka::ProducerId>(s.at("txn_pid")), marker,
                                       whole<std::int32_t>(s.at("batch_bytes")), now_));
  }

  void advance(const Json& s) {
    now_ = kafka::saturated_sum(now_, whole<kafka::Millis>(s.at("ms")));
    told_.same("now", s.at("now"), now_);
  }

  void set_high_watermark(const Json& s) {
    kafka::move_high_watermark(log_, whole<kafka::LogOffset>(s.at("to")));
    told_.same("hw", s.at("hw"), log_.high_watermark);
  }

  void delete_records(const Json& s) {
    const kafka::Deleted done = kafka::delete_records(log_, whole<kafka::LogOffset>(s.at("to")));
    told_.same("result", s.at("result"),
               done == kafka::Deleted::moved       ? "moved"
               : done == kafka::Deleted::unchanged ? "unchanged"
                                                   : "OffsetOutOfRangeException");
  }

  void alter_config(const Json& s) { configure(log_.config, s.at("config")); }

  // The broker's own round, which leaves a compacted log to the cleaner.
  void retention_pass(const Json& s) {
    told_.same("deleted_segments", s.at("deleted_segments"),
               log_.config.compacts ? 0 : kafka::retention_pass(log_, now_));
  }

  void cleaner_pass(const Json& s) {
    const kafka::CleanerPass pass = kafka::cleaner_pass(log_, map_entries_, now_);
    told_.same("cleaned", s.at("cleaned"), pass.cleaned.has_value());
    told_.same("deleted_segments", s.at("deleted_segments"), pass.deleted_segments);
    if (!pass.cleaned || told_.over()) return;
    told_.same("first_dirty_offset", s.at("first_dirty_offset"), pass.cleaned->first_dirty);
    told_.same("first_uncleanable_offset", s.at("first_uncleanable_offset"), pass.cleaned->first_uncleanable);
    constexpr double recorded_digits = 1e6;
    const auto dirty = static_cast<double>(pass.cleaned->dirty_bytes);
    const double ratio =
        dirty / (static_cast<double>(pass.cleaned->clean_bytes) + dirty);  // it was dirty, so not 0 / 0
    told_.same("cleanable_ratio", s.at("cleanable_ratio"), std::round(ratio * recorded_digits) / recorded_digits);
    told_.same("cleaned_up_to", s.at("cleaned_up_to"), log_.first_dirty);
  }

  Comparison& told_;
  kafka::PartitionLog log_;
  kafka::Millis now_;
  std::size_t map_entries_ = 0;
  int number_ = 0;
};

}  // namespace

void replay_log(const Json& one, Comparison& comparison) {
  Replay replay{one, comparison};
  for (const Json& s : one.at("steps")) {
    replay.step(s);
    if (comparison.over()) return;
  }
}

}  // namespace converge::scenarios::recorded::kafka
