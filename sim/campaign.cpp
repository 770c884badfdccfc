#include "sim/campaign.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "sim/hash.hpp"
#include "sim/random.hpp"

namespace converge::sim {

namespace {

template <class T>
void widen(std::vector<T>& list, std::size_t size) {
  if (list.size() < size) list.resize(size);
}

template <class T>
void add_each(std::vector<std::uint64_t>& sums, const std::vector<T>& values) {
  widen(sums, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) sums[i] += values[i];
}

bool lower(const Least& a, const Least& b) {
  return a.margin != b.margin ? a.margin < b.margin : a.schedule < b.schedule;
}

}  // namespace

std::uint64_t schedule_seed(std::uint64_t campaign, std::uint64_t schedule) {
  return draw64(campaign, hash_of("campaign"), schedule);
}

void add(Tally& t, std::uint64_t schedule, const Summary& s) {
  ++t.schedules;
  if (s.violated) ++t.violated;
  widen(t.broken, s.holds.size());
  widen(t.first_broken, s.holds.size());
  if (t.least.empty()) {
    for (const std::int64_t margin : s.margins) t.least.push_back({margin, schedule});
  }
  for (std::size_t i = 0; i < s.holds.size(); ++i) {
    const Least here{s.margins[i], schedule};
    if (lower(here, t.least[i])) t.least[i] = here;
    if (s.holds[i]) continue;
    ++t.broken[i];
    if (!t.first_broken[i] || schedule < *t.first_broken[i]) t.first_broken[i] = schedule;
  }
  if (s.convergence) {
    t.convergence.add(*s.convergence);
  } else {
    t.convergence.add_never();
  }
  add_each(t.asked, s.asked);
  add_each(t.fired, s.fired);
  add_each(t.finished, s.finished);
  add_each(t.disagreed, s.disagreed);
  t.bands.add(s.bands);
  for (const Silence& silence : s.silences) ++t.silences[silence];
}

void merge(Tally& t, const Tally& more) {
  t.schedules += more.schedules;
  t.violated += more.violated;
  add_each(t.broken, more.broken);
  if (t.least.empty()) t.least = more.least;
  widen(t.first_broken, more.first_broken.size());
  for (std::size_t i = 0; i < more.least.size(); ++i) {
    if (lower(more.least[i], t.least[i])) t.least[i] = more.least[i];
    const auto& first = more.first_broken[i];
    if (first && (!t.first_broken[i] || *first < *t.first_broken[i])) t.first_broken[i] = first;
  }
  t.convergence.merge(more.convergence);
  add_each(t.asked, more.asked);
  add_each(t.fired, more.fired);
  add_each(t.finished, more.finished);
  add_each(t.disagreed, more.disagreed);
  t.bands.merge(more.bands);
  for (const auto& [silence, times] : more.silences) t.silences[silence] += times;
}

namespace {

// Hands out what is left, takes in what has run, and folds it in order.
class Conductor {
 public:
  Conductor(const CampaignOptions& options, const CampaignHooks& hooks, std::vector<Stretch> done)
      : options_{options}, hooks_{hooks} {
    for (Stretch& s : done) {
      if (s.tally.schedules == 0) continue;
      [[maybe_unused]] const bool fresh = ran_.emplace(s.from, std::move(s.tally)).second;
      assert(fresh);
    }
    for (const auto& [from, tally] : ran_) {
      before_.emplace(from, tally.schedules);
      ran_in_all_ += tally.schedules;
      violated_in_all_ += tally.violated;
    }
  }

  CampaignResult conduct() {
    fold();
    if (!result_.enough) run_what_is_left();
    if (failure_) std::rethrow_exception(failure_);
    fold();
    if (result_.enough || folded_ >= options_.schedules) result_.interrupted = false;  // too late to matter
    if (!result_.enough) {  // cut short, there may be gaps: all that ran counts
      for (auto& [from, tally] : ran_) merge(result_.tally, tally);
    }
    return std::move(result_);
  }

