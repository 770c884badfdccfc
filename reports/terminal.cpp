// Reading UTF-8 strictly, escaping what is not safe to show, and measuring the rest.
#include "reports/terminal.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace converge::reports {
namespace {

constexpr std::size_t accents_max = 3;  // on one letter; no language needs more

using Range = std::pair<char32_t, char32_t>;

// Characters that move the cursor, hide, or reorder the text around them.
constexpr std::array<Range, 10> harmful{{{0x00, 0x1F},
                                         {0x7F, 0x9F},
                                         {0xAD, 0xAD},
                                         {0x061C, 0x061C},
                                         {0x180E, 0x180E},
                                         {0x200B, 0x200F},
                                         {0x2028, 0x202E},
                                         {0x2060, 0x206F},
                                         {0xFEFF, 0xFEFF},
                                         {0xE0000, 0xE01EF}}};

// They sit on the letter before them. The common scripts; a mark that is missing here only leaves a column too much.
constexpr std::array<Range, 12> accents{{{0x0300, 0x036F},
                                         {0x0483, 0x0489},
                                         {0x0591, 0x05BD},
                                         {0x0610, 0x061A},
                                         {0x064B, 0x065F},
                                         {0x093A, 0x094D},
                                         {0x0E31, 0x0E3A},
                                         {0x1AB0, 0x1AFF},
                                         {0x1DC0, 0x1DFF},
                                         {0x20D0, 0x20FF},
                                         {0xFE00, 0xFE0F},
                                         {0xFE20, 0xFE2F}}};

// East Asian wide and fullwidth characters, and the emoji that terminals draw over two columns.
constexpr std::array<Range, 23> wide{
    {{0x1100, 0x115F}, {0x231A, 0x231B}, {0x2329, 0x232A}, {0x23E9, 0x23EC},   {0x25FD, 0x25FE},  {0x2614, 0x2615},
     {0x2648, 0x2653}, {0x26A1, 0x26A1}, {0x2705, 0x2705}, {0x2728, 0x2728},   {0x274C, 0x274C},  {0x2753, 0x2757},
     {0x2795, 0x2797}, {0x2B1B, 0x2B1C}, {0x2E80, 0x303E}, {0x3041, 0xA4CF},   {0xA960, 0xA97C},  {0xAC00, 0xD7A3},
     {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0x1F000, 0x1FAFF}, {0x20000, 0x3FFFD}}};

// What to write for the punctuation that our own sentences may use, where only ASCII can be shown.
constexpr std::array<std::pair<char32_t, std::string_view>, 13> in_ascii{{{0xA0, " "},
                                                                          {0xB7, "-"},
                                                                          {0xD7, "x"},
                                                                          {0x2013, "-"},
                                                                          {0x2014, "-"},
                                                                          {0x2018, "'"},
                                                                          {0x2019, "'"},
                                                                          {0x201C, "\""},
                                                                          {0x201D, "\""},
                                                                          {0x2026, "..."},
                                                                          {0x2192, "->"},
                                                                          {0x2264, "<="},
                                                                          {0x2265, ">="}}};

bool in(std::span<const Range> ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& r) { return r.first <= c && c <= r.second; });
}

struct Character {
  std::string_view bytes;
  char32_t code = 0;
  bool valid = false;
};

// The character that a text starts with; a byte that starts none is one that is not valid. The text is not empty.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {text.substr(0, 1), lead, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const Character broken{text.substr(0, 1), lead, false};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return broken;
  char32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return broken;
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least[length] || code > 0x10FFFF || surrogate) return broken;
  return {text.substr(0, length), code, true};
}

Character take_character(std::string_view& rest) {
  const Character c = first_character(rest);
  rest.remove_prefix(c.bytes.size());
  return c;
}

std::size_t width(const Character& c) {
  if (!c.valid || c.code < 0x300) return 1;
  return in(accents, c.code) ? 0 : in(wide, c.code) ? 2 : 1;
}

std::string escaped(const Character& c) {
  if (c.code == '\n' && c.valid) return "\\n";
  if (c.code == '\r' && c.valid) return "\\r";
  if (c.code == '\t' && c.valid) return "\\t";
  const auto code = static_cast<std::uint32_t>(c.code);
  if (!c.valid || code < 0x80) return fmt::format("\\x{:02x}", code);
  return code < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
}

