#include "sim/worst.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

#include "sim/hash.hpp"
#include "sim/random.hpp"
#include "sim/schedule.hpp"

namespace converge::sim {

namespace {

constexpr std::size_t kWorstKept = 8;
constexpr std::size_t kNewKept = 64;
constexpr std::uint64_t kRecent = 16;
constexpr std::size_t kSeldom = 8;

// How the answers to one question come, where no single one is set.
struct Family {
  enum class From : std::uint8_t { nominal, least, most, law };
  From from = From::nominal;
  std::uint64_t seed = 0;
};

using Choice = std::pair<QuestionId, std::uint32_t>;  // and its occurrence
using Kept = std::vector<std::vector<std::int64_t>>;  // by question, the answers to its first occurrences

struct Candidate {
  std::uint64_t workload = 0;  // seed of all random bits
  std::vector<Family> families;
  std::map<Choice, std::int64_t> single;
  std::shared_ptr<const Kept> kept;  // comes before the families; null: nothing
};

class CandidateChooser final : public Chooser {
 public:
  CandidateChooser(const std::vector<Question>& questions, const Candidate& candidate, unsigned faults_most)
      : questions_{questions}, candidate_{candidate}, faults_left_{faults_most} {
    for (const Question& q : questions) streams_.push_back(q.stream());
    for (const auto& [choice, answer] : candidate.single) {
      if (has_single_.size() <= choice.first) has_single_.resize(choice.first + std::size_t{1});
      has_single_[choice.first] = true;
    }
  }

  std::int64_t answer(QuestionId q, std::uint32_t occurrence) override {
    const std::int64_t wanted = wants(q, occurrence);
    if (!questions_[q].fault || wanted == 0) return wanted;
    if (faults_left_ == 0) return 0;
    --faults_left_;
    return wanted;
  }

 private:
  std::int64_t wants(QuestionId q, std::uint32_t occurrence) const {
    if (q < has_single_.size() && has_single_[q]) {
      const auto found = candidate_.single.find({q, occurrence});
      if (found != candidate_.single.end()) return found->second;
    }
    if (candidate_.kept && occurrence < (*candidate_.kept)[q].size()) return (*candidate_.kept)[q][occurrence];
    const Question& question = questions_[q];
    if (question.answers == AnswerKind::bits) {
      return sampled_answer(question, streams_[q], candidate_.workload, occurrence);
    }
    const Family& family = candidate_.families[q];
    switch (family.from) {
      case Family::From::nominal: return nominal_answer(question, occurrence);
      case Family::From::least: return least_of(question.distribution);
      case Family::From::most: return most_of(question.distribution);
      case Family::From::law: return sampled_answer(question, streams_[q], family.seed, occurrence);
    }
    assert(false);
    return 0;
  }

  const std::vector<Question>& questions_;
  const Candidate& candidate_;
  std::vector<std::uint64_t> streams_;
  std::vector<bool> has_single_;  // by question: spares the look-up for the many that have none
  unsigned faults_left_;
};

// A candidate and what came of it.
struct Known {
  Candidate candidate;
  Tried tried;
  std::vector<std::vector<Instant>> asked;  // by question, when
  std::vector<Instant> fresh;               // when it reached what no try before it had
};

bool worse(const Tried& a, const Tried& b) {
  if (a.violated != b.violated) return a.violated;
  return a.margin < b.margin;
}

class Search {
 public:
  Search(const std::vector<Question>& questions, const Try& attempt, const WorstOptions& options)
      : questions_{questions}, try_{attempt}, options_{options} {
    for (QuestionId q = 0; q < questions.size(); ++q) {
      const Question& question = questions[q];
      if (question.answers == AnswerKind::duration && question.distribution.least < question.distribution.most) {
        durations_.push_back(q);
      }
      if (question.answers != AnswerKind::option) continue;
      for (std::size_t i = 1; i < question.options.size(); ++i) {
        if (question.options[i].ppm > 0) faults_.emplace_back(q, static_cast<std::int64_t>(i));
      }
    }
    for (std::size_t i = 0; i < kStrategies; ++i) {
      turns_.insert(turns_.end(), options.weights[i], static_cast<Strategy>(i));
    }
    assert(!turns_.empty());
  }

