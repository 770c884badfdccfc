// Field by field, as reports/*_json.cpp write it down. Floating point here is for probabilities, which describe
// campaigns that are over.
#include "scenarios/read_result.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "scenarios/document.hpp"

namespace converge::scenarios {

namespace {

using Kind = Located::Kind;
using sim::Duration;
using sim::Instant;

constexpr std::size_t kBytesPerNode = 10;                   // at least, so that a small file cannot become a large tree
constexpr std::int64_t kTimeMost = 10'000'000'000'000'000;  // some 300 years: sums of a few times do not overflow

template <class E>
using Words = std::initializer_list<std::pair<std::string_view, E>>;

// A value of the document, or nothing where there is none: that was reported already, and reads as a default.
class Node {
 public:
  Node(const Located* at, Context& context) : at_{at}, context_{&context} {}

  Node operator[](std::string_view key) const {
    if (!is(Kind::object, "an object")) return {nullptr, *context_};
    const Located* member = at_->member(key);
    if (member == nullptr) {
      context_->problem(*at_, describe(*at_) + " without " + in_quotes(key), "the key " + in_quotes(key));
    }
    return {member, *context_};
  }

  // Not worth another look, or another complaint.
  bool none() const { return at_ == nullptr || at_->faulty; }
  bool null() const { return at_ != nullptr && at_->kind == Kind::null; }
  bool is_object() const { return is(Kind::object, "an object"); }

  std::string text() const { return is(Kind::string, "a string") ? at_->text : std::string{}; }
  std::string text_or_null() const { return null() ? std::string{} : text(); }
  bool boolean() const { return is(Kind::boolean, "true or false") && at_->boolean; }

  std::int64_t integer() const { return is(Kind::integer, "a whole number") ? at_->integer : 0; }

  std::uint64_t whole(std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) const {
    if (none()) return 0;
    std::uint64_t value = 0;
    bool good = at_->kind == Kind::integer && at_->integer >= 0;
    if (good) value = static_cast<std::uint64_t>(at_->integer);
    if (at_->kind == Kind::real) {  // from 2^63 on
      const auto [end, error] = std::from_chars(at_->text.data(), at_->text.data() + at_->text.size(), value);
      good = error == std::errc{} && end == at_->text.data() + at_->text.size();
    }
    if (good && value <= most) return value;
    const bool any = most == std::numeric_limits<std::uint64_t>::max();
    context_->problem(*at_, describe(*at_),
                      any ? "a whole number that is not negative" : "a whole number from 0 to " + std::to_string(most));
    return 0;
  }
  std::optional<std::uint64_t> whole_or_null() const {
    if (none() || null()) return std::nullopt;
    return whole();
  }

  double number() const {
    if (none()) return 0;
    double value = 0;
    bool good = at_->kind == Kind::integer;
    if (good) value = static_cast<double>(at_->integer);
    if (at_->kind == Kind::real) {
      const auto [end, error] = std::from_chars(at_->text.data(), at_->text.data() + at_->text.size(), value);
      good = error == std::errc{} && end == at_->text.data() + at_->text.size() && std::isfinite(value);
    }
    if (!good) context_->problem(*at_, describe(*at_), "a number");
    return good ? value : 0;
  }
  std::optional<double> number_or_null() const {
    if (none() || null()) return std::nullopt;
    return number();
  }
  double share() const {
    const double value = number();
    if (value >= 0 && value <= 1) return value;
    context_->problem(*at_, describe(*at_), "a number from 0 to 1");
    return 0;
  }

  // Seconds, exactly, in microseconds.
  std::int64_t seconds(std::int64_t most = kTimeMost) const {
    if (none()) return 0;
    std::optional<std::int64_t> us;
    if (at_->kind == Kind::integer) us = exact_decimal(std::to_string(at_->integer), 6);
    if (at_->kind == Kind::real) us = exact_decimal(at_->text, 6);
    if (us && *us <= most && *us >= -most) return *us;
    context_->problem(*at_, describe(*at_), "seconds, to the microsecond, of at most some 300 years");
    return 0;
  }
  Duration duration() const { return {seconds()}; }
  Instant instant() const { return {seconds()}; }
  Instant instant_or_never() const { return null() ? sim::never : instant(); }
  std::optional<Duration> duration_or_null() const {
    if (none() || null()) return std::nullopt;
    return duration();
  }
  std::optional<Instant> instant_or_null() const {
    if (none() || null()) return std::nullopt;
    return instant();
  }

