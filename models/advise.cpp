#include "models/advise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "models/bound.hpp"

namespace converge::models {

namespace {

using sim::Advice;
using sim::Duration;
using sim::Window;

constexpr std::size_t kStrongest = 4;  // levers of which pairs are tried

Duration scaled(Duration d, std::int64_t numerator, std::int64_t denominator) {
  return {d.us / denominator * numerator + d.us % denominator * numerator / denominator};
}

using PeriodOf = std::function<Duration&(PipelineConfig&)>;
using WindowOf = std::function<Window&(PipelineConfig&)>;
using CadenceOf = std::function<sim::Cadence&(PipelineConfig&)>;

// The accessors take what they may change; to look, a copy is enough.
Lever period(std::string name, bool cadence, const PeriodOf& of) {
  return {.name = std::move(name),
          .cadence = cadence,
          .now = [of](const PipelineConfig& c) -> std::optional<Duration> {
            PipelineConfig copy = c;
            return of(copy);
          },
          .turn = [of](PipelineConfig& c, Duration to) { of(c) = to; },
          .scale = [of](PipelineConfig& c, std::int64_t n, std::int64_t d) { of(c) = scaled(of(c), n, d); }};
}

Lever window(std::string name, const WindowOf& of) {
  return {.name = std::move(name),
          .cadence = false,
          .now = [of](const PipelineConfig& c) -> std::optional<Duration> {
            PipelineConfig copy = c;
            return of(copy).most;
          },
          .turn =
              [of](PipelineConfig& c, Duration to) {
                Window& w = of(c);
                w = {std::min(w.least, to), std::min(w.usual, to), to};
              },
          .scale =
              [of](PipelineConfig& c, std::int64_t n, std::int64_t d) {
                Window& w = of(c);
                w = {scaled(w.least, n, d), scaled(w.usual, n, d), scaled(w.most, n, d)};
              }};
}

// Slots at an interval, and slots at any time, which may come to have one: at an offset that nobody knows yet. Those of
// a calendar or of a person have no figure to turn.
Lever slots(std::string name, const CadenceOf& of) {
  return {
      .name = std::move(name),
      .cadence = true,
      .now = [of](const PipelineConfig& c) -> std::optional<Duration> {
        PipelineConfig copy = c;
        const sim::Cadence& cadence = of(copy);
        if (cadence.kind != sim::Cadence::Kind::interval) return std::nullopt;
        return cadence.every;
      },
      .turn =
          [of](PipelineConfig& c, Duration to) {
            sim::Cadence& cadence = of(c);
            if (cadence.kind != sim::Cadence::Kind::interval) cadence.any_offset = true;
            cadence.kind = sim::Cadence::Kind::interval;
            cadence.every = to;
          },
      .scale = [of](PipelineConfig& c, std::int64_t n, std::int64_t d) { of(c).every = scaled(of(c).every, n, d); }};
}

bool has_figure(const sim::Cadence& c) {
  return c.kind == sim::Cadence::Kind::interval || c.kind == sim::Cadence::Kind::continuous;
}

class Search {
 public:
  Search(const PipelineConfig& config, const AdviseOptions& options) : config_{config}, options_{options} {
    if (!options_.judge.latest) {
      options_.judge = {.name = "the analytic bound", .latest = [this](const PipelineConfig& c) { return filter(c); }};
    }
    for (Lever& lever : levers(config)) levers_.push_back(std::move(lever));
  }

