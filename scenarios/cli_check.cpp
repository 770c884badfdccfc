// `converge check`: a campaign of sampled schedules, what it shows, and the least story of each way in which it fails.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "models/campaign.hpp"
#include "models/counterexample.hpp"
#include "reports/check_json.hpp"
#include "reports/check_text.hpp"
#include "reports/junit.hpp"
#include "scenarios/cli_input.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/cli_report.hpp"
#include "scenarios/ledger.hpp"
#include "scenarios/progress.hpp"
#include "scenarios/scenario.hpp"
#include "sim/sequential.hpp"
#include "sim/splitting.hpp"

namespace converge::scenarios {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSchedules = 1'000;  // unless something else says when to stop
constexpr std::size_t kMissed = 0;           // the place of `converged` among the properties

unsigned threads(const Options& o) { return o.jobs > 0 ? o.jobs : std::max(1U, std::thread::hardware_concurrency()); }

std::uint64_t wanted(const Options& o, const Scenario& scenario) {
  if (o.expect && scenario.expect && scenario.expect->check) return scenario.expect->check->within;
  if (o.schedules) return *o.schedules;
  return o.time_limit || o.until_sure ? UINT64_MAX : kSchedules;
}

sim::CheckResult::Sure word(sim::Sure sure) {
  switch (sure) {
    case sim::Sure::not_yet: return sim::CheckResult::Sure::not_yet;
    case sim::Sure::below: return sim::CheckResult::Sure::below;
    case sim::Sure::above: return sim::CheckResult::Sure::above;
  }
  return sim::CheckResult::Sure::not_yet;
}

// One campaign: what the options ask for, and what they came to.
class Check {
 public:
  Check(const Options& o, const Loaded& loaded)
      : o_{o},
        loaded_{loaded},
        scenario_{*loaded.parsed.scenario},
        model_{scenario_.pipeline},
        sampling_{.given = scenario_.given, .swarm = o.swarm},
        campaign_{.seed = o.seed.value_or(0), .schedules = wanted(o, scenario_), .jobs = threads(o)},
        progress_{!o.quiet} {}

  sim::CheckResult run(std::vector<sim::Stretch> done, Ledger* ledger) {
    const Stopwatch stopwatch;
    bool late = false;
    sim::CampaignHooks hooks;
    hooks.run = [this](std::uint64_t seed) { return models::sample(model_, sampling_, seed); };
    if (ledger != nullptr) hooks.finished = [ledger](const sim::Stretch& s) { ledger->append(s); };
    if (o_.until_sure) hooks.enough = [this](const sim::Tally& t) { return sure(t) != sim::Sure::not_yet; };
    hooks.go_on = [&](std::uint64_t schedules, std::uint64_t violated) {
      const bool known = campaign_.schedules != UINT64_MAX;
      progress_.schedules(schedules, known ? campaign_.schedules : 0, violated, o_.time_limit);
      late = stopwatch.beyond(o_.time_limit);
      return !late && !interrupted();
    };
    catch_interrupts();
    const sim::CampaignResult ran = sim::campaign(campaign_, hooks, std::move(done));
    const double took = stopwatch.seconds();
    progress_.clear();

    sim::CheckResult r = models::judge(model_, sampling_, campaign_, ran.tally, o_.confidence);
    if (campaign_.schedules == UINT64_MAX) r.wanted = 0;
    r.file = loaded_.file;
    r.title = scenario_.title;
    r.scenario = loaded_.text;
    r.fingerprint = scenario_.fingerprint;
    if (o_.timing) r.schedules_per_s = static_cast<double>(r.schedules) / std::max(took, 1e-9);
    if (ran.interrupted) r.ended = late ? sim::CheckResult::Ended::time_limit : sim::CheckResult::Ended::interrupted;
    if (ran.enough) r.ended = sim::CheckResult::Ended::sure;
    if (o_.until_sure) {
      r.sure = word(sure(ran.tally));
      r.sure_of = *o_.until_sure;
    }
    if (o_.rare && !interrupted()) r.rare = rare_miss();
    no_verdict_yet(r);
    tell_stories(r, ran.tally);
    if (o_.expect) hold_to_expectation(r);
    return r;
  }

  std::uint64_t schedules() const { return campaign_.schedules; }
  CampaignKey key() const { return {scenario_.fingerprint, campaign_.seed, sampling_.swarm}; }

 private:
  sim::Sure sure(const sim::Tally& t) const {
    const std::uint64_t missed = t.schedules == 0 ? 0 : t.broken[kMissed];
    return sim::decide(missed, t.schedules, *o_.until_sure, o_.confidence);
  }

