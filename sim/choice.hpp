// A choice: one nondeterministic decision, named (actor, kind of choice, how many times this actor has faced this
// kind), with a nominal answer and a domain. The name does not depend on what else happened in the run, so an answer
// given to it in one run means the same in another.
//
// A model lists its questions once, when it is built; a choice is then a question's number and an occurrence. Answers
// are whole numbers: microseconds for a duration, the number of an option (0 is what happens on a quiet day), or 64
// random bits.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim/distribution.hpp"
#include "sim/hash.hpp"

namespace converge::sim {

enum class AnswerKind : std::uint8_t { duration, option, bits };

// One of several outcomes, drawn with a probability in parts per million; option 0 has what the others leave.
struct Option {
  std::string name;
  std::int32_t ppm = 0;

  bool operator==(const Option&) const = default;
};

struct Question {
  std::string actor;  // "flink/orders"
  std::string kind;   // "restore"
  AnswerKind answers = AnswerKind::duration;
  Distribution distribution;    // duration: in microseconds
  std::vector<Option> options;  // option: at least the quiet one
  bool fault = false;           // answers other than 0 are faults: counted, and listed in every verdict
  bool drawn = true;            // false: by nobody in truth (the order of a tie, a person's moment); in campaigns it is
  bool periodic = false;        // duration: an offset within a period, which is one more than the most

  std::uint64_t stream() const {  // the random stream of this question, by name and not by number
    Hasher h;
    h.add(actor);
    h.add(kind);
    return h.value();
  }
};

using QuestionId = std::uint16_t;

// A kind of fault that the scenario gives a probability.
bool declared_fault(const Question&);

// One way in which a fault strikes: an answer but the quiet one.
struct FaultOption {
  QuestionId question = 0;
  std::int64_t answer = 0;

  friend auto operator<=>(const FaultOption&, const FaultOption&) = default;
};

// All of them, in order. What is counted by fault is a list of this length.
std::vector<FaultOption> fault_options(const std::vector<Question>&);

// What a quiet day answers. Random bits have no quiet answer, so the nominal run draws them with seed 0.
std::int64_t nominal_answer(const Question&, std::uint32_t occurrence);

// What the law of the question gives under this seed: a pure function of (seed, question's name, occurrence).
std::int64_t sampled_answer(const Question&, std::uint64_t seed, std::uint32_t occurrence);
// The same, for those who ask often and keep the question's stream at hand.
std::int64_t sampled_answer(const Question&, std::uint64_t stream, std::uint64_t seed, std::uint32_t occurrence);

// Is this an answer that the question's domain allows?
bool allowed(const Question&, std::int64_t answer);

// "41 min", "fails before commit".
std::string answer_text(const Question&, std::int64_t answer);

// Who answers choices. Implementations live in sim/chooser.hpp; models see only this.
class Chooser {
 public:
  Chooser() = default;
  Chooser(const Chooser&) = delete;
  Chooser& operator=(const Chooser&) = delete;
  virtual ~Chooser() = default;
  virtual std::int64_t answer(QuestionId, std::uint32_t occurrence) = 0;
};

}  // namespace converge::sim
