#include "reports/table.hpp"

#include <algorithm>
#include <cstddef>

namespace converge::reports {
namespace {

constexpr std::size_t detail_indent = 6;
constexpr std::size_t name_columns_min = 12;

}  // namespace

void table(Page& page, const std::vector<std::string>& heads, const std::vector<Row>& rows) {
  std::vector<std::size_t> columns;
  for (const std::string& head : heads) columns.push_back(display_width(head));
  std::size_t lead = 0;
  std::size_t name = 0;
  for (const Row& row : rows) {
    lead = std::max(lead, display_width(row.lead));
    name = std::max(name, display_width(row.name));
    for (std::size_t i = 0; i < heads.size(); ++i) columns[i] = std::max(columns[i], display_width(row.figures[i]));
  }
  std::size_t figures = 0;
  for (const std::size_t c : columns) figures += 2 + c;
  // Where no name would fit beside its figures, they go below it.
  const std::size_t taken = 2 + lead + figures;
  const bool beside = taken + std::min(name, name_columns_min) <= page.terminal.columns;
  const std::size_t room = page.terminal.columns - 2 - lead - (beside ? figures : 0);
  name = std::min({name, room, name_columns_max});
  const std::size_t before = beside ? 2 + lead + name : 2;

  std::string line(before, ' ');
  for (std::size_t i = 0; i < heads.size(); ++i) line += "  " + pad_left(heads[i], columns[i]);
  page.line(page.paint(Style::faint, line));
  for (const Row& row : rows) {
    line = "  " + page.paint(row.lead_style, row.lead);
    line += page.paint(row.style, pad_right(cut(page.terminal, row.name, name), name));
    if (!beside) {
      page.line(line);
      line.assign(before, ' ');
    }
    for (std::size_t i = 0; i < heads.size(); ++i) {
      line += "  " +
              page.paint(row.style == Style::strong ? Style::plain : row.style, pad_left(row.figures[i], columns[i]));
    }
    page.line(line);
    for (const std::string& detail : row.details) {
      page.paragraph(std::string(detail_indent, ' '), detail_indent, Style::plain, detail);
    }
  }
}

}  // namespace converge::reports
