// K3: where a consumer starts, or goes on when retention has overtaken it.
#include "models/kafka_consumer.hpp"

#include <charconv>

#include "scenarios/recorded/kafka.hpp"

namespace converge::scenarios::recorded::kafka {

namespace {

namespace kafka = models::kafka;

// Ages are given as of when the records were written; a consumer that starts afterwards asks for offsets later than
// that, by more than the shortest duration that a policy may name.
constexpr kafka::Millis kAsksAfter = 100;

struct Policy {
  kafka::OffsetReset reset = kafka::OffsetReset::none;
  kafka::Millis duration = 0;
};

// ISO 8601, as java.time.Duration writes it: PnDTnHnMnS, the seconds with a fraction.
kafka::Millis duration(const Json& policy, std::string_view text) {
  const auto malformed = [&] { return Json::other_error::create(501, "no duration in the form PT1H", &policy); };
  if (!text.starts_with("P")) throw malformed();
  text.remove_prefix(1);
  kafka::Millis sum = 0;
  while (!text.empty()) {
    if (text.front() == 'T') {
      text.remove_prefix(1);
      continue;
    }
    std::int32_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (error != std::errc{}) throw malformed();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    kafka::Millis thousandths = 0;
    if (text.starts_with(".") || text.starts_with(",")) {
      text.remove_prefix(1);
      for (kafka::Millis unit = 100; !text.empty() && text.front() >= '0' && text.front() <= '9'; unit /= 10) {
        thousandths += (text.front() - '0') * unit;
        text.remove_prefix(1);
      }
    }
    if (text.empty()) throw malformed();
    const kafka::Millis unit = meaning<kafka::Millis>(
        Json(text.substr(0, 1)), {{"D", 86'400'000}, {"H", 3'600'000}, {"M", 60'000}, {"S", 1'000}});
    sum = kafka::saturated_sum(sum, whole * unit + thousandths * unit / 1'000);
    text.remove_prefix(1);
  }
  return sum;
}

Policy policy(const Json& word) {
  constexpr std::string_view by_duration = "by_duration:";
  const std::string_view text = word.get_ref<const std::string&>();
  if (text.starts_with(by_duration)) {
    return {kafka::OffsetReset::by_duration, duration(word, text.substr(by_duration.size()))};
  }
  return {meaning<kafka::OffsetReset>(word, {{"earliest", kafka::OffsetReset::earliest},
                                             {"latest", kafka::OffsetReset::latest},
                                             {"none", kafka::OffsetReset::none}})};
}

struct Asked {
  std::vector<kafka::Stored> records;
  kafka::Readable readable;
  std::optional<kafka::LogOffset> committed;
};

Asked starts(const Json& one) {
  Asked asked;
  const Json& log = one.at("log");
  using Fate = kafka::Stored::Fate;
  for (const Json& r : log.at("records")) {
    const auto fate = meaning<Fate>(r.at(1), {{"plain", Fate::lasting},
                                              {"open", Fate::open},
                                              {"aborted", Fate::aborted},
                                              {"abort_marker", Fate::marker},
                                              {"commit_marker", Fate::marker}});
    asked.records.push_back({.offset = whole<kafka::LogOffset>(r.at(0)),
                             .fate = fate,
                             .at = kafka::saturated_difference(0, whole<kafka::Millis>(r.at(2)))});
  }
  asked.readable = {.start = whole<kafka::LogOffset>(log.at("log_start")),
                    .last_stable = whole<kafka::LogOffset>(log.at("lso")),
                    .high_watermark = whole<kafka::LogOffset>(log.at("log_end"))};
  if (one.contains("committed_offset")) asked.committed = whole<kafka::LogOffset>(one.at("committed_offset"));
  return asked;
}

// It stands at a position, more arrives just now, and the log start moves.
Asked runs(const Json& one) {
  const Json& setup = one.at("outcome");
  const auto end = whole<std::int16_t>(setup.at("log_end"));
  Asked asked;
  for (kafka::LogOffset o = 0; o < end; ++o) asked.records.push_back({.offset = o, .at = 0});
  asked.readable = {
      .start = whole<kafka::LogOffset>(one.at("log_start_moves_to")), .last_stable = end, .high_watermark = end};
  asked.committed = whole<kafka::LogOffset>(setup.at("position_before"));
  return asked;
}

const char* exception(const kafka::Start& start) {
  return start.why == kafka::Start::Why::no_offset ? "NoOffsetForPartitionException" : "OffsetOutOfRangeException";
}

}  // namespace

void replay_consumer(const Json& one, Comparison& comparison) {
  const Asked asked = one.contains("log_start_moves_to") ? runs(one) : starts(one);
  const Policy chosen = policy(one.at("auto_offset_reset"));
  const auto isolation = meaning<kafka::Isolation>(
      one.at("isolation_level"),
      {{"read_uncommitted", kafka::Isolation::read_uncommitted}, {"read_committed", kafka::Isolation::read_committed}});
  const kafka::Millis no_older = kafka::saturated_difference(kAsksAfter, chosen.duration);
  const kafka::Start start =
      kafka::start_of(asked.committed, chosen.reset, isolation, asked.readable,
                      kafka::offset_for_time(asked.records, asked.readable, isolation, no_older));

  const Json& outcome = one.at("outcome");
  comparison.step("the consumer starts");
  if (outcome.contains("end_offset_seen")) {
    comparison.same("end_offset_seen", outcome.at("end_offset_seen"), kafka::readable_end(asked.readable, isolation));
  }
  const bool positioned = start.why == kafka::Start::Why::committed || start.why == kafka::Start::Why::reset;
  comparison.same("result", outcome.at("result"), positioned ? "ok" : start.fails() ? "exception" : "no_position");
  if (comparison.over()) return;
  Json given = Json::array();
  for (const kafka::Stored& s : asked.records) {
    if (positioned && kafka::delivered(s, start.offset, asked.readable, isolation)) given.push_back(s.offset);
  }
  comparison.same("records", outcome.at("records"), given);
  if (positioned) {
    comparison.same("position", outcome.at("position"), kafka::final_position(start.offset, asked.readable, isolation));
  }
  if (start.fails()) comparison.same("exception", outcome.at("exception"), exception(start));
  if (start.why == kafka::Start::Why::offset_out_of_range) {
    comparison.same("position", outcome.at("position"), *asked.committed);  // it stays where it was
  }
}

}  // namespace converge::scenarios::recorded::kafka
