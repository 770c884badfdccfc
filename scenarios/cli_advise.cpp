// `converge advise`: the analytic bound against the window, and what must change, or may, in the scenario's figures.
#include <fmt/format.h>

#include "models/advise.hpp"

#include "models/bound.hpp"
#include "models/explore.hpp"
#include "reports/advise_json.hpp"
#include "reports/advise_text.hpp"
#include "scenarios/cli_input.hpp"
#include "scenarios/cli_options.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/cli_report.hpp"
#include "scenarios/progress.hpp"
#include "scenarios/scenario.hpp"

namespace converge::scenarios {

Exit advise(const Options& o) {
  spare(o, o.file);
  const Loaded loaded = load(o.file);
  if (!loaded.parsed.scenario) return refuse(o, "advise", loaded.file, loaded.text, loaded.parsed.problems);
  const Scenario& scenario = *loaded.parsed.scenario;
  const models::Given given = models::with_given(scenario.pipeline, scenario.given);

  const Stopwatch stopwatch;
  catch_interrupts();
  models::AdviseOptions options;
  options.faults = o.advise_faults + given.forced;
  if (o.advise_deviations) {
    const models::Bounds bounds{
        .cut = {.negligible = sim::minutes(1), .faults = static_cast<std::uint16_t>(options.faults)},
        .deviations = static_cast<std::uint16_t>(*o.advise_deviations)};
    options.judge = {
        .name = fmt::format("exploring every schedule with at most {} unusual answers", *o.advise_deviations),
        .latest = [bounds](const models::PipelineConfig& config) {
          return models::worst_convergence(models::Pipeline{config}, bounds);
        }};
  }
  options.go_on = [&] { return !interrupted() && !stopwatch.beyond(o.time_limit); };
  sim::AdviseResult r = models::advise(given.config, options);
  r.file = loaded.file;
  r.title = scenario.title;
  r.scenario = loaded.text;
  r.fingerprint = scenario.fingerprint;
  write_reports(o, r);
  if (o.json) {
    put(o, reports::json(r));
  } else {
    put(o, o.quiet ? r.sentence + "\n" : reports::text(r, terminal(o)));
  }
  return exit_code(r.outcome);
}

}  // namespace converge::scenarios