  // 16 hexadecimal digits.
  std::uint64_t hex() const {
    const std::string digits = text();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (none() || at_->kind != Kind::string) return 0;
    if (digits.size() == 16 && error == std::errc{} && end == digits.data() + digits.size()) return value;
    context_->problem(*at_, describe(*at_), "16 hexadecimal digits");
    return 0;
  }

  template <class E>
  E word(Words<E> words) const {
    if (!is(Kind::string, "a string")) return {};
    std::vector<std::string> names;
    for (const auto& [name, value] : words) {
      if (at_->text == name) return value;
      names.emplace_back(name);
    }
    context_->problem(*at_, describe(*at_), one_of(names), did_you_mean(at_->text, names));
    return {};
  }

  std::vector<Node> items() const {
    std::vector<Node> all;
    if (!is(Kind::array, "an array")) return all;
    for (const Located& item : at_->items) all.emplace_back(&item, *context_);
    return all;
  }
  // Of a tuple; so many of them.
  std::vector<Node> items(std::size_t count) const {
    std::vector<Node> all = items();
    if (all.size() == count) return all;
    if (!none() && at_->kind == Kind::array) {
      context_->problem(*at_, describe(*at_), "an array of " + std::to_string(count));
    }
    return std::vector<Node>(count, Node{nullptr, *context_});
  }
  template <class T>
  std::vector<T> list(T (*one)(const Node&)) const {
    std::vector<T> all;
    for (const Node& item : items()) all.push_back(one(item));
    return all;
  }
  std::vector<std::string> texts() const {
    return list<std::string>([](const Node& n) { return n.text(); });
  }

  // What a schedule file would hold; nothing for null.
  std::string schedule_file() const {
    if (none() || null()) return {};
    const auto saved = read_schedule(*at_, *context_);
    return saved ? write_schedule(*saved) : std::string{};
  }

  void problem(const std::string& expected) const {
    if (!none()) context_->problem(*at_, describe(*at_), expected);
  }

 private:
  bool is(Kind kind, const char* expected) const {
    if (none()) return false;
    if (at_->kind == kind) return true;
    context_->problem(*at_, describe(*at_), expected);
    return false;
  }

