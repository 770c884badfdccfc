// What a command line asks for, as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/time.hpp"

namespace converge::scenarios {

// 0 all properties hold; 1 a property is violated; 2 the input or usage is wrong; 3 no verdict, or a vacuous one; 4 our
// fault.
enum class Exit : int { holds = 0, violated = 1, wrong_input = 2, no_verdict = 3, our_fault = 4 };

// of `orderings`
struct OrderingsFlags {
  bool free = false;             // the scenario's edges are dropped
  std::string trigger;           // the step that the backfill comes directly behind
  std::uint64_t most = 5'040;    // orders judged
  std::string dot;               // a file for Graphviz
  bool no_variants = false;      // no other guards, instants and triggers are tried
  std::uint64_t deviations = 1;  // every schedule of an order with so many unusual answers; 0: drawn ones alone
};

struct Options {
  std::string file;                // scenario, or schedule of `replay`
  std::vector<std::string> files;  // of `validate`
  std::optional<std::uint64_t> seed;
  bool swarm = false;  // with a seed: whole kinds of fault are switched off
  bool json = false;
  bool quiet = false;
  bool no_color = false;
  bool trace = false;
  // of `check`
  std::optional<std::uint64_t> schedules;
  std::optional<sim::Duration> time_limit;
  unsigned jobs = 0;  // threads; 0: as many as the machine has
  std::optional<double> until_sure;
  double confidence = 0.95;
  std::optional<std::uint64_t> rare;  // runs for an estimate by splitting
  std::string resume;
  std::string junit;
  bool no_files = false;  // no schedule is saved
  bool timing = false;
  bool expect = false;

  // of `worst`
  std::uint64_t tries = 2'000;
  std::uint64_t faults = 3;
  std::string property = "converged";

  // of `explore`
  struct Explore {
    std::optional<sim::Duration> resolution;
    sim::Duration negligible = sim::minutes(1);
    std::optional<std::uint64_t> faults;
    std::optional<std::uint64_t> deviations;
    std::uint64_t states = 100'000'000;  // at most
    std::uint64_t memory_mb = 0;         // at most; 0: half of the machine's
    bool no_reduction = false;
    bool fingerprint = false;
    bool probability = false;
  } explore;
  // of `advise`
  std::uint64_t advise_faults = 1;
  std::optional<std::uint64_t> advise_deviations;  // confirmed by exploring so far
  OrderingsFlags orderings;

  // of `conform`
  struct Conform {
    std::string recordings;  // the folder; empty: the set kept with the sources
    std::vector<std::string> systems;
    std::vector<std::string> groups;
    std::string explain;  // this case alone, step by step
  } conform;

  bool explain = false;             // of `replay`: the point of no return
  std::vector<std::string> actors;  // of the trace; none: all
  std::vector<std::string>
      reports;                      // files that a report of the result is written to, each in the format of its ending
  std::string format;               // of `report`; empty: by the ending of `output`
  bool fail_on_regression = false;  // of `report`
  std::string output;               // a file instead of standard output
  std::string save;                 // where the schedule of this run, or the folder of those of `check`, is written
  std::string scenario;             // of `replay`: instead of the file that the schedule names
  bool reference = false;           // of `schema`: the reference page instead
};

Exit run(const Options&);
Exit replay(const Options&);
Exit check(const Options&);
Exit worst(const Options&);
Exit explore(const Options&);
Exit advise(const Options&);
Exit orderings(const Options&);
Exit report(const Options&);
Exit conform(const Options&);
Exit validate(const Options&);
Exit schema(const Options&);

}  // namespace converge::scenarios
