#include "models/monitor.hpp"

#include <algorithm>

namespace converge::models {

namespace {

constexpr std::uint8_t change_bit(std::size_t i) { return static_cast<std::uint8_t>(1U << i); }

}  // namespace

void MonitorModel::start(Monitor& m, const Source& source, Context& out) const {
  m.rows.assign(source.keys.size(), 0);
  out.after(config_.every, {.what = What::readers_poll});
}

// Wrong for its own position. Whether it misses a later change is a matter of time, and look()'s.
Reasons MonitorModel::reasons(const Source& s, const BaseTable& base, Key key) const {
  const BaseRow& row = base.rows[key];
  if (row.exists != source_.exists_at(s, key, row.lsn)) return kWrong;
  if (!row.exists) return 0;
  Reasons why = 0;
  const Columns own = source_.columns_of(s.keys[key].table);
  for (Slot slot = 0; slot <= changes_; ++slot) {
    if (!has(own, slot)) continue;
    const Cell truth = source_.truth(s, row.lsn, slot);
    if (row.cells[slot] == truth) continue;
    why = static_cast<Reasons>(why | (slot == 0 ? kWrong : change_bit(slot - std::size_t{1})));
    why = static_cast<Reasons>(why | (row.cells[slot] == kNull ? kNullish : kOtherValue));
  }
  return why;
}

void MonitorModel::set(Monitor& m, Key key, Reasons why) const {
  if (m.rows.size() <= key) m.rows.resize(key + std::size_t{1});
  const Reasons before = m.rows[key];
  if (before == why) return;
  m.rows.edit(key) = why;
  if (key < kTheRest + source_.tables()) return;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto mask = static_cast<Reasons>(1U << i);
    if ((before & mask) != (why & mask)) m.differing[i] += (why & mask) != 0 ? 1U : ~0U;
  }
  if ((before != 0) != (why != 0)) m.diverged += why != 0 ? 1U : ~0U;
}

void MonitorModel::row_written(Monitor& m, const Source& s, const BaseTable& base, Key key, const BaseRow& before,
                               Context& out) const {
  const BaseRow& row = base.rows[key];
  if (row.lsn < before.lsn) {
    ++m.regressions;
    m.next_missing = std::min(m.next_missing, row.lsn + 1);
    m.next_young = std::min(m.next_young, row.lsn + 1);
    models::tell_of(out, s.keys[key].table, Actor::base_table, Told::row_regressed, key, before.lsn, row.lsn);
  }
  Reasons why = reasons(s, base, key);
  // A stale row stays so while its oldest missing change is older than the objective.
  if (m.rows.size() > key && (m.rows[key] & kStale) != 0 && row.lsn < s.keys[key].last) {
    Lsn missing = row.lsn + 1;
    while (missing <= s.log.size() && source_.at(s, missing).key != key) ++missing;
    if (missing <= s.log.size() && out.now() - source_.at(s, missing).at > config_.freshness) {
      why = static_cast<Reasons>(why | kStale);
    }
  }
  set(m, key, why);
}

void MonitorModel::row_appeared(Monitor& m, const Source& s, const BaseTable& base, Key key) const {
  const auto stale = static_cast<Reasons>(m.rows.size() > key ? m.rows[key] & kStale : 0);
  set(m, key, static_cast<Reasons>(reasons(s, base, key) | stale));
}

void MonitorModel::truth_moved(Monitor& m, const Source& s, const BaseTable& base) const {
  for (Key key = 0; key < base.rows.size(); ++key) row_appeared(m, s, base, key);
}

bool MonitorModel::arrived(const Source& s, const BaseTable& base, Lsn lsn) const {
  const Key key = source_.at(s, lsn).key;
  return key < base.rows.size() && base.rows[key].lsn >= lsn;
}

Lsn MonitorModel::oldest_missing(const Monitor& m, const Source& s, const BaseTable& base) const {
  Lsn lsn = m.next_missing;
  while (lsn <= s.log.size() && arrived(s, base, lsn)) ++lsn;
  return lsn;
}

void MonitorModel::look(Monitor& m, const Source& s, const BaseTable& base, Context& out) const {
  m.next_missing = oldest_missing(m, s, base);
  if (m.next_missing > s.log.size()) return;
  const sim::Duration age = out.now() - source_.at(s, m.next_missing).at;
  if (age > m.stalest) {
    m.stalest = age;
    m.stalest_at = out.now();
  }
  if (age <= config_.freshness) return;
  for (m.next_young = std::max(m.next_young, m.next_missing); m.next_young <= s.log.size(); ++m.next_young) {
    const Change& change = source_.at(s, m.next_young);
    if (out.now() - change.at <= config_.freshness) break;
    if (arrived(s, base, m.next_young)) continue;
    const Reasons before = m.rows.size() > change.key ? m.rows[change.key] : Reasons{0};
    set(m, change.key, static_cast<Reasons>(before | kStale));
  }
}

