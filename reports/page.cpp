// Every line goes through Page::line(), so that none ends in a blank.
#include "reports/page.hpp"

namespace converge::reports {
namespace {

constexpr Glyphs unicode{
    "█", "▌", "▐", "·", "✗", "│", "━", "┣", "≠", "─", "┬", "┼", {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "·"};
constexpr Glyphs ascii{
    "#", "#", "#", ".", "x", "|", "=", "=", "!", "-", "+", "+", {".", ":", "-", "=", "+", "*", "#", "@"}, "-"};

}  // namespace

const Glyphs& glyphs(const Terminal& terminal) { return terminal.utf8 ? unicode : ascii; }

void Page::line(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  out.append(text).append("\n");
}

std::string Page::paint(Style style, std::string_view text) const { return reports::paint(terminal, style, text); }

std::string Page::safe(std::string_view text) const { return printable(terminal, text); }

void Page::paragraph(std::string_view lead, std::size_t indent, Style style, std::string_view text,
                     std::size_t lines_max) {
  bool first = true;
  for (const std::string& part : wrap(terminal, text, terminal.columns - indent, lines_max)) {
    line((first ? std::string(lead) : std::string(indent, ' ')) + paint(style, part));
    first = false;
  }
}

void Page::heading(std::string_view text) {
  line();
  paragraph("", 0, Style::strong, text);
}

}  // namespace converge::reports