  Worst run() {
    Worst result;
    for (std::uint64_t n = 1; n <= options_.tries; ++n) {
      if (n > 1 && options_.go_on && !options_.go_on(n - 1)) break;
      Bits bits{options_.seed, hash_of("worst"), n};
      Strategy strategy = Strategy::sampled;
      Candidate candidate = nominal();
      if (n > 1) {
        strategy = turns_[below(turns_.size(), bits)];
        candidate = propose(strategy, bits);
      }
      CandidateChooser chooser{questions_, candidate, options_.faults_most};
      Tried tried = try_(chooser);
      Known known{std::move(candidate), std::move(tried), {}, {}};
      StrategyProgress& progress = result.progress[static_cast<std::size_t>(strategy)];
      if (n > 1) ++progress.tries;
      result.tries = n;
      const bool improved = n == 1 || worse(known.tried, worst_.front()->tried);
      if (improved) {
        if (n > 1) ++progress.worse;
        result.margin = known.tried.margin;
        result.violated = known.tried.violated;
        result.found_by_try = n;
        result.found_by = strategy;
        result.deviations = deviations_from_nominal({.notes = {}, .answers = known.tried.answers}, questions_);
      }
      const bool violated = known.tried.violated;
      if (violated && !result.violated_by_try) result.violated_by_try = n;
      if (learn(std::move(known)) && n > 1) ++progress.newly;
      if (violated && options_.stops_at_violation) break;
    }
    result.features = seen_.size();
    return result;
  }

 private:
  using From = Family::From;

  Candidate nominal() const {
    Candidate c;
    c.families.resize(questions_.size());
    return c;
  }

  // Keeps it if it is among the worst, or reached something new: true.
  bool learn(Known known) {
    known.asked.resize(questions_.size());
    for (const Answered& a : known.tried.answers) known.asked[a.question].push_back(a.at);
    for (const Reached& r : known.tried.reached) {
      if (seen_.insert(r.feature).second) known.fresh.push_back(r.at);
    }
    const bool newly = !known.fresh.empty();
    const auto shared = std::make_shared<const Known>(std::move(known));
    if (!usual_) usual_ = shared;
    if (newly) {
      if (new_.size() == kNewKept) new_.erase(new_.begin());
      new_.push_back(shared);
    }
    // One of each margin, so that the pool does not fill with copies of one schedule.
    const auto place = std::find_if(worst_.begin(), worst_.end(),
                                    [&](const auto& other) { return !worse(other->tried, shared->tried); });
    const bool there = place != worst_.end() && !worse(shared->tried, (*place)->tried);
    if (!there) worst_.insert(place, shared);
    if (worst_.size() > kWorstKept) worst_.pop_back();
    return newly;
  }

  Candidate propose(Strategy strategy, Bits& bits) {
    switch (strategy) {
      case Strategy::sampled: return sampled(bits);
      case Strategy::extremes: return extremes(bits);
      case Strategy::mutated: return mutated(one_of_the_worst(bits), bits);
      case Strategy::explored: return mutated(one_of_the_new(bits), bits);
      case Strategy::forked: return forked(below(2, bits) == 0 ? one_of_the_worst(bits) : one_of_the_new(bits), bits);
    }
    assert(false);
    return nominal();
  }

  const Known& one_of_the_worst(Bits& bits) const { return *worst_[below(worst_.size(), bits)]; }
  // The newest know ways that were tried least.
  const Known& one_of_the_new(Bits& bits) const {
    if (new_.empty()) return one_of_the_worst(bits);
    const std::uint64_t recent = below(2, bits) == 0 ? std::min<std::uint64_t>(kRecent, new_.size()) : new_.size();
    return *new_[new_.size() - 1 - below(recent, bits)];
  }

