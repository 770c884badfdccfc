// Each part of a deviation is looked up on its own, so that one reading of the problems mends all of them.
#include "sim/schedule.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "sim/time.hpp"
#include "sim/trace.hpp"

namespace converge::sim {
namespace {

using Part = Unresolved::Part;

std::vector<std::string> actors(const std::vector<Question>& questions) {
  std::vector<std::string> names;
  for (const Question& q : questions) {
    if (std::ranges::find(names, q.actor) == names.end()) names.push_back(q.actor);
  }
  return names;
}

std::vector<std::string> choices_of(std::string_view actor, const std::vector<Question>& questions) {
  std::vector<std::string> names;
  for (const Question& q : questions) {
    if (q.actor == actor) names.push_back(q.kind);
  }
  return names;
}

std::vector<std::string> names_of(const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options) names.push_back(option.name);
  return names;
}

std::optional<std::int64_t> parse_bits(std::string_view text) {
  std::uint64_t bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return static_cast<std::int64_t>(bits);
}

std::optional<std::int64_t> parse_answer(const Question& q, std::string_view text) {
  switch (q.answers) {
    case AnswerKind::duration: {
      const std::optional<Duration> d = parse_duration(text);
      return d ? std::optional(d->us) : std::nullopt;
    }
    case AnswerKind::option: {
      const auto option = std::ranges::find(q.options, text, &Option::name);
      return option != q.options.end() ? std::optional<std::int64_t>(option - q.options.begin()) : std::nullopt;
    }
    case AnswerKind::bits: return parse_bits(text);
  }
  assert(false && "every kind returns above");
  return std::nullopt;
}

std::string expected_answer(const Question& q) {
  switch (q.answers) {
    case AnswerKind::duration: return "a duration, such as 41m, 30h or PT41M";
    case AnswerKind::option: return "one of this choice's options";
    case AnswerKind::bits: return "a whole number from 0 to 18446744073709551615";
  }
  assert(false && "every kind returns above");
  return {};
}

// The question that the deviation names, and its answer; what is missing of them is among the problems.
struct Reading {
  const NamedDeviation& given;
  std::size_t place;
  const std::vector<Question>& questions;
  std::vector<Unresolved>& problems;

  void report(Part part, std::string found, std::string expected, std::vector<std::string> candidates = {}) const {
    problems.push_back({place, part, std::move(found), std::move(expected), std::move(candidates)});
  }

  std::optional<QuestionId> question() const {
    const auto found = std::ranges::find_if(
        questions, [this](const Question& q) { return q.actor == given.actor && q.kind == given.choice; });
    if (found != questions.end()) return static_cast<QuestionId>(found - questions.begin());
    std::vector<std::string> choices = choices_of(given.actor, questions);
    if (choices.empty()) {
      report(Part::actor, given.actor, "an actor that faces choices", actors(questions));
    } else {
      report(Part::choice, given.choice, "a choice of " + given.actor, std::move(choices));
    }
    return std::nullopt;
  }

  std::optional<std::uint32_t> occurrence() const {
    if (given.occurrence >= 1) return given.occurrence - 1;
    report(Part::occurrence, "0", "1 for the first time, 2 for the second, and so on");
    return std::nullopt;
  }

  std::optional<std::int64_t> answer(const Question& q) const {
    const std::optional<std::int64_t> parsed = parse_answer(q, given.answer);
    if (!parsed) report(Part::answer, given.answer, expected_answer(q), names_of(q.options));
    return parsed;
  }
};

}  // namespace

Resolved resolve(const Schedule& schedule, const std::vector<Question>& questions) {
  Resolved resolved;
  std::set<std::pair<QuestionId, std::uint32_t>> seen;
  for (std::size_t i = 0; i < schedule.deviations.size(); ++i) {
    const NamedDeviation& given = schedule.deviations[i];
    const Reading reading{given, i, questions, resolved.problems};
    const std::optional<QuestionId> q = reading.question();
    const std::optional<std::uint32_t> occurrence = reading.occurrence();
    const std::optional<std::int64_t> answer = q ? reading.answer(questions[*q]) : std::nullopt;
    const bool again = q && occurrence && !seen.insert({*q, *occurrence}).second;
    if (again) {
      reading.report(
          Part::whole,
          "another answer to " + given.choice + " " + std::to_string(given.occurrence) + " of " + given.actor,
          "one answer to each choice");
    }
    if (answer && occurrence && !again) resolved.deviations.push_back({*q, *occurrence, *answer});
  }
  return resolved;
}

NamedDeviation name(const Deviation& d, const std::vector<Question>& questions) {
  const Question& q = questions[d.question];
  assert(allowed(q, d.answer));
  NamedDeviation named{.actor = q.actor, .choice = q.kind, .occurrence = d.occurrence + 1, .answer = {}};
  switch (q.answers) {
    case AnswerKind::duration: named.answer = iso8601(Duration{d.answer}); break;
    case AnswerKind::option: named.answer = q.options[static_cast<std::size_t>(d.answer)].name; break;
    case AnswerKind::bits: named.answer = std::to_string(static_cast<std::uint64_t>(d.answer)); break;
  }
  return named;
}

std::unique_ptr<Chooser> elsewhere(const Schedule& s, const std::vector<Question>& questions) {
  if (s.seed) return std::make_unique<SampledChooser>(questions, *s.seed, s.swarm);
  return std::make_unique<NominalChooser>(questions, s.workload.value_or(0));
}

std::vector<Deviation> deviations_from_nominal(const Record& record, const std::vector<Question>& questions) {
  std::vector<Deviation> all;
  for (const Answered& a : record.answers) {
    if (a.answer != nominal_answer(questions[a.question], a.occurrence)) {
      all.push_back({a.question, a.occurrence, a.answer});
    }
  }
  return all;
}

}  // namespace converge::sim
