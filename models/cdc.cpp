#include "models/cdc.hpp"

#include <algorithm>

#include "models/questions.hpp"

namespace converge::models {

void CdcModel::pump(Cdc& cdc, const Source& source, Topic& topic, const SourceModel& sources, const KafkaModel& kafka,
                    Lsn upto, Context& out) const {
  if (cdc.phase != Cdc::Phase::running) return;  // the log keeps the change; recovery reads it
  upto = std::max(upto, cdc.position);
  const auto interval = out.now().us / config_.flush_interval.us;
  if (interval != cdc.interval) {
    cdc.flushed = cdc.position;  // what was handed over before this interval has been stored by now
    cdc.interval = interval;
  }
  while (cdc.position < upto) {
    const Key key = sources.at(source, cdc.position + 1).key;
    const std::uint16_t partition = kafka.partition(key);
    const Lsn next = cdc.position + 1;
    if (next > cdc.led && out.choose(id(Q::kafka_leader)) != 0) {
      topic.leaderless = partition;
      topic.elected = out.now() + out.duration(id(Q::kafka_election));
      tell(out, Actor::cdc, Told::leader_lost, partition);
    }
    cdc.led = std::max(cdc.led, next);
    if (!kafka.available(topic, partition, out.now())) {
      out.at(topic.elected, {.what = What::cdc_pump, .epoch = upto});
      return;
    }
    kafka.append(topic, ++cdc.position, key, out.now());
    if (cdc.position <= cdc.tried) continue;
    cdc.tried = cdc.position;
    if (out.choose(id(Q::cdc_crash)) != 0) {
      cdc.phase = Cdc::Phase::down;
      tell(out, Actor::cdc, Told::cdc_crashed, cdc.flushed, cdc.position);
      cdc.back = out.now() + out.duration(id(Q::cdc_failover));
      out.at(cdc.back, {.what = What::cdc_recover});
      return;
    }
  }
}

sim::Instant CdcModel::reads_from(const Cdc& cdc, sim::Instant now) const {
  switch (cdc.phase) {
    case Cdc::Phase::running: return now;
    case Cdc::Phase::down: return cdc.back;
    case Cdc::Phase::failed: return sim::never;
  }
  return sim::never;
}

void CdcModel::recover(Cdc& cdc, const Source& source, const SourceModel& sources, Context& out) const {
  const sim::Instant oldest = out.now() - sources.config().log_retention;
  if (cdc.flushed < source.log.size() && sources.at(source, cdc.flushed + 1).at < oldest) {
    cdc.phase = Cdc::Phase::failed;  // "the binlog position is no longer available": only a new snapshot helps
    tell(out, Actor::cdc, Told::cdc_failed, cdc.flushed + 1);
    return;
  }
  cdc.phase = Cdc::Phase::running;
  cdc.position = cdc.flushed;
  tell(out, Actor::cdc, Told::cdc_recovered, cdc.flushed);
  out.after({}, {.what = What::cdc_pump, .epoch = static_cast<std::uint32_t>(source.log.size())});
}

}  // namespace converge::models