  const Located* at_;
  Context* context_;
};

// ---- what several documents have in common

sim::Outcome outcome(const Node& n) {
  return n.word<sim::Outcome>({{"converged", sim::Outcome::converged},
                               {"violated", sim::Outcome::violated},
                               {"inconclusive", sim::Outcome::inconclusive},
                               {"vacuous", sim::Outcome::vacuous}});
}

template <class Result>
void head(const Node& n, Result& r) {
  r.command = n["command"].text();
  const Node scenario = n["scenario"];
  r.file = scenario["file"].text();
  r.title = scenario["title"].text();
  r.fingerprint = scenario["fingerprint"].hex();
  r.scenario = scenario["text"].text();
  r.outcome = outcome(n["verdict"]);
  r.sentence = n["sentence"].text();
  r.strength = n["strength"].text();
  r.vacuous_for = n["vacuous_for"].texts();
  r.sla = n["sla_s"].duration();
  r.horizon = n["horizon_s"].duration();
}

sim::PropertyResult property(const Node& n) {
  using Property = sim::PropertyResult;
  if (!n.is_object()) return {};
  Property p;
  p.name = n["name"].text();
  p.kind = n["kind"].word<Property::Kind>({{"safety", Property::Kind::safety},
                                           {"liveness", Property::Kind::liveness},
                                           {"availability", Property::Kind::availability},
                                           {"reachability", Property::Kind::reachability}});
  p.holds = n["holds"].boolean();
  p.unit = n["unit"].word<Property::Unit>({{"seconds", Property::Unit::duration},
                                           {"rows", Property::Unit::rows},
                                           {"changes", Property::Unit::changes},
                                           {"reads", Property::Unit::reads},
                                           {"jobs", Property::Unit::jobs},
                                           {"layers", Property::Unit::layers},
                                           {"versions", Property::Unit::version},
                                           {"count", Property::Unit::count}});
  const Node margin = n["margin"];
  p.margin =
      p.unit == Property::Unit::duration ? margin.seconds(std::numeric_limits<std::int64_t>::max()) : margin.integer();
  p.claim = n["claim"].text();
  p.detail = n["detail"].text();
  return p;
}

sim::FaultCount fault(const Node& n) {
  if (!n.is_object()) return {};
  return {n["kind"].text(), n["declared"].boolean(), n["fired"].whole()};
}

sim::DeviationText deviation(const Node& n) {
  if (!n.is_object()) return {};
  return {.actor = n["actor"].text(),
          .choice = n["choice"].text(),
          .occurrence = static_cast<std::uint32_t>(n["occurrence"].whole(UINT32_MAX)),
          .nominal = n["nominal"].text(),
          .answer = n["answer"].text(),
          .text = n["text"].text(),
          .fault = n["fault"].boolean(),
          .at = n["at_s"].instant_or_never()};
}

sim::Probability probability(const Node& n) {
  if (!n.is_object()) return {};
  return {n["estimate"].share(), n["low"].share(), n["high"].share(), n["confidence"].share()};
}

sim::PointOfNoReturn point(const Node& n) {
  if (!n.is_object()) return {};
  return {.property = n["property"].text(),
          .at = n["at_s"].instant_or_never(),
          .from_the_start = n["from_the_start"].boolean(),
          .answers = n["answers"].list(deviation),
          .story = {},
          .before = probability(n["before"]),
          .after = probability(n["after"]),
          .continuations = n["continuations"].whole()};
}

sim::Counterexample counterexample(const Node& n) {
  if (!n.is_object()) return {};
  sim::Counterexample c;
  c.property = n["property"].text();
  c.deviations = n["deviations"].list(deviation);
  c.workload = n["workload"].whole_or_null();
  c.schedule_file = n["exact"].schedule_file();
  c.sentence = n["sentence"].text();
  c.detail = n["detail"].text();
  c.trace_hash = n["trace_hash"].hex();
  c.minimal = n["minimal"].boolean();
  c.fewest = n["fewest"].boolean();
  c.tries = n["tries"].whole();
  c.from = n["from"].whole();
  c.schedule = n["schedule"].whole();
  c.seed = n["seed"].whole();
  c.file = n["file"].text_or_null();
  c.replay = n["replay"].text();
  return c;
}

// ---- run, replay, worst

std::uint8_t stage(const Node& n) {
  return n.word<std::uint8_t>({{"control", std::uint8_t{0}},
                               {"schema", std::uint8_t{1}},
                               {"code", std::uint8_t{2}},
                               {"data", std::uint8_t{3}},
                               {"other", std::uint8_t{4}}});
}

sim::Phase phase(const Node& n) {
  using Status = sim::Phase::Status;
  if (!n.is_object()) return {};
  return {.name = n["name"].text(),
          .stage = stage(n["stage"]),
          .status = n["status"].word<Status>({{"not_reached", Status::not_reached},
                                              {"waiting", Status::waiting},
                                              {"running", Status::running},
                                              {"done", Status::done},
                                              {"failed", Status::failed}}),
          .ready = n["ready_s"].instant_or_null(),
          .started = n["started_s"].instant_or_null(),
          .finished = n["finished_s"].instant_or_null(),
          .disagreed = n["disagreed"].boolean()};
}

sim::Sample sample(const Node& n) {
  const std::vector<Node> pair = n.items(2);
  return {pair[0].instant(), pair[1].integer()};
}

std::optional<sim::RunResult::Search> search(const Node& n) {
  if (n.none() || n.null() || !n.is_object()) return std::nullopt;
  sim::RunResult::Search s;
  s.property = n["property"].text();
  s.seed = n["seed"].whole();
  s.tries = n["tries"].whole();
  s.faults_most = n["faults_most"].whole();
  s.found_by_try = n["found_by_try"].whole();
  s.found_by = n["found_by"].text();
  s.violated_by_try = n["violated_by_try"].whole_or_null();
  s.states = n["states"].whole();
  s.shrinking = n["shrinking"].whole();
  s.file = n["file"].text_or_null();
  s.replay = n["replay"].text();
  return s;
}

sim::RunResult run_result(const Node& n) {
  sim::RunResult r;
  head(n, r);
  r.changed = n["changed_s"].instant_or_null();
  r.convergence = n["convergence_s"].duration_or_null();
  r.margin = n["margin_s"].duration_or_null();
  r.events = n["events"].whole();
  r.trace_hash = n["trace_hash"].hex();
  r.properties = n["properties"].list(property);
  r.faults = n["faults"].list(fault);
  r.phases = n["phases"].list(phase);
  const Node divergence = n["divergence"];
  r.schema = divergence["schema"].list(sample);
  r.code = divergence["code"].list(sample);
  r.data = divergence["data"].list(sample);
  const Node schedule = n["schedule"];
  r.seed = schedule["seed"].whole_or_null();
  r.workload = schedule["workload"].whole_or_null();
  r.deviations = schedule["deviations"].list(deviation);
  r.schedule_file = schedule["exact"].schedule_file();
  const Node readers = n["readers"];
  r.reads = readers["reads"].whole();
  r.reads_failed = readers["failed"].whole();
  r.nulls_worst = readers["worst_null_rows"].integer();
  r.stale_worst = readers["worst_stale_rows"].integer();
  r.stalest = readers["oldest_missing_change_s"].duration();
  r.nulls_at_end = readers["null_rows_at_end"].integer();
  r.wrong_at_end = readers["wrong_rows_at_end"].integer();
  r.diverged_at_end = readers["diverged_rows_at_end"].integer();
  const Node cost = n["cost"];
  r.merges_committed = cost["merges_committed"].whole();
  r.merges_stalled = cost["merges_stalled"].whole();
  r.merges_lost = cost["merges_lost"].whole();
  r.flink_down = cost["flink_down_s"].duration();
  r.changes = cost["changes"].whole();
  r.changes_lost = cost["changes_lost"].whole();
  r.points = n["points_of_no_return"].list(point);
  r.search = search(n["search"]);
  return r;
}

// ---- check

sim::PropertyCount property_count(const Node& n) {
  if (!n.is_object()) return {};
  return {.worst = property(n),
          .violated = n["violated"].whole(),
          .schedule = n["schedule"].whole(),
          .seed = n["seed"].whole(),
          .probability = probability(n["probability"])};
}

sim::PhaseCount phase_count(const Node& n) {
  if (!n.is_object()) return {};
  return {n["name"].text(), n["finished"].whole(), n["disagreed"].whole()};
}

sim::ChoiceCount choice_count(const Node& n) {
  using Answered = sim::ChoiceCount::Answered;
  if (!n.is_object()) return {};
  return {n["actor"].text(), n["choice"].text(),
          n["answered"].word<Answered>({{"drawn", Answered::drawn}, {"fixed", Answered::fixed}}), n["asked"].whole()};
}

sim::CheckResult::Bucket bucket(const Node& n) {
  const std::vector<Node> pair = n.items(2);
  return {pair[0].duration(), pair[1].whole()};
}

sim::CheckResult::Band band(const Node& n) {
  const std::vector<Node> all = n.items(5);
  return {all[0].instant(), all[1].integer(), all[2].integer(), all[3].integer(), all[4].integer()};
}

std::optional<sim::CheckResult::Rare> rare(const Node& n) {
  if (n.none() || n.null() || !n.is_object()) return std::nullopt;
  return sim::CheckResult::Rare{.estimate = n["estimate"].share(),
                                .low = n["low"].share(),
                                .high = n["high"].share(),
                                .confidence = n["confidence"].share(),
                                .runs = n["runs"].whole(),
                                .replicates = n["replicates"].whole(),
                                .extinct = n["extinct"].whole()};
}

sim::CheckResult check_result(const Node& n) {
  using Ended = sim::CheckResult::Ended;
  using Sure = sim::CheckResult::Sure;
  sim::CheckResult r;
  head(n, r);
  r.seed = n["seed"].whole();
  r.swarm = n["swarm"].boolean();
  r.schedules = n["schedules"].whole();
  r.wanted = n["wanted"].whole_or_null().value_or(0);
  r.ended = n["ended"].word<Ended>({{"all_ran", Ended::all_ran},
                                    {"time_limit", Ended::time_limit},
                                    {"interrupted", Ended::interrupted},
                                    {"sure", Ended::sure}});
  r.violated_schedules = n["violated_schedules"].whole();
  r.violation = probability(n["violation_probability"]);
  r.missed_schedules = n["missed_schedules"].whole();
  r.miss = probability(n["miss_probability"]);
  const Node quantiles = n["convergence_quantiles_s"];
  r.p50 = quantiles["p50"].duration_or_null();
  r.p90 = quantiles["p90"].duration_or_null();
  r.p99 = quantiles["p99"].duration_or_null();
  r.p999 = quantiles["p999"].duration_or_null();
  r.most = quantiles["max"].duration_or_null();
  r.never_converged = n["never_converged"].whole();
  r.convergence = n["convergence_distribution_s"].list(bucket);
  const Node bands = n["divergence_bands"];
  r.schema_band = bands["schema"].list(band);
  r.code_band = bands["code"].list(band);
  r.data_band = bands["data"].list(band);
  r.schedules_per_s = n["schedules_per_s"].number_or_null();
  r.properties = n["properties"].list(property_count);
  r.counterexamples = n["counterexamples"].list(counterexample);
  r.faults = n["faults"].list(fault);
  r.phases = n["phases"].list(phase_count);
  r.choices = n["choices"].list(choice_count);
  if (const Node sure = n["sure"]; !sure.none() && !sure.null()) {
    r.sure_of = sure["of"].share();
    r.sure = sure["answer"].word<Sure>({{"not_yet", Sure::not_yet}, {"below", Sure::below}, {"above", Sure::above}});
  }
  r.rare = rare(n["rare"]);
  const Node expect = n["expect"];
  r.expected = expect["asked"].boolean();
  r.unmet = expect["unmet"].texts();
  return r;
}

// ---- explore

std::optional<sim::ExploreResult::Odds> odds(const Node& n) {
  if (n.none() || n.null() || !n.is_object()) return std::nullopt;
  using Quantile = sim::ExploreResult::Odds::Quantile;
  return sim::ExploreResult::Odds{.best = n["best"].share(),
                                  .worst = n["worst"].share(),
                                  .quantiles = n["convergence_quantiles_s"].list<Quantile>([](const Node& q) {
                                    if (!q.is_object()) return Quantile{};
                                    return Quantile{q["share"].share(), q["convergence_s"].duration_or_null()};
                                  }),
                                  .adversarial = n["adversarial"].texts(),
                                  .drawn = n["drawn"].texts()};
}

sim::ExploreResult explore_result(const Node& n) {
  sim::ExploreResult r;
  head(n, r);
  r.complete = n["complete"].boolean();
  const Node bounds = n["bounds"];
  r.bounds.resolution = bounds["resolution_s"].duration_or_null();
  r.bounds.negligible = bounds["negligible_s"].duration();
  r.bounds.faults = bounds["faults"].whole();
  r.bounds.deviations = bounds["deviations"].whole_or_null();
  r.bounds.reduction = bounds["reduction"].boolean();
  r.bounds.words = bounds["words"].texts();
  r.schedules = n["schedules"].number_or_null();
  if (const auto logarithm = n["schedules_log10"].number_or_null()) {
    r.schedules_log10 = *logarithm;
    if (!r.schedules) r.schedules = std::numeric_limits<double>::infinity();
  }
  r.states = n["states"].whole();
  r.transitions = n["transitions"].whole();
  r.frontier = n["frontier"].whole();
  r.reached = n["reached_s"].duration();
  r.states_per_s = n["states_per_s"].number_or_null();
  r.collision = n["collision_probability"].number_or_null();
  r.checkpoint = n["checkpoint"].text_or_null();
  r.worst_convergence = n["worst_convergence_s"].duration_or_null();
  r.never_converges = n["never_converges"].boolean();
  const Node worst = n["worst_schedule"];
  r.worst_schedule = worst["deviations"].list(deviation);
  r.worst_schedule_file = worst["exact"].schedule_file();
  if (const Node hash = worst["trace_hash"]; !hash.null()) r.worst_trace_hash = hash.hex();
  r.worst_file = worst["file"].text_or_null();
  r.worst_replay = worst["replay"].text_or_null();
  r.properties = n["properties"].list(property);
  r.faults = n["faults"].list(fault);
  r.counterexamples = n["counterexamples"].list(counterexample);
  r.odds = odds(n["miss_probability"]);
  return r;
}

// ---- advise

sim::BoundStep bound_step(const Node& n) {
  if (!n.is_object()) return {};
  return {.name = n["name"].text(),
          .takes = {n["least_s"].duration(), n["usual_s"].duration(), n["most_s"].duration()},
          .waits_usual = n["waits_usual_s"].duration(),
          .waits_most = n["waits_most_s"].duration(),
          .ends_usual = n["ends_usual_s"].instant_or_never(),
          .ends_most = n["ends_most_s"].instant_or_never(),
          .critical = n["critical"].boolean(),
          .slack = n["slack_s"].duration_or_null()};
}

sim::Turn turn(const Node& n) {
  if (!n.is_object()) return {};
  return {.lever = n["lever"].text(),
          .cadence = n["kind"].word<bool>({{"cadence", true}, {"duration", false}}),
          .now = n["now_s"].duration_or_null(),
          .to = n["to_s"].duration_or_null()};
}

sim::Sensitivity sensitivity(const Node& n) {
  if (!n.is_object()) return {};
  return {turn(n), n["usual_moves_s"].duration_or_null(), n["latest_moves_s"].duration_or_null()};
}

sim::Advice advice(const Node& n) {
  using AdviceKind = sim::Advice::Kind;
  if (!n.is_object()) return {};
  return {.kind = n["kind"].word<AdviceKind>({{"holds_up_to", AdviceKind::holds_up_to},
                                              {"any_value", AdviceKind::any_value},
                                              {"fits_at", AdviceKind::fits_at},
                                              {"nothing_helps", AdviceKind::nothing_helps}}),
          .turns = n["turns"].list(turn),
          .latest = n["latest_s"].duration_or_null(),
          .confirmed_by = n["confirmed_by"].text_or_null(),
          .again = n["fits_again_further_off"].boolean()};
}

sim::AdviseResult advise_result(const Node& n) {
  sim::AdviseResult r;
  head(n, r);
  r.faults = n["faults"].whole();
  if (const Node bound = n["bound"]; !bound.none() && !bound.null()) {
    r.bound = sim::Bound{.earliest = bound["earliest_s"].duration(),
                         .usual = bound["usual_s"].duration(),
                         .latest = bound["latest_s"].duration(),
                         .steps = bound["steps"].list(bound_step)};
  }
  r.why_not = n["no_bound_because"].text_or_null();
  r.judged_by = n["judged_by"].text();
  r.worst = n["worst_convergence_s"].duration_or_null();
  r.sensitivity = n["sensitivity"].list(sensitivity);
  r.one_at_a_time = n["one_at_a_time"].list(advice);
  r.together = n["together"].list(advice);
  if (const Node factor = n["factor_percent"]; !factor.none() && !factor.null()) r.factor_pc = factor.integer();
  r.cut_short = n["cut_short"].boolean();
  return r;
}

// ---- orderings

sim::Grade grade(const Node& n) {
  return n.word<sim::Grade>({{"good", sim::Grade::good},
                             {"window", sim::Grade::window},
                             {"availability", sim::Grade::availability},
                             {"convergence", sim::Grade::convergence}});
}

// The document has steps by name.
class OrderingsReader {
 public:
  explicit OrderingsReader(const Node& n) : n_{n} {}

