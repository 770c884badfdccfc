#include "models/source.hpp"

#include <algorithm>
#include <cassert>
#include <map>

#include "models/questions.hpp"
#include "sim/fixed_point.hpp"
#include "sim/random.hpp"

namespace converge::models {

namespace {

constexpr std::uint64_t kMillion = 1'000'000;

// A fraction of 2^32 as parts per million.
std::uint64_t ppm(std::uint32_t word) { return (std::uint64_t{word} * kMillion) >> 32U; }

}  // namespace

std::vector<std::string> table_names(const std::vector<ChangeConfig>& changes) {
  std::vector<std::string> names;
  for (const ChangeConfig& c : changes) {
    if (std::find(names.begin(), names.end(), c.table) == names.end()) names.push_back(c.table);
  }
  return names.size() > 1 ? names : std::vector<std::string>(1);
}

std::string title(const std::vector<ChangeConfig>& changes, std::size_t change) {
  const ChangeConfig& c = changes[change];
  return table_names(changes).size() > 1 ? c.table + "." + c.name : c.name;
}

SourceModel::SourceModel(const SourceConfig& config, const std::vector<ChangeConfig>& changes)
    : config_{config}, changes_{changes} {
  const std::vector<std::string> names = table_names(changes);
  tables_ = names.size();
  assert(tables_ == 1 || (tables_ <= kTablesMax && tables_ == changes.size()));
  for (std::size_t t = 0; t < tables_; ++t) columns_[t] = bit(0);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    columns_[table_of(i)] = static_cast<Columns>(columns_[table_of(i)] | bit(static_cast<Slot>(i + 1)));
  }
  for (const std::uint64_t w :
       sim::zipf_weights(static_cast<std::size_t>(config.hot_keys), config.update_skew_permille)) {
    cumulative_.push_back((cumulative_.empty() ? 0 : cumulative_.back()) + w);
  }
  // Those of one instant stay in the order of the list.
  std::vector<std::pair<sim::Duration, std::size_t>> order;
  for (std::size_t i = 0; i < config.scripted.size(); ++i) order.emplace_back(config.scripted[i].at, i);
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) config_.scripted[i] = config.scripted[order[i].second];
  // First the rest of each table, then the hot keys, of the tables in turn.
  const std::size_t first = tables_ + static_cast<std::size_t>(config.hot_keys);
  for (std::size_t i = 0; i < first; ++i) tables_of_keys_.push_back(static_cast<std::uint8_t>(i % tables_));
  std::map<std::pair<std::string, std::string>, Key> keys;
  for (const ScriptedChange& c : config_.scripted) {
    const auto table = tables_ == 1 ? names.begin() : std::find(names.begin(), names.end(), c.table);
    assert(table != names.end());
    const auto [key, fresh] = keys.try_emplace({c.table, c.key}, static_cast<Key>(tables_of_keys_.size()));
    if (fresh) tables_of_keys_.push_back(static_cast<std::uint8_t>(table - names.begin()));
    scripted_keys_.push_back(key->second);
  }
}

std::uint8_t SourceModel::draw_table(std::uint64_t bits) const {
  return tables_ == 1 ? std::uint8_t{0} : static_cast<std::uint8_t>(sim::fold(bits, 0xA24BAED4963EE407ULL) % tables_);
}

std::int64_t SourceModel::rows_per_day() const { return config_.rows * config_.changed_per_day_ppm / 1'000'000; }

std::int64_t SourceModel::weight() const {
  const std::int64_t tracked = std::int64_t{24} * config_.tracked_changes_per_hour;
  if (tracked == 0) return 1;
  return std::max<std::int64_t>(1, rows_per_day() / tracked);
}