  sim::AdviseResult run() {
    sim::AdviseResult r{.command = "advise",
                        .sla = config_.sla,
                        .horizon = config_.horizon,
                        .faults = options_.faults,
                        .judged_by = options_.judge.name};
    r.strength =
        fmt::format("every schedule with at most {} fault{}, by {}; models of the plan were checked, not the systems",
                    options_.faults, options_.faults == 1 ? "" : "s", options_.judge.name);
    BoundAnswer answer = bound(config_, options_.faults);
    r.bound = std::move(answer.bound);
    r.why_not = std::move(answer.why_not);
    r.worst = options_.judge.latest(config_);
    if (!r.worst) {
      r.sentence = r.bound ? fmt::format("No verdict: {} gives no latest agreement.", options_.judge.name)
                           : fmt::format("No verdict, as there is no bound: {}.", r.why_not);
      return r;
    }
    const bool fit = *r.worst <= config_.sla;
    r.outcome = fit ? sim::Outcome::converged : sim::Outcome::violated;
    r.sentence = fit ? fmt::format(
                           "It fits: all layers agree {} after the change at the latest, {} inside the window "
                           "of {}.",
                           text(*r.worst), text(config_.sla - *r.worst), text(config_.sla))
                     : fmt::format(
                           "It does not fit: all layers agree up to {} after the change, {} beyond the window "
                           "of {}.",
                           text(*r.worst), text(*r.worst - config_.sla), text(config_.sla));
    if (r.bound) sensitivity(r);
    fit ? loosen(r) : tighten(r);
    r.cut_short = ended_;
    return r;
  }

 private:
  // ---- trying

  bool go_on() {
    ended_ = ended_ || (options_.go_on && !options_.go_on());
    return !ended_;
  }

  std::optional<Duration> filter(const PipelineConfig& c) const {
    const BoundAnswer b = bound(c, options_.faults, BoundSteps::off);
    return b.bound ? std::optional{b.bound->latest} : std::nullopt;
  }
  bool fits(const PipelineConfig& c) {
    if (!go_on()) return false;
    const std::optional<Duration> latest = filter(c);
    return latest && *latest <= config_.sla;
  }
  bool fits(const Lever& lever, Duration to) {
    PipelineConfig c = config_;
    lever.turn(c, to);
    return fits(c);
  }

  // The judge's word on it; none: he does not confirm it.
  std::optional<Duration> confirmed(const PipelineConfig& c) {
    if (!go_on()) return std::nullopt;
    const std::optional<Duration> latest = options_.judge.latest(c);
    return latest && *latest <= config_.sla ? latest : std::nullopt;
  }

  // How many values from the front on fit, by doubling and halving; then its neighbours are asked, since nothing says
  // that a longer period is always worse. `again`: one that lies further off fits too.
  struct Reach {
    std::size_t fit = 0;
    bool again = false;
  };
  template <class Fits>
  static Reach reach(std::size_t size, const Fits& holds) {
    std::size_t fit = 0;
    std::size_t fails = size;
    for (std::size_t step = 1; fit < size; step *= 2) {
      const std::size_t next = std::min(fit + step, size);
      if (!holds(next - 1)) {
        fails = next - 1;
        break;
      }
      fit = next;
    }
    while (fails < size && fit < fails) {
      const std::size_t half = fit + (fails - fit) / 2;
      if (holds(half)) {
        fit = half + 1;
      } else {
        fails = half;
      }
    }
    for (std::size_t i = 0; i < fit; ++i) {  // all that it leans on
      if (!holds(i)) return {i, true};
    }
    Reach r{fit, false};
    for (std::size_t i = fit + 1; i < std::min(fit + 3, size); ++i) r.again = r.again || holds(i);
    return r;
  }

  // The grid beyond a figure, the nearest first.
  static std::vector<Duration> longer(std::optional<Duration> now) {
    std::vector<Duration> all;
    for (const Duration d : grid()) {
      if (!now || d > *now) all.push_back(d);
    }
    return all;
  }
  static std::vector<Duration> shorter(Duration now) {
    std::vector<Duration> all;
    for (const Duration d : grid()) {
      if (d < now) all.insert(all.begin(), d);
    }
    return all;
  }

  sim::Turn turn(const Lever& lever, std::optional<Duration> to) const {
    return {.lever = lever.name, .cadence = lever.cadence, .now = lever.now(config_), .to = to};
  }

  // ---- what moves it

