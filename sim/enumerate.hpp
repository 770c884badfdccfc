// The chooser that gives every answer in turn: one piece of work is done again and again, each time under the next
// sequence of answers, until all have been given.
//
// Which answers a choice has is cut to a few (Cut): the usual one first, and it is the first that is tried. Answers but
// the first may cost something of a Budget: a fault one of its faults, and any of them one of its deviations. With
// nothing left a choice has its usual answer alone.
#pragma once

#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "sim/choice.hpp"
#include "sim/chooser.hpp"

namespace converge::sim {

// The answers of one question that are tried.
struct Cut {
  std::vector<std::int64_t> answers;  // the usual one first; none: it is left to `elsewhere`
  bool fault = false;                 // the others are faults
};

struct Budget {
  static constexpr std::uint16_t no_end = std::numeric_limits<std::uint16_t>::max();  // of either: is not counted
  std::uint16_t faults = 0;                                                           // left
  std::uint16_t deviations = no_end;  // answers other than the usual one, faults among them

  bool operator==(const Budget&) const = default;
  friend auto fields(const Budget& b) { return std::tie(b.faults, b.deviations); }
};

// A choice that had more than one answer.
struct Branch {
  QuestionId question = 0;
  std::uint16_t taken = 0;  // place in Cut::answers
  std::uint16_t of = 0;     // how many there were

  bool operator==(const Branch&) const = default;
};

class EnumeratedChooser final : public Chooser {
 public:
  // `elsewhere` answers questions that are not cut, and those choices in `fixed`, whatever is cut there.
  EnumeratedChooser(const std::vector<Cut>& cuts, Chooser& elsewhere, const std::vector<Deviation>& fixed = {});

  void begin(const Budget&);  // the first sequence of answers of another piece of work
  bool next();                // the next sequence; false: that was the last

  std::int64_t answer(QuestionId q, std::uint32_t occurrence) override;

  // Of the sequence under way, as far as it was asked.
  bool branched() const { return asked_ > 0; }
  const std::vector<Branch>& branches() const { return branches_; }
  const Budget& left() const { return left_; }

 private:
  const std::vector<Cut>& cuts_;
  ReplayedChooser elsewhere_;
  std::vector<Deviation> fixed_;  // sorted
  std::vector<Branch> branches_;
  std::size_t asked_ = 0;
  Budget start_;
  Budget left_;
};

}  // namespace converge::sim