  sim::OrderingsResult read() {
    using Ended = sim::OrderingsResult::Ended;
    head(n_, r_);
    r_.seed = n_["seed"].whole();
    r_.schedules = n_["schedules"].whole();
    r_.free = n_["free"].boolean();
    r_.ended = n_["ended"].word<Ended>(
        {{"all_ran", Ended::all_ran}, {"time_limit", Ended::time_limit}, {"interrupted", Ended::interrupted}});
    r_.steps = n_["steps"].texts();
    r_.given = pairs(n_["given_edges"]);
    r_.directly = pairs(n_["triggered"]);
    r_.orders_in_all = n_["orders_in_all"].text();
    r_.chosen = n_["chosen"].whole();
    r_.coverage = n_["coverage"].share();
    for (const Node& order : n_["orderings"].items()) add_order(order);
    for (const Node& group : n_["groups"].items()) add_group(group);
    const Node demand = n_["demand"];
    r_.any_meets = !demand.null();
    if (r_.any_meets) r_.demand = grade(demand);
    for (const Node& edge : n_["necessary_edges"].items()) add_edge(edge);
    r_.edges_are_all = n_["edges_are_all"].boolean();
    r_.edges_smallest = n_["edges_smallest"].boolean();
    r_.met = n_["orders_that_meet_the_demand"].whole();
    r_.kept = n_["orders_kept"].whole();
    r_.not_needed = pairs(n_["not_needed"]);
    for (const Node& variant : n_["variants"].items()) add_variant(variant);
    r_.variants_cut_short = n_["variants_cut_short"].boolean();
    return std::move(r_);
  }

