#include "models/adversary.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace converge::models {

namespace {

constexpr std::int64_t kUntouched = 1'000'000;

std::int64_t allowance(const Pipeline& model, const sim::PropertyResult& p) {
  if (p.name == "fresh") return model.config().readers.freshness.us;
  if (p.name == "schema-converged") return model.config().sla_schema->us;
  return model.config().sla.us;
}

std::int64_t normalised(const Pipeline& model, const sim::PropertyResult& p) {
  if (p.kind == sim::PropertyResult::Kind::reachability) return kUntouched;  // nothing to break
  if (p.unit != sim::PropertyResult::Unit::duration) return p.holds ? kUntouched : p.margin;
  const std::int64_t parts = std::max<std::int64_t>(1, allowance(model, p) / kUntouched);
  const std::int64_t margin = p.margin / parts;
  return p.holds ? margin : std::min<std::int64_t>(margin, -1);
}

// Small figures side by side in one word.
class Packed {
 public:
  template <class T>
  void add(T value, unsigned bits) {
    word_ = (word_ << bits) | (static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << bits) - 1));
  }
  std::uint64_t word() const { return word_; }

 private:
  std::uint64_t word_ = 0;
};

// A few times is one thing, once or twice another.
std::uint64_t few(std::uint64_t n) { return std::min<std::uint64_t>(n, 3); }

std::uint64_t of_rollouts(const Control& control) {
  sim::Hasher h;
  for (const Rollout& r : control.rollouts) {
    Packed steps;
    steps.add(r.phase, 3);
    steps.add(r.bad_code, 1);
    for (const StepState& s : r.steps) steps.add(s.status, 3);
    h.add(steps.word());
    for (const StepState& s : r.steps) {
      if (s.attempt > 1) h.add(few(s.attempt));
    }
  }
  return h.value();
}

std::uint64_t of_jobs(const PipelineState& s, sim::Instant now) {
  Packed p;
  p.add(s.cdc.phase, 2);
  p.add(s.topic.elected > now, 1);
  p.add(s.flink.phase, 3);
  p.add(s.flink.build.version, 3);
  p.add(!s.flink.pending.empty(), 1);
  p.add(!s.flink.stored.held.empty(), 1);
  p.add(s.flink.rewinding, 1);
  p.add(s.merge.running, 1);
  p.add(s.merge.paused, 1);
  p.add(s.merge.blocked, 1);
  p.add(s.merge.running ? s.merge.failure : std::uint8_t{0}, 2);
  p.add(s.backfill.phase, 2);
  p.add(few(s.backfill.attempt), 2);
  p.add(s.backfill.after_merge, 1);
  p.add(s.maintenance.compacting, 1);
  p.add(few(s.merge.conflicts), 2);
  p.add(few(s.maintenance.conflicts), 2);
  return p.word();
}

std::uint64_t of_layers(const Monitor& m) {
  Packed p;
  for (const std::uint8_t t : m.tables) p.add(t, kChangesMax);
  for (const std::uint8_t j : m.jobs) p.add(j, kChangesMax);
  p.add(m.open, kChangesMax);
  p.add(m.adopted, kChangesMax);
  for (std::size_t reason = 0; reason < m.differing.size(); ++reason) p.add(m.differing[reason] != 0, 1);
  p.add(m.regressions != 0, 1);
  p.add(m.failed_reads != 0, 1);
  return p.word();
}

std::uint64_t of_harm(const PipelineState& s) {
  Packed p;
  p.add(few(s.flink.lost), 2);
  p.add(few(s.flink.unreadable), 2);
  p.add(few(s.merge.unresolved), 2);
  p.add(few(s.merge.overflowed), 2);
  p.add(few(s.merge.expired), 2);
  p.add(few(s.backfill.failed), 2);
  return p.word();
}

}  // namespace

void Watcher::look(const PipelineState& s, sim::Instant now) {
  const std::array<std::uint64_t, 4> state{of_rollouts(s.control), of_jobs(s, now), of_layers(s.monitor), of_harm(s)};
  if (state == last_) return;
  if (state[0] != progress_) {
    if (progress_at_ && now - *progress_at_ > longest_) {
      longest_ = now - *progress_at_;
      longest_from_ = progress_at_;
    }
    progress_ = state[0];
    const bool begun =
        std::any_of(s.control.rollouts.begin(), s.control.rollouts.end(), [](const Rollout& r) { return r.drifted; });
    if (begun) progress_at_ = now;
  }
  last_ = state;
  sim::Hasher h;
  for (const std::uint64_t part : state) h.add(part);
  const std::uint64_t feature = h.value();
  const auto place = std::lower_bound(seen_.begin(), seen_.end(), feature);
  if (place != seen_.end() && *place == feature) return;
  seen_.insert(place, feature);
  reached_.push_back({feature, now});
}

sim::Tried Watcher::judge(const Pipeline& model, const PipelineState& s, const std::string& property,
                          sim::Record record) && {
  sim::Tried tried{.margin = std::numeric_limits<std::int64_t>::max()};
  for (const sim::PropertyResult& p : properties(model, s)) {
    if (!property.empty() && p.name != property) continue;
    tried.margin = std::min(tried.margin, normalised(model, p));
    tried.violated = tried.violated || sim::is_violated(p);
  }
  assert(tried.margin != std::numeric_limits<std::int64_t>::max());  // no property has this name
  tried.answers = std::move(record.answers);
  tried.reached = std::move(reached_);
  tried.fell_at = longest_from_;
  return tried;
}

}  // namespace converge::models