// As much of the text as leaves room for an ellipsis, and the ellipsis.
std::string with_ellipsis(const Terminal& t, std::string_view text, std::size_t columns) {
  const std::string_view ellipsis = t.utf8 ? "…" : "...";
  const std::size_t room = columns - std::min(columns, display_width(ellipsis));
  std::string out;
  for (std::size_t used = 0; !text.empty();) {
    const Character c = take_character(text);
    used += width(c);
    if (used > room) break;
    out += c.bytes;
  }
  while (out.ends_with(' ')) out.pop_back();
  return columns < display_width(ellipsis) ? out : out.append(ellipsis);
}

bool is_set(const std::optional<std::string>& variable) { return variable && !variable->empty(); }

bool names_utf8(std::string locale) {
  std::ranges::transform(locale, locale.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

std::string_view sgr(Style style) {
  switch (style) {
    case Style::plain: return "";
    case Style::strong: return "1";
    case Style::faint: return "2";
    case Style::good: return "1;32";
    case Style::bad: return "1;31";
    case Style::warning: return "1;33";
    case Style::blue: return "34";
    case Style::magenta: return "35";
    case Style::cyan: return "36";
    case Style::green: return "32";
    case Style::yellow: return "33";
    case Style::red: return "31";
  }
  return "";
}

}  // namespace

Terminal terminal(const Surroundings& s) {
  Terminal t;
  const bool forced = is_set(s.clicolor_force) && *s.clicolor_force != "0";
  const bool able = s.is_terminal && s.term != "dumb";
  t.colour = !s.no_color_flag && !is_set(s.no_color) && (forced || able);
  t.utf8 = false;
  for (const auto* locale : {&s.lc_all, &s.lc_ctype, &s.lang}) {
    if (!is_set(*locale)) continue;
    t.utf8 = names_utf8(**locale);
    break;
  }
  if (s.is_terminal && s.columns != 0) t.columns = std::clamp(s.columns, columns_min, columns_max);
  return t;
}

std::string paint(const Terminal& t, Style style, std::string_view text) {
  // Blanks at the ends stay outside, where whoever trims a line finds them.
  const std::size_t first = text.find_first_not_of(' ');
  if (!t.colour || style == Style::plain || first == std::string_view::npos) return std::string(text);
  const std::size_t end = text.find_last_not_of(' ') + 1;
  return fmt::format("{}\x1b[{}m{}\x1b[0m{}", text.substr(0, first), sgr(style), text.substr(first, end - first),
                     text.substr(end));
}

std::string printable(const Terminal& t, std::string_view text) {
  std::string out;
  std::size_t piled = 0;
  while (!text.empty()) {
    const Character c = take_character(text);
    const bool accent = c.valid && width(c) == 0;
    piled = accent ? piled + 1 : 0;
    const auto* ascii = std::ranges::find(in_ascii, c.code, &std::pair<char32_t, std::string_view>::first);
    if (!c.valid || in(harmful, c.code) || piled > accents_max) {
      out += escaped(c);
    } else if (t.utf8 || c.code < 0x80) {
      out += c.bytes;
    } else if (ascii != in_ascii.end()) {
      out += ascii->second;
    } else {
      out += escaped(c);
    }
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) columns += width(take_character(text));
  return columns;
}

std::string cut(const Terminal& t, std::string_view text, std::size_t columns) {
  return display_width(text) <= columns ? std::string(text) : with_ellipsis(t, text, columns);
}

std::string pad_right(std::string_view text, std::size_t columns) {
  const std::size_t used = display_width(text);
  return std::string(text) + std::string(columns - std::min(columns, used), ' ');
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::size_t used = display_width(text);
  return std::string(columns - std::min(columns, used), ' ') + std::string(text);
}

std::vector<std::string> wrap(const Terminal& t, std::string_view text, std::size_t columns, std::size_t lines_max) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  while (!text.empty() && lines.size() <= lines_max) {
    const std::size_t space = text.find(' ');
    std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (word.empty()) continue;
    const std::size_t word_width = display_width(word);
    if (used != 0 && used + 1 + word_width > columns) {
      lines.emplace_back();
      used = 0;
    }
    if (used != 0) {
      lines.back() += ' ';
      ++used;
    }
    while (!word.empty()) {
      const Character c = take_character(word);
      if (used + width(c) > columns && used != 0) {
        lines.emplace_back();
        used = 0;
        if (lines.size() > lines_max) break;
      }
      lines.back() += c.bytes;
      used += width(c);
    }
  }
  if (lines.size() <= lines_max) return lines;
  lines.resize(lines_max);
  if (!lines.empty()) lines.back() = with_ellipsis(t, lines.back(), columns);
  return lines;
}

}  // namespace converge::reports
