// The one style and the one script of a page: reports/assets/report.css and report.js, put into the program when it is
// built (reports/assets/embed.cmake).
#pragma once

#include <string_view>

namespace converge::reports {

struct Asset {
  std::string_view text;
  std::string_view sha256;  // 64 hex digits
};

extern const Asset report_css;
extern const Asset report_js;

}  // namespace converge::reports
