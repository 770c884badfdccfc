// Floating point here describes campaigns that are over: see the header.
#include "models/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/interval.hpp"
#include "sim/probability.hpp"

namespace converge::models {

namespace {

constexpr std::size_t kConverged = 0;  // its place among the properties

bool one_answer(const sim::Question& q) {
  switch (q.answers) {
    case sim::AnswerKind::duration: return sim::least_of(q.distribution) == sim::most_of(q.distribution);
    case sim::AnswerKind::option:
      return std::none_of(q.options.begin(), q.options.end(), [](const sim::Option& o) { return o.ppm > 0; });
    case sim::AnswerKind::bits: return false;
  }
  return false;
}

std::vector<sim::ChoiceCount> choices(const Pipeline& model, const sim::Tally& t) {
  using Answered = sim::ChoiceCount::Answered;
  std::vector<sim::ChoiceCount> all;
  for (std::size_t q = 0; q < model.questions().size(); ++q) {
    const sim::Question& question = model.questions()[q];
    if (t.asked[q] == 0) continue;
    all.push_back(
        {question.actor, question.kind, one_answer(question) ? Answered::fixed : Answered::drawn, t.asked[q]});
  }
  return all;
}

// A fault that is declared and never strikes proves nothing (design: a verdict is never vacuous).
std::string never_fired(const sim::Question& question, const sim::Option& option, std::uint64_t asked,
                        std::uint64_t schedules) {
  const std::string name = fmt::format("the fault {} {}: {}", question.actor, question.kind, option.name);
  if (asked == 0) return name + " is declared, and nothing in any of these schedules faced it";
  const double per_schedule =
      static_cast<double>(asked) / static_cast<double>(schedules) * static_cast<double>(option.ppm) / 1e6;
  return fmt::format("{} never struck: at its probability, one in {:.0f} schedules would show it", name,
                     std::max(1.0, 1 / per_schedule));
}

std::vector<std::string> vacuous_for(const Pipeline& model, const sim::Tally& t) {
  std::vector<std::string> all;
  for (const auto& [silence, times] : t.silences) {
    if (times == t.schedules) {
      all.push_back(silence.why);
    } else if (silence.leaves_open) {
      all.push_back(fmt::format("{} in {} of {} schedules", silence.why, times, t.schedules));
    }
  }
  const std::vector<sim::FaultOption> options = sim::fault_options(model.questions());
  for (std::size_t i = 0; i < options.size(); ++i) {
    const sim::Question& question = model.questions()[options[i].question];
    const sim::Option& option = question.options[static_cast<std::size_t>(options[i].answer)];
    if (option.ppm == 0 || t.fired[i] > 0) continue;
    all.push_back(never_fired(question, option, t.asked[options[i].question], t.schedules));
  }
  return all;
}

// A property that something happens: over a campaign it holds if it did in any schedule, and nobody breaks it.
sim::PropertyCount happened(sim::PropertyResult p, std::uint64_t times, std::uint64_t schedules, double confidence) {
  p.holds = times > 0;
  p.detail = fmt::format("it happened in {} of {} schedules", times, schedules);
  return {.worst = std::move(p), .probability = probability_of(0, schedules, confidence)};
}

std::string sentence(const sim::CheckResult& r) {
  const auto share = [&](std::uint64_t n) { return fmt::format("{} of {}", n, r.schedules); };
  switch (r.outcome) {
    case sim::Outcome::violated: {
      std::string broken;
      for (const sim::PropertyCount& p : r.properties) {
        if (p.violated > 0) broken += (broken.empty() ? "" : ", ") + p.worst.name;
      }
      return fmt::format("Violated in {} schedules: {}.", share(r.violated_schedules), broken);
    }
    case sim::Outcome::converged:
      return fmt::format(
          "All {} schedules converged inside the window of {}; missing it has a probability of at most {}.",
          r.schedules, text(r.sla), sim::percent(r.miss.high, sim::Rounded::up));
    case sim::Outcome::vacuous: return "These schedules leave the claim open: " + r.vacuous_for.front() + ".";
    case sim::Outcome::inconclusive: return "No schedule ran.";
  }
  return {};
}

std::string strength(const sim::CheckResult& r, std::size_t given) {
  if (r.schedules == 0) return "no schedule";
  std::string drawn =
      r.swarm ? "drawn from the declared laws with whole kinds of fault switched off" : "drawn from the declared laws";
  if (given > 0) drawn += fmt::format(", but for {} given answer{}", given, given == 1 ? "" : "s");
  return fmt::format(
      "{} sampled schedule{} of campaign {}, {}; the probability of missing the window is {} ({} confidence)",
      r.schedules, r.schedules == 1 ? "" : "s", r.seed, drawn, sim::interval(r.miss), sim::percent(r.miss.confidence));
}

// Divergence is kept at so many moments, from the first change to the horizon.
constexpr std::uint32_t kMoments = 96;

sim::Instant moment(const PipelineConfig& config, std::uint32_t i) {
  sim::Duration from = config.horizon;
  for (const ChangeConfig& c : config.changes) from = std::min(from, c.at);
  // By parts, so that no horizon overflows.
  const sim::Duration step = (config.horizon - from) / (kMoments - 1);
  return i + 1 == kMoments ? sim::Instant{} + config.horizon : sim::Instant{} + from + step * i;
}

void add_bands(const Pipeline& model, const sim::RunResult& r, std::vector<sim::Bands::Key>& keys) {
  std::uint32_t series = 0;
  for (const auto* samples : {&r.schema, &r.code, &r.data}) {
    std::size_t next = 0;
    for (std::uint32_t i = 0; i < kMoments; ++i) {
      const sim::Instant at = moment(model.config(), i);
      while (next < samples->size() && (*samples)[next].at <= at) ++next;
      const std::int64_t value = next == 0 ? 0 : (*samples)[next - 1].value;
      if (value != 0) keys.push_back(sim::Bands::key(series, i, value));
    }
    ++series;
  }
}

std::vector<sim::CheckResult::Band> band(const Pipeline& model, const sim::Tally& t, std::uint32_t series) {
  std::vector<sim::CheckResult::Band> all;
  for (std::uint32_t i = 0; i < kMoments; ++i) {
    const auto at = [&](std::int64_t ppm) { return t.bands.at(series, i, t.schedules, ppm); };
    all.push_back({moment(model.config(), i), at(500'000), at(900'000), at(990'000), at(1'000'000)});
  }
  return all;
}

// As it was counted where that is short, and else in rows of equal width.
std::vector<sim::CheckResult::Bucket> distribution(const sim::Quantiles& q) {
  constexpr std::size_t rows_most = 200;
  std::vector<sim::CheckResult::Bucket> rows;
  if (q.counts().empty()) return rows;
  const std::int64_t span = q.counts().rbegin()->first - q.counts().begin()->first;
  std::int64_t width = 1;
  if (q.counts().size() > rows_most) {
    for (const std::int64_t w :
         {2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1'800, 3'600, 7'200, 10'800, 21'600, 43'200}) {
      width = w;
      if (span / width + 2 <= static_cast<std::int64_t>(rows_most)) break;
    }
    while (span / width + 2 > static_cast<std::int64_t>(rows_most)) width *= 2;
  }
  for (const auto& [resolutions, schedules] : q.counts()) {
    const sim::Duration upto = q.resolution() * ((resolutions + width - 1) / width * width);
    if (rows.empty() || rows.back().upto != upto) rows.push_back({upto, 0});
    rows.back().schedules += schedules;
  }
  return rows;
}

}  // namespace

sim::Probability probability_of(std::uint64_t hits, std::uint64_t runs, double confidence) {
  const sim::Interval interval = sim::clopper_pearson(hits, runs, confidence);
  const double estimate = runs == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(runs);
  return {.estimate = estimate, .low = interval.low, .high = interval.high, .confidence = confidence};
}

Run sampled(const Pipeline& model, const Sampling& sampling, std::uint64_t seed, sim::Record scratch) {
  sim::SampledChooser drawn{model.questions(), seed, sampling.swarm};
  sim::ReplayedChooser chooser{drawn, sampling.given};
  return run(model, chooser, Recording::on, std::move(scratch));
}

sim::Summary summary(const Pipeline& model, const Run& run) {
  const PipelineState& s = run.world.state;
  const sim::RunResult r = measure(model, run);
  sim::Summary out{.convergence = r.convergence};
  for (const sim::PropertyResult& p : r.properties) {
    out.margins.push_back(p.margin);
    out.holds.push_back(p.holds);
  }
  out.violated = r.outcome == sim::Outcome::violated;
  out.asked.assign(run.world.agenda.asked.begin(), run.world.agenda.asked.end());
  out.fired = fired(model, run.record);
  for (const sim::Phase& p : r.phases) {
    out.finished.push_back(p.status == sim::Phase::Status::done);
    out.disagreed.push_back(p.disagreed);
  }
  add_bands(model, r, out.bands);
  out.silences = silences(model, s);
  return out;
}

sim::Summary sample(const Pipeline& model, const Sampling& sampling, std::uint64_t seed) {
  static thread_local sim::Record scratch;  // memory alone: no answer hangs on what it held
  Run run = sampled(model, sampling, seed, std::move(scratch));
  sim::Summary result = summary(model, run);
  scratch = std::move(run.record);
  return result;
}

sim::CheckResult judge(const Pipeline& model, const Sampling& sampling, const sim::CampaignOptions& options,
                       const sim::Tally& t, double confidence) {
  sim::CheckResult r{.command = "check", .sla = model.config().sla, .horizon = model.config().horizon};
  r.seed = options.seed;
  r.swarm = sampling.swarm;
  r.schedules = t.schedules;
  r.wanted = options.schedules;
  if (t.schedules == 0) {
    r.sentence = sentence(r);
    r.strength = strength(r, sampling.given.size());
    return r;
  }
  r.violated_schedules = t.violated;
  r.violation = probability_of(t.violated, t.schedules, confidence);
  r.missed_schedules = t.broken[kConverged];
  r.miss = probability_of(r.missed_schedules, t.schedules, confidence);
  r.p50 = t.convergence.at(500'000);
  r.p90 = t.convergence.at(900'000);
  r.p99 = t.convergence.at(990'000);
  r.p999 = t.convergence.at(999'000);
  r.most = t.convergence.longest();
  r.never_converged = t.convergence.never();
  r.convergence = distribution(t.convergence);
  r.schema_band = band(model, t, 0);
  r.code_band = band(model, t, 1);
  r.data_band = band(model, t, 2);
  sim::RunResult any;
  for (std::size_t i = 0; i < t.least.size(); ++i) {
    const std::uint64_t seed = sim::schedule_seed(options.seed, t.least[i].schedule);
    any = measure(model, sampled(model, sampling, seed));
    sim::PropertyResult& worst = any.properties[i];
    if (worst.kind == sim::PropertyResult::Kind::reachability) {  // once in all of them is enough
      r.properties.push_back(happened(std::move(worst), t.schedules - t.broken[i], t.schedules, confidence));
      continue;
    }
    r.properties.push_back({.worst = std::move(worst),
                            .violated = t.broken[i],
                            .schedule = t.least[i].schedule,
                            .seed = seed,
                            .probability = probability_of(t.broken[i], t.schedules, confidence)});
  }
  for (std::size_t i = 0; i < any.phases.size(); ++i)
    r.phases.push_back({any.phases[i].name, t.finished[i], t.disagreed[i]});
  r.faults = fault_counts(model, t.fired);
  r.choices = choices(model, t);
  r.vacuous_for = vacuous_for(model, t);
  r.outcome = t.violated > 0           ? sim::Outcome::violated
              : !r.vacuous_for.empty() ? sim::Outcome::vacuous
                                       : sim::Outcome::converged;
  r.sentence = sentence(r);
  r.strength = strength(r, sampling.given.size());
  return r;
}

}  // namespace converge::models