  Candidate sampled(Bits& bits) const {
    Candidate c = nominal();
    c.workload = bits.next();
    const std::uint64_t seed = bits.next();
    for (QuestionId q = 0; q < questions_.size(); ++q) {
      const bool off = questions_[q].fault && below(2, bits) == 0;
      if (!off) c.families[q] = {From::law, seed};
    }
    return c;
  }

  void redraw_family(Candidate& c, QuestionId q, Bits& bits) const {
    switch (below(6, bits)) {
      case 0: c.families[q] = {From::least, 0}; break;
      case 1:
      case 2: c.families[q] = {From::most, 0}; break;
      case 3: c.families[q] = {}; break;
      default: c.families[q] = {From::law, bits.next()}; break;
    }
  }

  // Most of them over drawn durations, which meet at other moments each time, and so find what is narrow; the others
  // over the usual ones. Some families go to their ends, to find what is far.
  Candidate extremes(Bits& bits) const {
    Candidate c = nominal();
    if (below(4, bits) == 0) c.workload = bits.next();
    const bool drawn = below(4, bits) != 0;
    const std::uint64_t seed = bits.next();
    for (const QuestionId q : durations_) {
      if (drawn) c.families[q] = {From::law, seed};
      if (below(2, bits) == 0) redraw_family(c, q, bits);
    }
    const Known& usual = *usual_;
    // A fault mostly falls near the one before it: many a harm takes two of them at once.
    std::optional<Instant> near;
    for (std::uint64_t n = some_faults(bits); n > 0; --n) {
      near = add_fault(c, usual, near, bits);
    }
    for (std::uint64_t n = below(3, bits); n > 0; --n) add_duration(c, usual, near, bits);
    return c;
  }

  // The better of two draws: most bugs need a fault, and few are hidden by one too many.
  std::uint64_t some_faults(Bits& bits) const {
    const std::uint64_t one = below(options_.faults_most + std::uint64_t{1}, bits);
    return std::max(one, below(options_.faults_most + std::uint64_t{1}, bits));
  }

  // An occurrence of the question in that run: any, or the first one since something began, or since `near`.
  std::uint32_t place(QuestionId q, const Known& known, std::optional<Instant> near, Bits& bits) const {
    const std::vector<Instant>& asked = known.asked[q];
    if (asked.empty()) return 0;
    if (near && below(4, bits) != 0) return since(asked, *near, bits);
    if (below(2, bits) == 0) return static_cast<std::uint32_t>(below(asked.size(), bits));
    return since(asked, moment(known, bits), bits);
  }

  // When something began in that run; the more often, something that no try before it had reached.
  static Instant moment(const Known& known, Bits& bits) {
    if (!known.fresh.empty() && below(2, bits) == 0) return known.fresh[below(known.fresh.size(), bits)];
    const std::vector<Reached>& reached = known.tried.reached;
    return reached.empty() ? Instant{} : reached[below(reached.size(), bits)].at;
  }

  static std::uint32_t since(const std::vector<Instant>& asked, Instant when, Bits& bits) {
    constexpr std::array<std::int64_t, 8> beside{0, 0, 0, 0, 1, 1, 2, -1};
    auto index = static_cast<std::int64_t>(std::lower_bound(asked.begin(), asked.end(), when) - asked.begin());
    const auto last = static_cast<std::int64_t>(asked.size()) - 1;
    index += beside[below(beside.size(), bits)];
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(index, 0, last));
  }

  // When it will happen, as far as that run tells.
  std::optional<Instant> add_fault(Candidate& c, const Known& known, std::optional<Instant> near, Bits& bits) const {
    if (faults_.empty()) return near;
    const auto [q, option] = faults_[below(faults_.size(), bits)];
    const std::uint32_t occurrence = place(q, known, near, bits);
    c.single[{q, occurrence}] = option;
    const std::vector<Instant>& asked = known.asked[q];
    return occurrence < asked.size() ? std::optional{asked[occurrence]} : near;
  }

  void add_duration(Candidate& c, const Known& known, std::optional<Instant> near, Bits& bits) const {
    if (durations_.empty()) return;
    const QuestionId q = some_family(known, bits);
    const std::uint32_t occurrence = place(q, known, near, bits);
    c.single[{q, occurrence}] = some_duration(q, occurrence, known, bits);
  }

