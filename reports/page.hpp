// The page while it is written: lines and paragraphs for one terminal, and the glyphs that it can show.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "reports/terminal.hpp"

namespace converge::reports {

// In the timeline, and in the list of properties.
inline constexpr std::size_t name_columns_max = 26;  // "discount: alter_base_table"

// Every glyph that is not ASCII has a stand-in.
struct Glyphs {
  std::string_view runs, left_half, right_half, waits, failed, line, agreed, agreed_from, disagreed;
  std::string_view axis, tick, axis_line;
  std::array<std::string_view, 8> levels;
  std::string_view dot;
};

const Glyphs& glyphs(const Terminal&);

struct Page {
  const Terminal& terminal;
  const Glyphs& glyphs;
  std::string out;

  void line(std::string_view text = {});
  std::string paint(Style style, std::string_view text) const;
  std::string safe(std::string_view text) const;
  // A paragraph whose later lines begin under its first letter. `lead` is `indent` wide, but for its escape sequences.
  void paragraph(std::string_view lead, std::size_t indent, Style style, std::string_view text,
                 std::size_t lines_max = 12);
  void heading(std::string_view text);
};

}  // namespace converge::reports