  // How likely a miss of the window is, where a campaign would have to be a thousand times as long to see one.
  std::optional<sim::CheckResult::Rare> rare_miss() {
    struct Interrupted {};
    progress_.say("splitting, for a rare miss");
    const sim::Margin margin = [this](sim::Chooser& drawn) {
      if (interrupted()) throw Interrupted{};
      sim::ReplayedChooser chooser{drawn, sampling_.given};
      const models::Run run = models::run(model_, chooser, models::Recording::off);
      return models::properties(model_, run.world.state)[kMissed].margin;
    };
    try {
      const sim::SplittingResult s = sim::splitting(
          model_.questions(), margin,
          {.seed = campaign_.seed, .runs_most = *o_.rare, .confidence = o_.confidence, .jobs = campaign_.jobs});
      progress_.clear();
      return sim::CheckResult::Rare{s.estimate, s.low, s.high, s.confidence, s.runs, s.replicates, s.extinct};
    } catch (const Interrupted&) {
      return std::nullopt;
    }
  }

  // What was asked for has not been answered: too few schedules ran, and none of them failed.
  static void no_verdict_yet(sim::CheckResult& r) {
    const bool unsure = r.sure == sim::CheckResult::Sure::not_yet;
    const bool cut_short = r.ended == sim::CheckResult::Ended::interrupted;
    if (r.outcome != sim::Outcome::converged || (!unsure && !cut_short)) return;
    r.outcome = sim::Outcome::inconclusive;
    r.sentence = cut_short ? fmt::format("Interrupted after {} schedules, none of which failed.", r.schedules)
                           : fmt::format("{} schedules, none of which failed, are too few to be sure.", r.schedules);
  }

  void tell_stories(sim::CheckResult& r, const sim::Tally& tally) {
    for (std::size_t i = 0; i < tally.first_broken.size(); ++i) {
      if (r.properties[i].violated == 0) continue;  // or nobody can: that something happens
      const std::uint64_t first = *tally.first_broken[i];
      progress_.say(fmt::format("shrinking a violation of {}", r.properties[i].worst.name));
      const std::uint64_t seed = sim::schedule_seed(campaign_.seed, first);
      models::Story story = models::counterexample(model_, sampling_, seed, i);
      story.counterexample.schedule = first;
      story.counterexample.schedule_file = schedule_file(loaded_.file, story.schedule);
      const KeptSchedule kept = keep(o_, story.counterexample.property, story.schedule);
      story.counterexample.file = kept.file;
      story.counterexample.replay = kept.replay;
      r.counterexamples.push_back(std::move(story.counterexample));
    }
    progress_.clear();
  }

  void hold_to_expectation(sim::CheckResult& r) const {
    r.expected = true;
    if (!scenario_.expect || !scenario_.expect->check) {
      r.unmet.push_back("the scenario expects nothing of `check`: expect.check is missing");
    } else {
      r.unmet = unmet(*scenario_.expect->check, r);
    }
  }

  const Options& o_;
  const Loaded& loaded_;
  const Scenario& scenario_;
  models::Pipeline model_;
  models::Sampling sampling_;
  sim::CampaignOptions campaign_;
  Progress progress_;
};

}  // namespace

Exit check(const Options& o) {
  for (const std::string& input : {o.file, o.resume}) {
    if (!input.empty()) spare(o, input);
  }
  const Loaded loaded = load(o.file);
  if (!loaded.parsed.scenario) return refuse(o, "check", loaded.file, loaded.text, loaded.parsed.problems);
  Check check{o, loaded};

  std::vector<sim::Stretch> done;
  std::optional<Ledger> ledger;
  if (!o.resume.empty()) {
    std::size_t good = 0;
    if (fs::exists(o.resume)) {
      const std::string text = read_whole(o.resume);
      LedgerText read = parse_ledger(text, check.key());
      if (!read.problems.empty()) return refuse(o, "check", o.resume, text, read.problems);
      done = std::move(read.stretches);
      std::erase_if(done, [&](const sim::Stretch& s) { return s.from + s.tally.schedules > check.schedules(); });
      good = read.good;
    }
    ledger.emplace(o.resume, check.key(), good);
  }
  const sim::CheckResult r = check.run(std::move(done), ledger ? &*ledger : nullptr);
  if (!o.junit.empty()) write_file(o.junit, reports::junit(r));
  write_reports(o, r);
  if (o.json) {
    put(o, reports::json(r));
  } else {
    put(o, o.quiet ? r.sentence + "\n" : reports::text(r, terminal(o)));
  }
  if (r.expected) return r.unmet.empty() ? Exit::holds : Exit::violated;
  return exit_code(r.outcome);
}

}  // namespace converge::scenarios