  // As often as not one that is asked seldom: a single answer of those decides more.
  QuestionId some_family(const Known& known, Bits& bits) const {
    const QuestionId any = durations_[below(durations_.size(), bits)];
    if (below(2, bits) == 0) return any;
    std::vector<QuestionId> seldom;
    for (const QuestionId q : durations_) {
      if (!known.asked[q].empty() && known.asked[q].size() <= kSeldom) seldom.push_back(q);
    }
    return seldom.empty() ? any : seldom[below(seldom.size(), bits)];
  }

  // An end of its range, any of it, or so long that it is over when something else happens: races are won and lost by
  // little, so the difference is as often microseconds as minutes.
  std::int64_t some_duration(QuestionId q, std::uint32_t occurrence, const Known& known, Bits& bits) const {
    const Distribution& d = questions_[q].distribution;
    const std::int64_t span = most_of(d) - least_of(d);
    switch (below(8, bits)) {
      case 0: return least_of(d);
      case 1:
      case 2: return most_of(d);
      case 3:
      case 4: return least_of(d) + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(span) + 1, bits));
      default: break;
    }
    const Instant from = occurrence < known.asked[q].size() ? known.asked[q][occurrence] : Instant{};
    const Instant first = from + Duration{least_of(d)};
    const Instant last = from + Duration{most_of(d)};
    const std::optional<Instant> when = below(2, bits) == 0 ? one_between(known.tried.answers, first, last, bits)
                                                            : one_between(known.tried.reached, first, last, bits);
    if (!when) return most_of(d);
    const auto off = static_cast<std::int64_t>(below(std::uint64_t{1} << below(30, bits), bits));  // up to 18 min
    const std::int64_t answer = (*when - from).us + (below(2, bits) == 0 ? off : -off);
    return std::clamp(answer, least_of(d), most_of(d));
  }

  template <class T>
  static std::optional<Instant> one_between(const std::vector<T>& all, Instant first, Instant last, Bits& bits) {
    const auto before = [](const T& one, Instant t) { return one.at < t; };
    const auto begin = std::lower_bound(all.begin(), all.end(), first, before);
    const auto end = std::lower_bound(begin, all.end(), last, before);
    if (begin == end) return std::nullopt;
    return (begin + static_cast<std::ptrdiff_t>(below(static_cast<std::uint64_t>(end - begin), bits)))->at;
  }

  Candidate mutated(const Known& known, Bits& bits) const {
    Candidate c = known.candidate;
    std::optional<Instant> near = of_a_single(known, bits);
    do {
      switch (below(8, bits)) {
        case 0:
        case 1:
        case 2:
          make_room(c, bits);
          near = add_fault(c, known, near, bits);
          break;
        case 3: add_duration(c, known, near, bits); break;
        case 4: remove_single(c, bits); break;
        case 5: move_single(c, known, bits); break;
        case 6:
          if (!durations_.empty()) redraw_family(c, durations_[below(durations_.size(), bits)], bits);
          break;
        default: take_singles(c, below(2, bits) == 0 ? one_of_the_worst(bits) : one_of_the_new(bits), bits); break;
      }
    } while (below(2, bits) == 0);
    return c;
  }

  // One fault more would be one too many: an earlier one goes first.
  void make_room(Candidate& c, Bits& bits) const {
    std::vector<Choice> faults;
    for (const auto& [choice, answer] : c.single) {
      if (questions_[choice.first].fault) faults.push_back(choice);
    }
    if (!faults.empty() && faults.size() >= options_.faults_most) c.single.erase(faults[below(faults.size(), bits)]);
  }

  // When one of its single answers was given; as often as not, none.
  static std::optional<Instant> of_a_single(const Known& known, Bits& bits) {
    const auto& single = known.candidate.single;
    if (single.empty() || below(2, bits) == 0) return std::nullopt;
    const Choice choice = std::next(single.begin(), static_cast<std::ptrdiff_t>(below(single.size(), bits)))->first;
    const std::vector<Instant>& asked = known.asked[choice.first];
    return choice.second < asked.size() ? std::optional{asked[choice.second]} : std::nullopt;
  }

  static void remove_single(Candidate& c, Bits& bits) {
    if (c.single.empty()) return;
    c.single.erase(std::next(c.single.begin(), static_cast<std::ptrdiff_t>(below(c.single.size(), bits))));
  }

  // To an occurrence nearby; a duration may take another value instead.
  void move_single(Candidate& c, const Known& known, Bits& bits) const {
    if (c.single.empty()) return;
    const auto from = std::next(c.single.begin(), static_cast<std::ptrdiff_t>(below(c.single.size(), bits)));
    const auto [choice, answer] = *from;
    c.single.erase(from);
    const bool fault = questions_[choice.first].answers == AnswerKind::option;
    if (!fault && below(2, bits) == 0) {
      c.single[choice] = some_duration(choice.first, choice.second, known, bits);
      return;
    }
    const std::uint64_t far = std::uint64_t{1} << below(6, bits);
    const std::int64_t step = 1 + static_cast<std::int64_t>(below(far, bits));
    const std::int64_t to = std::int64_t{choice.second} + (below(2, bits) == 0 ? step : -step);
    c.single[{choice.first, static_cast<std::uint32_t>(std::max<std::int64_t>(0, to))}] = answer;
  }

  static void take_singles(Candidate& c, const Known& other, Bits& bits) {
    for (const auto& [choice, answer] : other.candidate.single) {
      if (below(2, bits) == 0) c.single[choice] = answer;
    }
  }

  Candidate forked(const Known& known, Bits& bits) const {
    const std::vector<Reached>& reached = known.tried.reached;
    std::optional<Instant> when = known.tried.fell_at;
    if (!reached.empty() && (!when || below(2, bits) == 0)) when = reached[below(reached.size(), bits)].at;
    if (!when) return mutated(known, bits);
    Kept kept(questions_.size());
    for (const Answered& a : known.tried.answers) {
      if (a.at < *when) kept[a.question].push_back(a.answer);
    }
    Candidate c = extremes(bits);
    std::erase_if(c.single, [&](const auto& s) { return s.first.second < kept[s.first.first].size(); });
    c.workload = known.candidate.workload;
    c.kept = std::make_shared<const Kept>(std::move(kept));
    add_fault_after(c, known, *when, bits);
    return c;
  }

  void add_fault_after(Candidate& c, const Known& known, Instant when, Bits& bits) const {
    if (faults_.empty() || below(2, bits) == 0) return;
    const auto [q, option] = faults_[below(faults_.size(), bits)];
    const std::vector<Instant>& asked = known.asked[q];
    const auto first = static_cast<std::uint32_t>(std::lower_bound(asked.begin(), asked.end(), when) - asked.begin());
    c.single[{q, first + static_cast<std::uint32_t>(below(8, bits))}] = option;
  }

  const std::vector<Question>& questions_;
  const Try& try_;
  WorstOptions options_;
  std::vector<QuestionId> durations_;                        // that have a range
  std::vector<std::pair<QuestionId, std::int64_t>> faults_;  // that are declared, option by option
  std::vector<Strategy> turns_;
  std::set<std::uint64_t> seen_;                     // features
  std::shared_ptr<const Known> usual_;               // the nominal run
  std::vector<std::shared_ptr<const Known>> worst_;  // the worst first
  std::vector<std::shared_ptr<const Known>> new_;    // that reached something new, the newest last
};

}  // namespace

std::string_view name(Strategy s) {
  switch (s) {
    case Strategy::sampled: return "sampled";
    case Strategy::extremes: return "extremes";
    case Strategy::mutated: return "mutated";
    case Strategy::explored: return "explored";
    case Strategy::forked: return "forked";
  }
  assert(false);
  return "?";
}

Worst worst(const std::vector<Question>& questions, const Try& attempt, const WorstOptions& options) {
  return Search{questions, attempt, options}.run();
}

}  // namespace converge::sim