void SourceModel::start(Source& s, Context& out) const {
  for (const std::uint8_t table : tables_of_keys_)
    s.keys.push_back({.exists = true, .was_there = true, .table = table});
  // A scripted key that begins with an insert is not there before the run.
  std::vector<bool> seen(tables_of_keys_.size());
  for (std::size_t i = 0; i < config_.scripted.size(); ++i) {
    const Key key = scripted_keys_[i];
    if (!seen[key] && config_.scripted[i].op == Op::insert) s.keys.edit(key) = {.table = tables_of_keys_[key]};
    seen[key] = true;
  }
  if (config_.tracked_changes_per_hour > 0) {
    out.after(pause(out.now(), std::uint64_t{1} << 31U), {.what = What::source_change});
  }
  if (!config_.scripted.empty()) out.at(sim::Instant{} + config_.scripted[0].at, {.what = What::source_scripted});
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i].announced) continue;
    out.at(sim::Instant{} + changes_[i].at, {.what = What::source_ddl, .change = static_cast<std::uint8_t>(i)});
  }
}

// The wait until the next change: the mean at this hour, times 0.5 to 1.5. The day is a level floor and one triangular
// peak at 20:00, so that the busiest hour over the mean is as configured and the mean over a day stays one.
sim::Duration SourceModel::pause(sim::Instant now, std::uint64_t bits) const {
  std::int64_t rate = 1000;  // permille of the mean
  if (config_.daily_peak_permille > 1000) {
    constexpr std::int64_t day = sim::days(1).us;
    const std::int64_t peak = config_.daily_peak_permille;
    const std::int64_t low = std::max<std::int64_t>(250, 2000 - peak);
    const std::int64_t half_width = day / (peak - low) * (1000 - low);
    const std::int64_t apart = std::abs(now.us % day - sim::hours(20).us);
    const std::int64_t climb = std::max<std::int64_t>(0, half_width - std::min(apart, day - apart));
    rate = low + (peak - low) * (climb / 1000) / (half_width / 1000);
  }
  const std::int64_t mean = sim::hours(1).us / config_.tracked_changes_per_hour * 1000 / rate;
  return {mean / 2 + (mean / 0x10000) * static_cast<std::int64_t>(bits & 0xFFFFU)};
}

void SourceModel::change(Source& s, Context& out) const {
  const auto bits = static_cast<std::uint64_t>(out.choose(id(Q::source_change)));
  const std::uint64_t more = sim::fold(bits, 0x9E3779B97F4A7C15ULL);
  Change c{.at = out.now(), .schema = s.schema};
  const std::uint64_t dice = ppm(static_cast<std::uint32_t>(bits));
  const auto inserts = static_cast<std::uint64_t>(config_.inserts_ppm);
  const auto deletes = static_cast<std::uint64_t>(config_.deletes_ppm);
  if (dice < inserts) {
    c.op = Op::insert;
    c.key = static_cast<Key>(s.keys.size());
    s.keys.push_back({.table = draw_table(bits)});
  } else {
    const std::uint64_t other = sim::fold(bits, 0xD6E8FEB86659FD93ULL);
    if (!cumulative_.empty() &&
        ppm(static_cast<std::uint32_t>(other)) < static_cast<std::uint64_t>(config_.hot_share_ppm)) {
      const std::uint64_t at = sim::fold(other, 0xA0761D6478BD642FULL) % cumulative_.back();
      c.key = static_cast<Key>(tables_) +
              static_cast<Key>(std::upper_bound(cumulative_.begin(), cumulative_.end(), at) - cumulative_.begin());
    } else {
      c.key = static_cast<Key>(s.keys.size());
      s.keys.push_back({.exists = true, .was_there = true, .table = draw_table(bits)});
    }
    c.op = dice < inserts + deletes ? Op::remove : Op::update;
    if (!s.keys[c.key].exists) c.op = Op::insert;  // a deleted key comes back
  }
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const Slot slot = static_cast<Slot>(i + 1);
    const std::uint64_t share = (more >> (16U * (i % 4))) & 0xFFFFU;  // 16 bits a column
    const auto is = [&](std::int32_t wanted) { return (share * kMillion) >> 16U < static_cast<std::uint64_t>(wanted); };
    const bool executed = (s.executed & (1U << i)) != 0;
    if (changes_[i].kind == ChangeConfig::Kind::change_type) {
      c.present = static_cast<Columns>(c.present | bit(slot));
      if (executed && is(changes_[i].wide_ppm)) c.wide = static_cast<Columns>(c.wide | bit(slot));
    } else if (executed && (changes_[i].has_default || is(changes_[i].populated_ppm))) {
      c.present = static_cast<Columns>(c.present | bit(slot));
    }
  }
  append(s, c, out);
  out.after(pause(out.now(), bits >> 40U), {.what = What::source_change});
}

