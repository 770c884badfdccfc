// Do the models agree with recordings of the real systems? The result of `converge conform`, as plain data.
//
// Floating point is for how many cases a second were compared, which decides nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace converge::sim {

// Why a recorded case is not asked of a model: what the model leaves out on purpose. Each model's header lists its own.
struct OutOfScope {
  std::string_view reason;  // a few words: the key of the counts
  std::string_view why;     // one sentence
};

struct ConformGroup {
  static constexpr std::size_t disagreements_most = 100;

  std::string name;  // the file's, without its ending
  std::uint64_t cases = 0;
  std::uint64_t agree = 0;
  std::uint64_t disagree = 0;
  std::uint64_t out_of_scope = 0;
  std::map<std::string, std::uint64_t> reasons;  // of those out of scope: how many for each
  std::vector<std::string> disagreements;        // ids, at most so many
};

struct ConformSystem {
  std::string name;
  std::string version;  // of the real system; empty: the recordings do not say
  std::vector<ConformGroup> groups;
};

struct ConformResult {
  std::vector<ConformSystem> systems;
  std::optional<double> cases_per_s;

  std::uint64_t cases() const;
  std::uint64_t agree() const;
  std::uint64_t disagree() const;
  std::uint64_t out_of_scope() const;
};

// One case step by step, for --explain.
struct ConformCase {
  enum class Answer : std::uint8_t { agrees, disagrees, out_of_scope };
  struct Line {
    enum class Kind : std::uint8_t { step, same, differs };
    Kind kind = Kind::step;
    std::string what;      // of a step: what is done; else what is compared
    std::string recorded;  // as JSON
    std::string modelled;
  };

  std::string system;
  std::string group;
  std::string id;
  Answer answer = Answer::agrees;
  std::string reason;  // out of scope, or what differs first
  std::string why;
  std::vector<Line> lines;
};

}  // namespace converge::sim