 private:
  std::size_t step(const Node& n) const {
    const std::string name = n.text();
    const auto found = std::find(r_.steps.begin(), r_.steps.end(), name);
    if (found != r_.steps.end()) return static_cast<std::size_t>(found - r_.steps.begin());
    n.problem("a step of this result");
    return 0;
  }

  std::vector<std::size_t> order(const Node& n) const {
    std::vector<std::size_t> all;
    for (const Node& name : n.items()) all.push_back(step(name));
    return all;
  }

  std::pair<std::size_t, std::size_t> pair(const Node& n) const {
    if (!n.is_object()) return {};
    return {step(n["before"]), step(n["after"])};
  }

  std::vector<std::pair<std::size_t, std::size_t>> pairs(const Node& n) const {
    std::vector<std::pair<std::size_t, std::size_t>> all;
    for (const Node& edge : n.items()) all.push_back(pair(edge));
    return all;
  }

  void add_order(const Node& n) {
    if (!n.is_object()) return;
    sim::OrderVerdict v;
    v.order = order(n["order"]);
    v.outcome = outcome(n["verdict"]);
    v.grade = grade(n["grade"]);
    v.convergence = n["worst_convergence_s"].duration_or_null();
    const Node facts = n["facts"];
    v.facts.merges_stall = facts["merges_stall"].boolean();
    v.facts.flink_stands_still = facts["flink_stands_still"].boolean();
    v.facts.backfill_waits = facts["backfill_waits"].boolean();
    v.facts.nulls = facts["ends_in_nulls"].boolean();
    v.facts.wrong = facts["ends_in_wrong_values"].boolean();
    v.facts.stale = facts["ends_stale"].boolean();
    v.facts.lost = facts["loses_changes"].boolean();
    v.facts.apart = facts["never_agrees"].boolean();
    v.facts.unfinished = facts["unfinished"].boolean();
    v.facts.late = facts["late"].boolean();
    v.facts.broken = facts["violates"].texts();
    v.strength = n["strength"].text();
    v.schedules = n["schedules"].whole();
    v.bad_schedules = n["bad_schedules"].whole();
    v.properties = n["properties"].list(property);
    if (const Node why = n["counterexample"]; !why.none() && !why.null()) {
      v.counterexample = r_.counterexamples.size();
      r_.counterexamples.push_back(told(why, r_.orders.size()));
    }
    r_.orders.push_back(std::move(v));
  }

