// What shrinking leaves of the same failing schedules, and what it costs in runs: RapidCheck's way with a container,
// and ours. The schedules are vectors that RapidCheck draws; the usual answer is their least, so that both head for it.
// A second table takes sampled schedules as a campaign finds them, every answer a deviation.
#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "models/run.hpp"
#include "scenarios/json_text.hpp"
#include "scenarios/scenario.hpp"
#include "sim/shrink.hpp"

namespace {

using namespace converge;

constexpr std::uint64_t kTriesMost = 5'000;

// A deviation as it is drawn: a choice, and how far its answer is from the usual one.
struct Draw {
  int question = 0;
  int occurrence = 0;
  int option = 0;
  std::int64_t later = 0;  // for durations, in seconds

  bool operator==(const Draw&) const = default;
};

std::vector<sim::Deviation> deviations(const std::vector<Draw>& draws, const std::vector<sim::Question>& questions) {
  std::vector<sim::Deviation> all;
  for (const Draw& d : draws) {
    const auto id = static_cast<sim::QuestionId>(d.question);
    const auto occurrence = static_cast<std::uint32_t>(d.occurrence);
    const sim::Question& q = questions[id];
    const std::int64_t nominal = sim::nominal_answer(q, occurrence);
    const bool known = std::any_of(all.begin(), all.end(), [&](const sim::Deviation& other) {
      return other.question == id && other.occurrence == occurrence;
    });
    if (known || q.answers == sim::AnswerKind::bits) continue;
    const std::int64_t answer = q.answers == sim::AnswerKind::duration
                                    ? nominal + sim::seconds(d.later).us
                                    : d.option % static_cast<std::int64_t>(q.options.size());
    if (answer != nominal) all.push_back({id, occurrence, answer});
  }
  return all;
}

rc::Gen<std::vector<Draw>> any_draws(int questions) {
  const auto among = [](auto most) {
    return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(decltype(most){0}, most));
  };
  return rc::gen::container<std::vector<Draw>>(rc::gen::build<Draw>(
      rc::gen::set(&Draw::question, among(questions)),
      rc::gen::set(&Draw::occurrence, rc::gen::oneOf(among(3), among(300))), rc::gen::set(&Draw::option, among(4)),
      rc::gen::set(&Draw::later, rc::gen::oneOf(among(std::int64_t{3'600}), among(std::int64_t{36 * 3'600})))));
}

struct Left {
  std::size_t deviations = 0;
  std::uint64_t runs = 0;
};

// As RapidCheck shrinks a failing test: the first smaller value that fails is taken, until none does.
template <class T, class StillFails>
Left greedy(rc::Shrinkable<T> failing, const StillFails& still_fails, T& least) {
  Left left;
  for (bool found = true; found && left.runs < kTriesMost;) {
    found = false;
    auto smaller = failing.shrinks();
    for (auto next = smaller.next(); next && left.runs < kTriesMost; next = smaller.next()) {
      ++left.runs;
      if (!still_fails(next->value())) continue;
      failing = *next;
      found = true;
      break;
    }
  }
  least = failing.value();
  return left;
}

struct Question {
  const char* scenario;
  const char* property;
  bool given;  // with the answers that the scenario fixes
};

class Subject {
 public:
  explicit Subject(const Question& asked)
      : parsed_{scenarios::parse(
            scenarios::read_file(fmt::format("{}/scenarios/{}.json", CONVERGE_SOURCE_DIR, asked.scenario)).text)},
        model_{parsed_.scenario.value().pipeline} {
    if (asked.given) given_ = parsed_.scenario->given;
    const auto all = models::properties(model_, run({}).world.state);
    while (all.at(property_).name != asked.property) ++property_;
  }

  models::Run run(const sim::Found& found) const {
    sim::NominalChooser nominal{model_.questions(), found.workload};
    sim::ReplayedChooser given{nominal, given_};
    sim::ReplayedChooser chooser{given, found.deviations};
    return models::run(model_, chooser, models::Recording::off);
  }
  bool fails(const sim::Found& found) const {
    return !models::properties(model_, run(found).world.state)[property_].holds;
  }
  sim::Found sampled(std::uint64_t seed) const {
    sim::SampledChooser drawn{model_.questions(), seed};
    sim::ReplayedChooser chooser{drawn, given_};
    const models::Run run = models::run(model_, chooser, models::Recording::on);
    sim::Found found{seed, sim::deviations_from_nominal(run.record, model_.questions())};
    std::erase_if(found.deviations, [&](const sim::Deviation& d) {
      return model_.questions()[d.question].answers == sim::AnswerKind::bits;
    });
    return found;
  }
  const std::vector<sim::Question>& questions() const { return model_.questions(); }

 private:
  scenarios::Parsed parsed_;
  models::Pipeline model_;
  std::vector<sim::Deviation> given_;
  std::size_t property_ = 0;
};

