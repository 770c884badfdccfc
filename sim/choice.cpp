#include "sim/choice.hpp"

#include <algorithm>
#include <cassert>

#include "sim/random.hpp"
#include "sim/time.hpp"

namespace converge::sim {

namespace {

constexpr std::int32_t kMillion = 1'000'000;

std::int64_t sampled_option(const std::vector<Option>& options, std::uint64_t seed, std::uint64_t stream,
                            std::uint32_t occurrence) {
  std::int32_t total = 0;
  for (std::size_t i = 1; i < options.size(); ++i) total += options[i].ppm;
  if (total == 0) return 0;  // declared, and never drawn: most faults of most scenarios
  Bits bits{seed, stream, occurrence};
  auto left = static_cast<std::int64_t>(below(kMillion, bits));
  for (std::size_t i = 1; i < options.size(); ++i) {
    left -= options[i].ppm;
    if (left < 0) return static_cast<std::int64_t>(i);
  }
  return 0;
}

}  // namespace

bool declared_fault(const Question& q) {
  return q.fault && std::any_of(q.options.begin(), q.options.end(), [](const Option& o) { return o.ppm > 0; });
}

std::vector<FaultOption> fault_options(const std::vector<Question>& questions) {
  std::vector<FaultOption> all;
  for (std::size_t q = 0; q < questions.size(); ++q) {
    if (!questions[q].fault) continue;
    for (std::size_t i = 1; i < questions[q].options.size(); ++i) {
      all.push_back({static_cast<QuestionId>(q), static_cast<std::int64_t>(i)});
    }
  }
  return all;
}

std::int64_t nominal_answer(const Question& q, std::uint32_t occurrence) {
  switch (q.answers) {
    case AnswerKind::duration: return nominal(q.distribution);
    case AnswerKind::option: return 0;
    case AnswerKind::bits: return static_cast<std::int64_t>(draw64(0, q.stream(), occurrence));
  }
  assert(false);
  return 0;
}

std::int64_t sampled_answer(const Question& q, std::uint64_t seed, std::uint32_t occurrence) {
  return sampled_answer(q, q.stream(), seed, occurrence);
}

std::int64_t sampled_answer(const Question& q, std::uint64_t stream, std::uint64_t seed, std::uint32_t occurrence) {
  switch (q.answers) {
    case AnswerKind::duration: {
      Bits bits{seed, stream, occurrence};
      return sample(q.distribution, bits);
    }
    case AnswerKind::option: return sampled_option(q.options, seed, stream, occurrence);
    case AnswerKind::bits: return static_cast<std::int64_t>(draw64(seed, stream, occurrence));
  }
  assert(false);
  return 0;
}

bool allowed(const Question& q, std::int64_t answer) {
  switch (q.answers) {
    case AnswerKind::duration: return answer >= 0;  // beyond the usual range is allowed: a story may be extreme
    case AnswerKind::option: return answer >= 0 && answer < static_cast<std::int64_t>(q.options.size());
    case AnswerKind::bits: return true;
  }
  return false;
}

std::string answer_text(const Question& q, std::int64_t answer) {
  switch (q.answers) {
    case AnswerKind::duration: return text(Duration{answer});
    case AnswerKind::option:
      return allowed(q, answer) ? q.options[static_cast<std::size_t>(answer)].name : std::string{"?"};
    case AnswerKind::bits: return "draw " + std::to_string(static_cast<std::uint64_t>(answer));
  }
  return {};
}

}  // namespace converge::sim