 private:
  // No thread outlives this call, whatever a hook throws or the system refuses.
  void run_what_is_left() {
    std::vector<std::thread> workers;
    try {
      for (unsigned i = 0; i < std::max(1U, options_.jobs); ++i) {
        {
          const std::lock_guard lock{mutex_};
          ++running_;
        }
        workers.emplace_back([this] { work(); });
      }
    } catch (...) {
      fail();
      const std::lock_guard lock{mutex_};
      --running_;  // the one that did not start
    }
    try {
      watch();
    } catch (...) {
      fail();
    }
    for (std::thread& w : workers) w.join();
  }

  void fail() {
    const std::lock_guard lock{mutex_};
    if (!failure_) failure_ = std::current_exception();
    stop_ = true;
  }

  void work() {
    try {
      while (const auto next = take()) run(next->first, next->second);
    } catch (...) {
      fail();
    }
    const std::lock_guard lock{mutex_};
    --running_;
    changed_.notify_one();
  }

  // The next stretch that has not run: [first, second). None: all is handed out, or the campaign is over.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> take() {
    const std::lock_guard lock{mutex_};
    while (!before_.empty() && before_.begin()->first == next_) {
      next_ += before_.begin()->second;
      before_.erase(before_.begin());
    }
    if (stop_ || next_ >= options_.schedules) return std::nullopt;
    const std::uint64_t from = next_;
    next_ = std::min((from / kStretch + 1) * kStretch, options_.schedules);
    if (!before_.empty()) next_ = std::min(next_, before_.begin()->first);
    return std::pair{from, next_};
  }

  void run(std::uint64_t from, std::uint64_t end) {
    Stretch stretch;
    stretch.from = from;
    for (std::uint64_t i = from; i < end && !stop_; ++i) {
      add(stretch.tally, i, hooks_.run(schedule_seed(options_.seed, i)));
    }
    if (stretch.tally.schedules == 0) return;
    const std::lock_guard lock{mutex_};
    if (hooks_.finished) hooks_.finished(stretch);
    ran_in_all_ += stretch.tally.schedules;
    violated_in_all_ += stretch.tally.violated;
    ran_.emplace(from, std::move(stretch.tally));
    changed_.notify_one();
  }

  void watch() {
    std::unique_lock lock{mutex_};
    while (running_ > 0) {
      changed_.wait_for(lock, std::chrono::milliseconds(50));
      fold();
      if (result_.enough) stop_ = true;
      if (!stop_ && hooks_.go_on && !hooks_.go_on(ran_in_all_, violated_in_all_)) {
        result_.interrupted = true;
        stop_ = true;
      }
    }
  }

  // Takes what continues the folded part. The stopping rule sees whole stretches alone, however the work was cut up.
  void fold() {
    while (!result_.enough && !ran_.empty() && ran_.begin()->first == folded_) {
      const auto next = ran_.extract(ran_.begin());
      folded_ += next.mapped().schedules;
      merge(result_.tally, next.mapped());
      const bool whole = folded_ % kStretch == 0 || folded_ >= options_.schedules;
      if (whole && hooks_.enough && hooks_.enough(result_.tally)) result_.enough = true;
    }
  }

  const CampaignOptions& options_;
  const CampaignHooks& hooks_;
  std::atomic<bool> stop_ = false;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<std::uint64_t, std::uint64_t> before_;  // stretches that ran before: first schedule, how many
  std::uint64_t next_ = 0;                         // schedules before this one are handed out
  std::map<std::uint64_t, Tally> ran_;             // by first schedule; not folded yet
  std::uint64_t folded_ = 0;                       // schedules before this one are in the result
  std::uint64_t ran_in_all_ = 0;
  std::uint64_t violated_in_all_ = 0;
  unsigned running_ = 0;
  std::exception_ptr failure_;
  CampaignResult result_;
};

}  // namespace

CampaignResult campaign(const CampaignOptions& options, const CampaignHooks& hooks, std::vector<Stretch> done) {
  return Conductor{options, hooks, std::move(done)}.conduct();
}

}  // namespace converge::sim
