// A table of a page: a name, figures flush right under their heads, and paragraphs below.
#pragma once

#include <string>
#include <vector>

#include "reports/page.hpp"

namespace converge::reports {

// One line, and what stands below it.
struct Row {
  std::string lead{};  // a mark before the name, and a blank
  Style lead_style = Style::plain;
  std::string name{};  // fit to be shown
  Style style = Style::plain;
  std::vector<std::string> figures{};  // as many as there are heads
  std::vector<std::string> details{};  // paragraphs below; fit to be shown
};

void table(Page&, const std::vector<std::string>& heads, const std::vector<Row>& rows);

}  // namespace converge::reports
