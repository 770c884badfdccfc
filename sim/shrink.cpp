#include "sim/shrink.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <utility>

#include "sim/time.hpp"

namespace converge::sim {

namespace {

using Deviations = std::vector<Deviation>;

class Shrinker {
 public:
  Shrinker(const std::vector<Question>& questions, const Found& found, const Fails& fails, std::uint64_t tries_most)
      : questions_{questions}, fails_{fails}, best_{found}, tries_most_{tries_most} {
    std::sort(best_.deviations.begin(), best_.deviations.end());
  }

  Shrunk shrink() {
    quiet_workload();
    without_families();
    quiet_workload();
    bool minimal = false;
    while (!minimal && !refused_) {
      without_stretches();
      const bool fewer = best_.deviations.size() > kMany && trade();
      milder();
      minimal = !fewer && each_is_needed();
    }
    return {best_, minimal, tries_};
  }

 private:
  static constexpr std::size_t kMany = 3;

  bool spent() const { return tries_ >= tries_most_; }

  bool fails(const Found& candidate) {
    refused_ = refused_ || spent();
    if (refused_) return false;
    ++tries_;
    return fails_(candidate);
  }

  // Takes the candidate if it still fails.
  bool accept(Found candidate) {
    if (!fails(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  bool accept(Deviations deviations) { return accept(Found{best_.workload, std::move(deviations)}); }

  void quiet_workload() {
    if (best_.workload != 0) accept(Found{0, best_.deviations});
  }

  // The largest first: durations of every checkpoint go before the one fault that matters.
  void without_families() {
    for (bool progress = true; progress && !spent();) {
      progress = false;
      std::map<QuestionId, std::size_t> sizes;
      for (const Deviation& d : best_.deviations) ++sizes[d.question];
      std::vector<std::pair<std::size_t, QuestionId>> families;
      for (const auto& [question, size] : sizes) families.emplace_back(size, question);
      std::sort(families.begin(), families.end(), std::greater<>{});
      for (const auto& family : families) {
        Deviations rest = best_.deviations;
        std::erase_if(rest, [&](const Deviation& d) { return d.question == family.second; });
        progress = accept(std::move(rest)) || progress;
      }
    }
  }

  void without_stretches() {
    for (std::size_t size = std::max<std::size_t>(1, best_.deviations.size() / 2); size >= 1 && !spent();) {
      bool removed = false;
      for (std::size_t from = 0; from < best_.deviations.size() && !spent();) {
        Deviations rest = best_.deviations;
        const auto begin = rest.begin() + static_cast<std::ptrdiff_t>(from);
        rest.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(size, rest.size() - from)));
        if (accept(std::move(rest))) {
          removed = true;
        } else {
          from += size;
        }
      }
      if (size > 1) {
        size /= 2;
      } else if (!removed) {
        break;
      }
    }
  }

  std::int64_t nominal_of(const Deviation& d) const { return nominal_answer(questions_[d.question], d.occurrence); }

  // The end of the range on the side where the answer is; beyond it only a given story goes.
  std::int64_t extreme_of(const Deviation& d) const {
    const Distribution& law = questions_[d.question].distribution;
    return d.answer > nominal_of(d) ? std::max(d.answer, most_of(law)) : std::min(d.answer, least_of(law));
  }

  // One answer at the end of its range for several that are not: fewer deviations tell a shorter story.
  bool trade() {
    const Found before = best_;
    for (std::size_t i = 0; i < before.deviations.size() && !spent(); ++i) {
      const Deviation& pushed = before.deviations[i];
      if (questions_[pushed.question].answers != AnswerKind::duration) continue;
      Found candidate = before;
      candidate.deviations[i].answer = extreme_of(pushed);
      if (candidate.deviations[i].answer == pushed.answer || !fails(candidate)) continue;
      best_ = candidate;
      without_stretches();
      if (best_.deviations.size() < before.deviations.size()) return true;
      best_ = before;
    }
    return false;
  }

  void milder() {
    for (std::size_t i = 0; i < best_.deviations.size() && !spent(); ++i) {
      switch (questions_[best_.deviations[i].question].answers) {
        case AnswerKind::duration: milder_duration(i); break;
        case AnswerKind::option: milder_option(i); break;
        case AnswerKind::bits: break;
      }
    }
  }

  bool accept_answer(std::size_t i, std::int64_t answer) {
    Deviations changed = best_.deviations;
    changed[i].answer = answer;
    return accept(std::move(changed));
  }

  void milder_option(std::size_t i) {
    for (std::int64_t answer = 1; answer < best_.deviations[i].answer; ++answer) {
      if (accept_answer(i, answer)) return;
    }
  }

  // The first distance from nominal that fails, by bisection, to the second; then the roundest figure at or beyond it.
  void milder_duration(std::size_t i) {
    const std::int64_t nominal = nominal_of(best_.deviations[i]);
    const std::int64_t found = best_.deviations[i].answer;
    const std::int64_t sign = found > nominal ? 1 : -1;
    std::int64_t passes = 0;
    while ((best_.deviations[i].answer - nominal) * sign - passes > seconds(1).us && !spent()) {
      const std::int64_t middle = passes + ((best_.deviations[i].answer - nominal) * sign - passes) / 2;
      if (!accept_answer(i, nominal + sign * middle)) passes = middle;
    }
    const std::int64_t answer = best_.deviations[i].answer;
    constexpr std::array units{days(1),     hours(6),   hours(1),    minutes(30),
                               minutes(10), minutes(1), seconds(10), seconds(1)};
    for (const Duration unit : units) {
      const std::int64_t round = sign > 0 ? (answer + unit.us - 1) / unit.us * unit.us : answer / unit.us * unit.us;
      if (round == answer) return;
      // No further than half as far again, and inside the range or what the found answer made of it.
      const std::int64_t far = (round - nominal) * sign;
      const Distribution& law = questions_[best_.deviations[i].question].distribution;
      if (round < std::min(least_of(law), found) || round > std::max(most_of(law), found)) continue;
      if (far > (answer - nominal) * sign * 3 / 2) continue;
      if (accept_answer(i, round)) return;
    }
  }

  // Takes each one away alone; what is not needed goes, and the answer is no. So it is when not all could be tried.
  bool each_is_needed() {
    bool needed = true;
    for (std::size_t i = 0; i < best_.deviations.size() && !refused_;) {
      Deviations rest = best_.deviations;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      if (accept(std::move(rest))) {
        needed = false;
      } else {
        ++i;
      }
    }
    if (best_.workload != 0 && accept(Found{0, best_.deviations})) needed = false;
    return needed && !refused_;
  }

  const std::vector<Question>& questions_;
  const Fails& fails_;
  Found best_;
  std::uint64_t tries_most_;
  std::uint64_t tries_ = 0;
  bool refused_ = false;  // something was not tried: what it would have said is not known
};

}  // namespace

Shrunk shrink(const std::vector<Question>& questions, const Found& found, const Fails& fails,
              std::uint64_t tries_most) {
  return Shrinker{questions, found, fails, tries_most}.shrink();
}

}  // namespace converge::sim