void SourceModel::scripted(Source& s, Context& out) const {
  const std::size_t index = s.scripted++;
  const ScriptedChange& script = config_.scripted[index];
  Change c{.at = out.now(), .key = scripted_keys_[index], .op = script.op, .schema = s.schema};
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const Slot slot = static_cast<Slot>(i + 1);
    const bool executed = (s.executed & (1U << i)) != 0;
    const bool retyped = changes_[i].kind == ChangeConfig::Kind::change_type;
    if (retyped || (executed && (script.populated || changes_[i].has_default))) {
      c.present = static_cast<Columns>(c.present | bit(slot));
    }
    if (retyped && executed && script.wide) c.wide = static_cast<Columns>(c.wide | bit(slot));
  }
  append(s, c, out);
  if (s.scripted < config_.scripted.size()) {
    out.at(sim::Instant{} + config_.scripted[s.scripted].at, {.what = What::source_scripted});
  }
}

void SourceModel::append(Source& s, Change c, Context& out) const {
  const Columns own = columns_[s.keys[c.key].table];
  c.present = static_cast<Columns>((c.present & own) | bit(0));
  c.wide = static_cast<Columns>(c.wide & own);
  if (c.op == Op::remove) c.wide = 0;  // a delete carries its key only
  s.log.push_back(c);
  KeyState& key = s.keys.edit(c.key);
  key.last = static_cast<Lsn>(s.log.size());
  key.exists = c.op != Op::remove;
  s.captured = std::max(s.captured, out.now() + out.duration(id(Q::cdc_lag)));
  out.at(s.captured, {.what = What::cdc_pump, .epoch = key.last});
}

void SourceModel::ddl(Source& s, std::uint8_t change, Context& out) const {
  assert((s.executed & (1U << change)) == 0);
  s.executed = static_cast<std::uint8_t>(s.executed | (1U << change));
  ++s.schema;
  s.ddl_position[change] = static_cast<Lsn>(s.log.size());
  s.ddl_at[change] = out.now();
  tell(out, Actor::source, Told::ddl_executed, change, s.ddl_position[change]);
}

Cell SourceModel::truth(const Source& s, Lsn lsn, Slot slot) const {
  if (slot == 0) return value_of(lsn);
  const std::size_t i = slot - std::size_t{1};
  const ChangeConfig& change = changes_[i];
  if (change.kind == ChangeConfig::Kind::change_type) return value_of(lsn);
  if ((s.executed & (1U << i)) == 0) return kNull;
  if (lsn <= s.ddl_position[i]) return change.has_default ? kDefault : kNull;
  return has(at(s, lsn).present, slot) ? value_of(lsn) : kNull;
}

bool SourceModel::exists_at(const Source& s, Key key, Lsn lsn) const {
  return lsn == 0 ? s.keys[key].was_there : at(s, lsn).op != Op::remove;
}

Lsn SourceModel::position_at(const Source& s, sim::Instant when) const {
  const auto end =
      std::upper_bound(s.log.begin(), s.log.end(), when, [](sim::Instant t, const Change& c) { return t < c.at; });
  return static_cast<Lsn>(end - s.log.begin());
}

}  // namespace converge::models
