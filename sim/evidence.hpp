// What a report shows beside a result: the plan as a graph, and runs that can be watched. Plain data: replaying makes
// it (models/playback.hpp), reports read it. Nothing here decides anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/time.hpp"
#include "sim/verdict.hpp"

namespace converge::sim {

// The rollout as a graph, the control plane's own steps in front.
struct PlanGraph {
  struct Step {
    std::string name;             // "deploy_flink"
    std::uint8_t stage = 0;       // as of a Phase
    std::optional<Window> takes;  // by the analytic bound; none where there is no bound
    bool critical = false;        // it decides when the layers agree at the latest
    std::optional<Duration> slack;
  };
  struct Edge {
    std::size_t before = 0;
    std::size_t after = 0;
    bool given = true;       // the scenario has it
    bool necessary = false;  // `orderings` found that no good order does without
    Grade needed_for = Grade::good;
    std::string because;
  };
  std::vector<Step> steps;
  std::vector<Edge> edges;
  std::string why_no_bound;  // without a critical path
};

// What one actor did in a run: stretches of time, and moments.
struct Lane {
  struct Span {
    // stands: down, stalled, refused; differs: a table whose rows are not the source's
    enum class Kind : std::uint8_t { works, waits, deploys, stands, differs };
    Instant from;
    Instant until;
    Kind kind = Kind::works;
    std::string what;  // "merge 41"
  };
  struct Mark {
    Instant at;
    std::string what;    // as the trace tells it
    bool fault = false;  // a declared fault struck
    bool bad = false;    // refused, stalled, lost, regressed
  };
  std::string actor;
  std::vector<Span> spans;  // in order, without overlap
  std::vector<Mark> marks;
};

// One figure of one system that time travel shows.
struct Gauge {
  enum class Unit : std::uint8_t { count, rows, duration, version, word };
  std::string system;  // "base table"
  std::string name;    // "rows null"
  Unit unit = Unit::count;
  std::vector<std::string> words;  // of the unit `word`: what each value means
};

struct Frame {
  Instant at;
  std::vector<std::int64_t> values;  // by gauge; microseconds where the unit is a duration
};

// One run to watch.
struct Playback {
  std::string label;     // "The usual run", "Counterexample: converged"
  std::string property;  // that it violates; empty: the usual run, or the worst case
  RunResult run;         // with its story
  std::vector<Lane> lanes;
  std::vector<Frame> frames;  // in order; each holds until the next. Thinned where there were too many
  bool thinned = false;
  std::optional<PointOfNoReturn> point;
  std::string replay;  // the command that plays it
};

// What a model keeps of the real system and leaves out, and where that is written.
struct Assumed {
  std::string model;
  std::string keeps;
  std::string leaves_out;
  std::vector<std::string> sources;
};

struct Evidence {
  std::string made_by;  // version whose result this is; another one replays only what has the same trace
  PlanGraph plan;
  std::vector<Gauge> gauges;        // of every playback
  std::vector<Playback> playbacks;  // the usual run first, then the counterexamples in their order, then the worst case
  std::vector<Assumed> assumed;
  std::vector<std::string> left_out;  // runs that come out otherwise here than the result says, and so are not shown
  std::string why_no_playback;        // where nothing could be replayed
};

using Result = std::variant<RunResult, CheckResult, ExploreResult, AdviseResult, OrderingsResult>;

struct Reported {
  std::string file;  // the result's; empty: it was made just now
  Result result;
  Evidence evidence;
};

}  // namespace converge::sim
