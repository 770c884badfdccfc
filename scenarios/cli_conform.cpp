// `converge conform`: the models beside recordings of the real systems.
#include <algorithm>
#include <filesystem>

#include "reports/conform.hpp"
#include "scenarios/cli_input.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/progress.hpp"
#include "scenarios/recorded/conform.hpp"
#include "scenarios/recorded/recordings.hpp"

namespace converge::scenarios {

namespace {

namespace fs = std::filesystem;

constexpr const char* kForm = "a folder of recordings (*.jsonl, *.jsonl.gz), or of such folders";

// The first of these that is none of those.
const std::string* stranger(const std::vector<std::string>& asked, const std::vector<std::string>& met) {
  const auto found = std::find_if(asked.begin(), asked.end(), [&](const std::string& name) {
    return std::find(met.begin(), met.end(), name) == met.end();
  });
  return found == asked.end() ? nullptr : &*found;
}

Exit no_such(const Options& o, const char* flag, const std::string& name, const std::vector<std::string>& met) {
  return refuse(o, "conform", flag, {},
                {{.found = in_quotes(name), .expected = one_of(met), .hint = did_you_mean(name, met)}});
}

}  // namespace

Exit conform(const Options& o) {
  fs::path folder = o.conform.recordings;
  if (folder.empty()) {
    const std::optional<fs::path> kept = recorded::kept_recordings();
    if (!kept) {
      return refuse(o, "conform", "--recordings", {},
                    {{.found = "no folder, and no tests/recordings above the program or here", .expected = kForm}});
    }
    folder = *kept;
  }
  const std::string shown = folder.string();
  if (recorded::find_recordings(folder).empty()) {
    std::error_code ignored;
    const char* found = fs::exists(folder, ignored) ? "no recordings in it" : "no such folder";
    return refuse(o, "conform", shown, {}, {{.found = found, .expected = kForm}});
  }

  const Stopwatch stopwatch;
  Progress progress{!o.quiet};
  catch_interrupts();
  bool whole = true;
  recorded::Conformed done =
      recorded::conform({folder, o.conform.systems, o.conform.groups, o.conform.explain}, [&](std::uint64_t cases) {
        progress.cases(cases);
        whole = !interrupted();
        return whole;
      });
  progress.clear();
  for (const recorded::Bad& bad : done.bad) refuse(o, "conform", bad.file, bad.text, {bad.problem});
  if (!done.bad.empty()) return Exit::wrong_input;
  if (const std::string* name = stranger(o.conform.systems, done.systems)) {
    return no_such(o, "--system", *name, done.systems);
  }
  if (const std::string* name = stranger(o.conform.groups, done.groups)) {
    return no_such(o, "--group", *name, done.groups);
  }
  if (!o.conform.explain.empty()) {
    if (!done.told) {
      return refuse(o, "conform", "--explain", {},
                    {{.found = in_quotes(o.conform.explain), .expected = "the id of a case in " + shown}});
    }
    put(o, o.json ? reports::json(*done.told) : reports::text(*done.told, terminal(o)));
    return done.told->answer == sim::ConformCase::Answer::disagrees ? Exit::violated : Exit::holds;
  }
  sim::ConformResult& r = done.result;
  if (o.timing) r.cases_per_s = static_cast<double>(r.cases()) / std::max(stopwatch.seconds(), 1e-9);
  if (o.json) {
    put(o, reports::json(r));
  } else {
    put(o, o.quiet ? reports::sentence(r) + "\n" : reports::text(r, terminal(o)));
  }
  if (r.disagree() > 0) return Exit::violated;
  return whole ? Exit::holds : Exit::no_verdict;
}

}  // namespace converge::scenarios