  void sensitivity(sim::AdviseResult& r) {
    for (const Lever& lever : levers_) {
      const std::optional<Duration> now = lever.now(config_);
      if (!now || now->us == 0) continue;
      PipelineConfig c = config_;
      lever.scale(c, lever.cadence ? 2 : 1, lever.cadence ? 1 : 2);
      const BoundAnswer b = bound(c, options_.faults, BoundSteps::off);
      sim::Sensitivity s{.turn = turn(lever, lever.now(c)), .usual = std::nullopt, .latest = std::nullopt};
      if (b.bound) {
        s.usual = b.bound->usual - r.bound->usual;
        s.latest = b.bound->latest - r.bound->latest;
        if (s.usual->us == 0 && s.latest->us == 0) continue;
      }
      r.sensitivity.push_back(std::move(s));
    }
    const auto effect = [](const sim::Sensitivity& s) {
      if (!s.latest) return std::pair{INT64_MAX, INT64_MAX};
      return std::pair{std::abs(s.latest->us), std::abs(s.usual->us)};
    };
    std::sort(r.sensitivity.begin(), r.sensitivity.end(), [&](const auto& a, const auto& b) {
      return std::pair{effect(b), a.turn.lever} < std::pair{effect(a), b.turn.lever};
    });
  }

  // ---- it fits: how loose may it become?

  void loosen(sim::AdviseResult& r) {
    for (const Lever& lever : levers_) {
      if (!lever.cadence) continue;
      const std::vector<Duration> all = longer(lever.now(config_));
      const Reach found = reach(all.size(), [&](std::size_t i) { return fits(lever, all[i]); });
      if (ended_) return;
      Advice advice{.kind = found.fit == all.size() ? Advice::Kind::any_value : Advice::Kind::holds_up_to,
                    .turns = {turn(lever, lever.now(config_))},
                    .again = found.again};
      for (std::size_t fit = found.fit; fit > 0; --fit) {
        PipelineConfig c = config_;
        lever.turn(c, all[fit - 1]);
        advice.latest = confirmed(c);
        if (!advice.latest) {
          advice.kind = Advice::Kind::holds_up_to;
          continue;
        }
        advice.turns[0].to = all[fit - 1];
        advice.confirmed_by = options_.judge.name;
        break;
      }
      r.one_at_a_time.push_back(std::move(advice));
    }
    loosen_all(r);
  }

  void loosen_all(sim::AdviseResult& r) {
    const auto slower = [&](std::int64_t percent) {
      PipelineConfig c = config_;
      for (const Lever& lever : levers_) {
        if (lever.cadence && lever.now(config_)) lever.scale(c, percent, 100);
      }
      return c;
    };
    static constexpr std::array<std::int64_t, 14> factors{110, 120, 133, 150, 175, 200,  250,
                                                          300, 400, 500, 600, 800, 1000, 2000};
    const Reach found = reach(factors.size(), [&](std::size_t i) { return fits(slower(factors[i])); });
    for (std::size_t fit = found.fit; fit > 0 && !ended_; --fit) {
      const PipelineConfig c = slower(factors[fit - 1]);
      const std::optional<Duration> latest = confirmed(c);
      if (!latest) continue;
      Advice advice{.kind = Advice::Kind::holds_up_to,
                    .latest = latest,
                    .confirmed_by = options_.judge.name,
                    .again = found.again};
      for (const Lever& lever : levers_) {
        if (lever.cadence && lever.now(config_)) advice.turns.push_back(turn(lever, lever.now(c)));
      }
      r.factor_pc = factors[fit - 1];
      r.together.push_back(std::move(advice));
      return;
    }
  }

  // ---- it does not: what would have to be tighter?