  static sim::OrderCounterexample told(const Node& n, std::size_t order) {
    if (!n.is_object()) return {};
    return {.order = order,
            .grade = grade(n["fails"]),
            .happened = n["happened"].text(),
            .sentence = n["sentence"].text(),
            .deviations = n["deviations"].list(deviation),
            .workload = n["workload"].whole_or_null(),
            .schedule_file = n["exact"].schedule_file(),
            .trace_hash = n["trace_hash"].hex(),
            .minimal = n["minimal"].boolean()};
  }

  void add_group(const Node& n) {
    if (!n.is_object()) return;
    sim::OrderingsResult::Group g;
    g.grade = grade(n["grade"]);
    g.what = n["what"].text();
    const Node which = n["which"];
    for (const Node& place : which.items()) {
      const std::uint64_t at = place.whole();
      if (at >= r_.orders.size()) place.problem("the place of an order of this result");
      g.orders.push_back(at < r_.orders.size() ? at : 0);
    }
    if (g.orders.empty()) which.problem("the place of at least one order");
    g.earliest = n["earliest_convergence_s"].duration_or_null();
    g.latest = n["latest_convergence_s"].duration_or_null();
    r_.groups.push_back(std::move(g));
  }

  void add_edge(const Node& n) {
    if (!n.is_object()) return;
    sim::NecessaryEdgeVerdict e;
    std::tie(e.before, e.after) = pair(n);
    e.needed_for = grade(n["needed_for"]);
    e.because = n["because"].text();
    e.keeps_out = n["keeps_out"].whole();
    const Node shown = n["counterexample"]["order"];
    const std::vector<std::size_t> steps = order(shown);
    const auto found = std::find_if(r_.orders.begin(), r_.orders.end(), [&](const sim::OrderVerdict& v) {
      return v.order == steps && v.counterexample.has_value();
    });
    if (found == r_.orders.end()) {
      shown.problem("an order of this result that has a counterexample");
    } else {
      e.counterexample = *found->counterexample;
    }
    r_.edges.push_back(std::move(e));
  }

