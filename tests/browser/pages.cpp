// Writes pages for the browser tests into a folder: results made by hand, of each kind, compared, and hostile ones.
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "reports/report.hpp"
#include "tests/support/reported.hpp"

int main(int argc, char** argv) {
  using namespace converge;
  if (argc != 2) return 2;
  const std::filesystem::path folder{argv[1]};
  const auto write = [&](std::string_view name, const std::vector<sim::Reported>& all) {
    std::ofstream{folder / name, std::ios::binary} << reports::html(all);
  };
  write("made-run.html", {support::reported_run()});
  write("made-check.html", {support::reported_campaign()});
  write("made-explore.html", {support::reported_exploration()});
  write("made-advise.html", {support::reported_advice()});
  write("made-orderings.html", {support::reported_orderings()});
  write("made-comparison.html", {support::reported_run(), support::reported_campaign()});
  write("made-hostile.html", {support::hostile_reported()});
  return 0;
}