void MonitorModel::layers(Monitor& m, const Source& s, const PerTable<CdcTable>& ledger, const BaseTable& base,
                          const Build& flink, const Build& spark) const {
  // A retyped column is there before and after: whether it was widened tells whether a table has the change.
  const auto of_table = [&](const iceberg::Table& table) {
    std::uint8_t known = 0;
    for (const Column& c : iceberg::current_schema(table).columns) {
      if (c.slot == 0) continue;
      const ChangeConfig& change = source_.changes()[c.slot - std::size_t{1}];
      const bool retyped = change.kind == ChangeConfig::Kind::change_type;
      if (!retyped || c.widened) known = static_cast<std::uint8_t>(known | change_bit(c.slot - std::size_t{1}));
    }
    return known;
  };
  const auto of_build = [&](const Build& b) {
    std::uint8_t known = 0;
    for (std::size_t i = 0; i < changes_; ++i) {
      const bool retyped = source_.changes()[i].kind == ChangeConfig::Kind::change_type;
      const auto slot = static_cast<Slot>(i + 1);
      if (has(retyped ? b.wide : b.columns, slot)) known = static_cast<std::uint8_t>(known | change_bit(i));
    }
    return known;
  };
  m.tables = {s.executed, 0, 0};
  for (std::size_t t = 0; t < source_.tables(); ++t) {
    m.tables[1] = static_cast<std::uint8_t>(m.tables[1] | of_table(ledger[t].table));
    m.tables[2] = static_cast<std::uint8_t>(m.tables[2] | of_table(base.table[t]));
  }
  m.jobs = {of_build(flink), of_build(spark)};
}

void MonitorModel::tell(Monitor& m, Context& out) const {
  Divergence total;
  const std::int64_t general = rows(m, 5) + rows(m, 6);
  for (std::size_t i = 0; i < changes_; ++i) {
    const std::uint8_t mask = change_bit(i);
    Divergence d;
    std::int64_t tables = 0;
    std::int64_t jobs = 0;
    for (const std::uint8_t t : m.tables) tables += (t & mask) != 0 ? 1 : 0;
    for (const std::uint8_t j : m.jobs) jobs += (j & mask) != 0 ? 1 : 0;
    if (tables > 0) d.schema = static_cast<std::int64_t>(m.tables.size()) - tables;
    if (tables > 0 || jobs > 0) d.code = static_cast<std::int64_t>(m.jobs.size()) - jobs;
    d.data = rows(m, static_cast<unsigned>(i)) + general;
    total.schema += d.schema;
    total.code += d.code;
    const bool apart = d.schema != 0 || d.code != 0 || (d.data != 0 && (m.opened & mask) != 0);
    if (apart && (m.opened & mask) == 0) {
      m.opened = static_cast<std::uint8_t>(m.opened | mask);
      m.first[i] = out.now();
    }
    const bool was_open = (m.open & mask) != 0;
    if (apart) m.open = static_cast<std::uint8_t>(m.open | mask);
    if (!apart && was_open) {
      m.open = static_cast<std::uint8_t>(m.open & ~mask);
      m.agreed[i] = out.now();
      models::tell(out, Actor::monitor, Told::converged, static_cast<std::int64_t>(i));
    }
    if (d.schema == 0 && m.change[i].schema != 0) m.altered[i] = out.now();
    m.change[i] = d;
  }
  total.data = diverged_rows(m);
  if (total == m.now) return;
  m.now = total;
  models::tell(out, Actor::monitor, Told::diverged, total.schema, total.code, total.data);
}

// One query of the base table: SELECT of the columns that the readers know by now.
void MonitorModel::poll(Monitor& m, const Source& s, const BaseTable& base, Context& out) const {
  out.after(config_.every, {.what = What::readers_poll});
  look(m, s, base, out);
  ++m.reads;
  const std::uint8_t table = m.tables[2];
  if (config_.adopt == ReadersConfig::Adopt::table_altered) m.adopted = static_cast<std::uint8_t>(m.adopted | table);
  if (config_.adopt == ReadersConfig::Adopt::rollout_done) {
    m.adopted = static_cast<std::uint8_t>(m.adopted | (m.opened & ~m.open & table));
  }
  if ((m.adopted & ~table) != 0) {  // a name that the table does not have any more
    ++m.failed_reads;
    models::tell(out, Actor::readers, Told::read_failed, m.adopted);
  }
  m.worst_nulls = std::max(m.worst_nulls, null_rows(m));
  m.worst_stale = std::max(m.worst_stale, stale_rows(m));
}

}  // namespace converge::models
