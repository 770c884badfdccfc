// The trace of a run: every event, choice and note, in order, folded into a 64-bit hash; and kept in full when a Record
// is attached. The hash alone costs a few nanoseconds an event, so it is always on.
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/choice.hpp"
#include "sim/fields.hpp"
#include "sim/time.hpp"

namespace converge::sim {

// What a model wants told: what happened, to whom, with up to three figures. The model that made it knows its words.
struct Note {
  Instant at;
  std::uint16_t actor = 0;
  std::uint16_t kind = 0;
  std::int64_t a = 0;
  std::int64_t b = 0;
  std::int64_t c = 0;

  bool operator==(const Note&) const = default;
  friend auto fields(const Note& n) { return std::tie(n.at, n.actor, n.kind, n.a, n.b, n.c); }
};

struct Answered {
  Instant at;
  QuestionId question = 0;
  std::uint32_t occurrence = 0;
  std::int64_t answer = 0;

  bool operator==(const Answered&) const = default;
};

// The whole story, for those who want to read it.
struct Record {
  std::vector<Note> notes;
  std::vector<Answered> answers;
};

class Trace {
 public:
  explicit Trace(Record* record = nullptr) : record_{record} {}

  template <class Event>
  void event(Instant at, const Event& e) {
    hasher_.add(static_cast<std::uint64_t>(at.us));
    hash_into(hasher_, e);
    ++events_;
  }
  void answered(Instant at, QuestionId q, std::uint32_t occurrence, std::int64_t answer) {
    hasher_.add((std::uint64_t{q} << 32U) | occurrence);
    hasher_.add(static_cast<std::uint64_t>(answer));
    if (record_ != nullptr) record_->answers.push_back({at, q, occurrence, answer});
  }
  void note(const Note& n) {
    hash_into(hasher_, n);
    if (record_ != nullptr) record_->notes.push_back(n);
  }

  std::uint64_t hash() const { return hasher_.value(); }
  std::uint64_t events() const { return events_; }

 private:
  Hasher hasher_;
  std::uint64_t events_ = 0;
  Record* record_;
};

}  // namespace converge::sim