  void tighten(sim::AdviseResult& r) {
    struct Strength {
      const Lever* lever;
      Duration at_best;  // the latest agreement with the least value on the grid
      bool alone;
    };
    std::vector<Strength> strengths;
    for (const Lever& lever : levers_) {
      const std::optional<Duration> now = lever.now(config_);
      if (!now) continue;
      const std::vector<Duration> all = shorter(*now);
      if (all.empty()) continue;
      PipelineConfig best = config_;
      lever.turn(best, all.back());
      const std::optional<Duration> latest = filter(best);
      if (!latest || !r.bound || *latest >= r.bound->latest) continue;  // it does not move the end at all
      strengths.push_back({&lever, *latest, false});
    }
    std::sort(strengths.begin(), strengths.end(), [](const Strength& a, const Strength& b) {
      return std::pair{a.at_best, a.lever->name} < std::pair{b.at_best, b.lever->name};
    });
    for (Strength& s : strengths) {
      if (!go_on()) return;
      const std::vector<Duration> all = shorter(*s.lever->now(config_));
      std::optional<Advice> advice = loosest(*s.lever, all);
      s.alone = advice.has_value();
      if (!advice) {
        advice =
            Advice{.kind = Advice::Kind::nothing_helps, .turns = {turn(*s.lever, all.back())}, .latest = s.at_best};
      }
      r.one_at_a_time.push_back(std::move(*advice));
    }
    std::erase_if(strengths, [](const Strength& s) { return s.alone; });
    strengths.resize(std::min(strengths.size(), kStrongest));
    for (std::size_t i = 0; i < strengths.size(); ++i) {
      for (std::size_t j = i + 1; j < strengths.size() && go_on(); ++j) {
        if (auto advice = pair(*strengths[i].lever, *strengths[j].lever)) r.together.push_back(std::move(*advice));
      }
    }
  }

  // The first of these, from the loosest on, with which it fits and the judge says so too.
  std::optional<Advice> loosest(const Lever& lever, const std::vector<Duration>& all) {
    const auto backwards = [&](std::size_t i) { return fits(lever, all[all.size() - 1 - i]); };
    const Reach found = reach(all.size(), backwards);
    for (std::size_t fit = found.fit; fit > 0; --fit) {
      const Duration to = all[all.size() - fit];
      PipelineConfig c = config_;
      lever.turn(c, to);
      const std::optional<Duration> latest = confirmed(c);
      if (!latest) continue;
      return Advice{.kind = Advice::Kind::fits_at,
                    .turns = {turn(lever, to)},
                    .latest = latest,
                    .confirmed_by = options_.judge.name,
                    .again = found.again};
    }
    return std::nullopt;
  }

  // Both step by step down the grid until it fits; then each is let loose again as far as that goes.
  std::optional<Advice> pair(const Lever& a, const Lever& b) {
    const std::vector<Duration> of_a = shorter(*a.now(config_));
    const std::vector<Duration> of_b = shorter(*b.now(config_));
    const auto both = [&](std::size_t i, std::size_t j) {
      PipelineConfig c = config_;
      a.turn(c, of_a[i]);
      b.turn(c, of_b[j]);
      return c;
    };
    const std::size_t steps = std::max(of_a.size(), of_b.size());
    std::size_t i = 0;
    std::size_t j = 0;
    bool found = false;
    for (std::size_t n = 0; n < steps && !found; ++n) {
      i = std::min(n, of_a.size() - 1);
      j = std::min(n, of_b.size() - 1);
      found = fits(both(i, j));
    }
    if (!found) return std::nullopt;
    while (i > 0 && fits(both(i - 1, j))) --i;
    while (j > 0 && fits(both(i, j - 1))) --j;
    const std::optional<Duration> latest = confirmed(both(i, j));
    if (!latest) return std::nullopt;
    return Advice{.kind = Advice::Kind::fits_at,
                  .turns = {turn(a, of_a[i]), turn(b, of_b[j])},
                  .latest = latest,
                  .confirmed_by = options_.judge.name};
  }

