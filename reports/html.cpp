// Not written yet: the page says so, and shows no result.
#include "reports/report.hpp"

namespace converge::reports {

std::string html(std::span<const sim::Reported>) {
  return "<!doctype html><title>converge</title><p>This version writes no HTML reports yet.</p>\n";
}

}  // namespace converge::reports
