// What a terminal can show, and text that is fit for it: escaped, measured in columns, cut, wrapped and coloured.
//
// Nothing here looks at the process or its environment. The program says what it found there, so the same report comes
// out of a test, a pipe and a screen when they are told the same. Colour only ever adds escape sequences: the letters
// stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace converge::reports {

inline constexpr std::size_t columns_usual = 80;
inline constexpr std::size_t columns_min = 60;
inline constexpr std::size_t columns_max = 120;  // longer lines are tiresome to read

struct Terminal {
  bool colour = false;
  bool utf8 = true;
  std::size_t columns = columns_usual;
};

// What the program found around it. A variable that is not set is nullopt.
struct Surroundings {
  bool is_terminal = false;                     // standard output
  bool no_color_flag = false;                   // --no-color
  std::size_t columns = 0;                      // as the terminal reports them; 0 when it does not
  std::optional<std::string> no_color{};        // NO_COLOR
  std::optional<std::string> clicolor_force{};  // CLICOLOR_FORCE
  std::optional<std::string> term{};            // TERM
  std::optional<std::string> lc_all{};          // LC_ALL, LC_CTYPE and LANG, the first that is not empty
  std::optional<std::string> lc_ctype{};
  std::optional<std::string> lang{};
};

// The flag and NO_COLOR outrank CLICOLOR_FORCE, and that outranks what the terminal is. A pipe gets 80 columns.
Terminal terminal(const Surroundings&);

enum class Style : std::uint8_t { plain, strong, faint, good, bad, warning, blue, magenta, cyan, green, yellow, red };

// The text in that style where the terminal has colours, and the text alone where it has not.
std::string paint(const Terminal&, Style, std::string_view text);

// The text as it may be shown: what would move the cursor, hide or reorder is escaped ("\x1b", "\u202e"), and so are
// broken bytes, piled-up accents and, on a terminal without UTF-8, all that is not ASCII.
std::string printable(const Terminal&, std::string_view text);

// The columns that a text takes which printable() has made: two for a wide character, none for an accent.
std::size_t display_width(std::string_view text);

// The text cut to so many columns, with an ellipsis where something is missing.
std::string cut(const Terminal&, std::string_view text, std::size_t columns);

// Padded with spaces to so many columns; a longer text is left as it is.
std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);

// The text in lines of at most so many columns, broken between words where that is possible. At least one line; when
// there would be more than `lines_max`, the last one ends in an ellipsis.
std::vector<std::string> wrap(const Terminal&, std::string_view text, std::size_t columns, std::size_t lines_max = 12);

}  // namespace converge::reports