  const PipelineConfig& config_;
  AdviseOptions options_;
  std::vector<Lever> levers_;
  bool ended_ = false;
};

}  // namespace

std::vector<Lever> levers(const PipelineConfig& config) {
  using C = PipelineConfig;
  std::vector<Lever> all{
      period("merge.cadence", true, [](C& c) -> Duration& { return c.merge.every; }),
      period("flink.checkpoint_interval", true, [](C& c) -> Duration& { return c.flink.checkpoint_interval; }),
      period("detect.pull_period", true, [](C& c) -> Duration& { return c.control.pull_every; }),
      period("flink.resubmit_every", true, [](C& c) -> Duration& { return c.flink.resubmit_every; }),
      period("cdc.flush_interval", true, [](C& c) -> Duration& { return c.cdc.flush_interval; }),
      period("source.backup_interval", true, [](C& c) -> Duration& { return c.source.backup_interval; }),
  };
  if (has_figure(config.control.deploy_spark)) {
    all.push_back(slots("deploy.spark", [](C& c) -> sim::Cadence& { return c.control.deploy_spark; }));
  }
  if (has_figure(config.control.deploy_flink)) {
    all.push_back(slots("deploy.flink", [](C& c) -> sim::Cadence& { return c.control.deploy_flink; }));
  }
  for (std::size_t i = 0; i < config.control.steps.size(); ++i) {
    const StepConfig& step = config.control.steps[i];
    const std::string name = step.name.empty() ? std::string{models::name(step.kind)} : step.name;
    if (step.cadence && has_figure(*step.cadence)) {
      all.push_back(
          slots("plan." + name + ".cadence", [i](C& c) -> sim::Cadence& { return *c.control.steps[i].cadence; }));
    }
    if (step.cadence && step.cadence->kind == sim::Cadence::Kind::manual) {
      all.push_back(window("plan." + name + ".cadence.manual",
                           [i](C& c) -> Window& { return c.control.steps[i].cadence->delay; }));
    }
    if (step.delay.us > 0) {
      all.push_back(
          period("plan." + name + ".delay", false, [i](C& c) -> Duration& { return c.control.steps[i].delay; }));
    }
  }
  const std::vector<Lever> windows{
      window("detect.push_delay", [](C& c) -> Window& { return c.control.push_delay; }),
      window("cicd.generation", [](C& c) -> Window& { return c.control.generate; }),
      window("review.delay", [](C& c) -> Window& { return c.control.review; }),
      window("cicd.duration", [](C& c) -> Window& { return c.control.ci; }),
      window("staging.validation", [](C& c) -> Window& { return c.control.staging; }),
      window("cicd.fix", [](C& c) -> Window& { return c.control.fix; }),
      window("alter.duration", [](C& c) -> Window& { return c.control.alter; }),
      window("merge.deploy", [](C& c) -> Window& { return c.merge.deploy; }),
      window("merge.duration", [](C& c) -> Window& { return c.merge.duration; }),
      window("flink.savepoint", [](C& c) -> Window& { return c.flink.savepoint; }),
      window("flink.restore", [](C& c) -> Window& { return c.flink.restore; }),
      window("flink.restore_tail", [](C& c) -> Window& { return c.flink.restore_tail; }),
      window("flink.restart", [](C& c) -> Window& { return c.flink.restart; }),
      window("flink.checkpoint", [](C& c) -> Window& { return c.flink.checkpoint; }),
      window("cdc.lag", [](C& c) -> Window& { return c.cdc.lag; }),
      window("cdc.failover", [](C& c) -> Window& { return c.cdc.failover; }),
      window("backfill.duration", [](C& c) -> Window& { return c.backfill.duration; }),
      period("backfill.retry_delay", false, [](C& c) -> Duration& { return c.backfill.retry_delay; }),
  };
  all.insert(all.end(), windows.begin(), windows.end());
  return all;
}

const std::vector<sim::Duration>& grid() {
  static const std::vector<sim::Duration> all = [] {
    std::vector<sim::Duration> g;
    for (const int n : {1, 2, 5, 10, 15, 20, 30, 45}) g.push_back(sim::seconds(n));
    for (const int n : {1, 2, 3, 5, 10, 15, 20, 30, 45}) g.push_back(sim::minutes(n));
    for (const int n : {1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20}) g.push_back(sim::hours(n));
    for (const int n : {1, 2, 3, 4, 5, 7, 10, 14, 21, 30, 60, 90}) g.push_back(sim::days(n));
    return g;
  }();
  return all;
}

sim::AdviseResult advise(const PipelineConfig& config, const AdviseOptions& options) {
  return Search{config, options}.run();
}

}  // namespace converge::models