template <class T>
T median(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? T{} : values[values.size() / 2];
}

struct Column {
  std::vector<std::size_t> left;
  std::vector<std::uint64_t> runs;
  void add(const Left& l) {
    left.push_back(l.deviations);
    runs.push_back(l.runs);
  }
  std::string text() const {
    return fmt::format("{:>6} {:>6} {:>8} {:>8}", median(left), *std::max_element(left.begin(), left.end()),
                       median(runs), *std::max_element(runs.begin(), runs.end()));
  }
};

void row(const Question& asked, const std::string& name, const std::vector<std::size_t>& from, const Column& theirs,
         const Column& ours) {
  if (from.empty()) return;  // nothing failed
  fmt::print("{:<28} {:<12} {:<10} {:>4} {:>6}   {}   {}\n", asked.scenario, asked.property, name, from.size(),
             median(from), theirs.text(), ours.text());
  std::fflush(stdout);  // a row may take a minute
}

void drawn(const Question& asked, const Subject& subject, int failing_most) {
  const auto gen = any_draws(static_cast<int>(subject.questions().size()));
  std::vector<std::size_t> from;
  Column theirs;
  Column ours;
  for (std::uint64_t i = 0; i < 400 && static_cast<int>(from.size()) < failing_most; ++i) {
    const auto shrinkable = gen(rc::Random{i}, 100);
    const auto of = [&](const std::vector<Draw>& d) { return sim::Found{0, deviations(d, subject.questions())}; };
    const sim::Found found = of(shrinkable.value());
    if (!subject.fails(found)) continue;
    from.push_back(found.deviations.size());
    std::vector<Draw> least;
    Left left = greedy(shrinkable, [&](const std::vector<Draw>& d) { return subject.fails(of(d)); }, least);
    left.deviations = of(least).deviations.size();
    theirs.add(left);
    const sim::Shrunk s =
        sim::shrink(subject.questions(), found, [&](const sim::Found& f) { return subject.fails(f); }, kTriesMost);
    ours.add({s.schedule.deviations.size(), s.tries});
  }
  row(asked, "drawn", from, theirs, ours);
}

void sampled(const Question& asked, const Subject& subject, int failing_most) {
  std::vector<std::size_t> from;
  Column theirs;
  Column ours;
  for (std::uint64_t seed = 0; seed < 300 && static_cast<int>(from.size()) < failing_most; ++seed) {
    const sim::Found found = subject.sampled(seed);
    if (!subject.fails(found)) continue;
    from.push_back(found.deviations.size());
    using Deviations = std::vector<sim::Deviation>;
    const auto towards_usual = [&](const sim::Deviation& d) {
      const std::int64_t usual = sim::nominal_answer(subject.questions()[d.question], d.occurrence);
      return rc::seq::map(rc::shrink::towards(d.answer, usual),
                          [d](std::int64_t answer) { return sim::Deviation{d.question, d.occurrence, answer}; });
    };
    const auto shrinkable = rc::shrinkable::shrinkRecur(found.deviations, [&](const Deviations& d) {
      return rc::seq::concat(rc::shrink::removeChunks(d), rc::shrink::eachElement(d, towards_usual));
    });
    Deviations least;
    Left left = greedy(shrinkable, [&](const Deviations& d) { return subject.fails({found.workload, d}); }, least);
    left.deviations = least.size();
    theirs.add(left);
    const sim::Shrunk s =
        sim::shrink(subject.questions(), found, [&](const sim::Found& f) { return subject.fails(f); }, kTriesMost);
    ours.add({s.schedule.deviations.size(), s.tries});
  }
  row(asked, "sampled", from, theirs, ours);
}

}  // namespace

int main() {
  constexpr Question questions[]{{"add-column-three-phase", "converged", true},
                                 {"add-column-three-phase", "fresh", true},
                                 {"flink-down-past-retention", "no-row-lost", false},
                                 {"two-changes-queued", "converged", true},
                                 {"widen-int-to-long", "readable", true}};
  fmt::print("at most {} runs each; medians and the most over the failing schedules\n", kTriesMost);
  fmt::print("{:<28} {:<12} {:<10} {:>4} {:>6}   {:^31}   {:^31}\n", "", "", "", "", "", "RapidCheck", "ours");
  fmt::print("{:<28} {:<12} {:<10} {:>4} {:>6}   {:>6} {:>6} {:>8} {:>8}   {:>6} {:>6} {:>8} {:>8}\n", "scenario",
             "property", "schedules", "n", "from", "left", "most", "runs", "most", "left", "most", "runs", "most");
  for (const Question& asked : questions) {
    const Subject subject{asked};
    if (subject.fails({})) continue;
    drawn(asked, subject, 10);
    sampled(asked, subject, 2);
  }
}