  void add_variant(const Node& n) {
    if (!n.is_object()) return;
    sim::OrderingsVariant v;
    v.changes = n["changes"].texts();
    v.guard_removed = n["guard_removed"].boolean();
    v.helps = n["helps"].boolean();
    v.orders = n["orders"].whole();
    v.good = n["good"].whole();
    v.window = n["fail_window"].whole();
    v.availability = n["fail_availability"].whole();
    v.convergence = n["fail_convergence"].whole();
    if (const Node example = n["example"]; !example.none() && !example.null()) v.example = order(example);
    for (const Node& edge : n["necessary_edges"].items()) {
      if (!edge.is_object()) continue;
      sim::NecessaryEdgeVerdict e;
      std::tie(e.before, e.after) = pair(edge);
      e.needed_for = grade(edge["needed_for"]);
      v.edges.push_back(std::move(e));
    }
    r_.variants.push_back(std::move(v));
  }

  const Node& n_;
  sim::OrderingsResult r_;
};

std::optional<sim::Result> any_result(const Node& n) {
  enum class Which : std::uint8_t { none, run, check, explore, advise, orderings };
  const Which which = n["command"].word<Which>({{"run", Which::run},
                                                {"replay", Which::run},
                                                {"worst", Which::run},
                                                {"check", Which::check},
                                                {"explore", Which::explore},
                                                {"advise", Which::advise},
                                                {"orderings", Which::orderings}});
  switch (which) {
    case Which::none: return std::nullopt;
    case Which::run: return run_result(n);
    case Which::check: return check_result(n);
    case Which::explore: return explore_result(n);
    case Which::advise: return advise_result(n);
    case Which::orderings: return OrderingsReader{n}.read();
  }
  return std::nullopt;
}

}  // namespace

ReadResult read_result(std::string_view text, std::size_t bytes_most) {
  const Text tree = parse_text(text, {.bytes = bytes_most, .nodes = bytes_most / kBytesPerNode, .unsigned_64 = true});
  ReadResult read{.result = {}, .made_by = {}, .problems = tree.problems};
  if (!tree.whole) return read;
  Context context{tree.root};
  const Node root{&tree.root, context};
  read.made_by = root["converge"].text();
  if (root.is_object()) read.result = any_result(root);
  for (Problem& p : context.take()) read.problems.push_back(std::move(p));
  if (!read.problems.empty()) read.result.reset();
  return read;
}

}  // namespace converge::scenarios
