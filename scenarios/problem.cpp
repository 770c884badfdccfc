// Showing problems: escaping, the source line with its caret, and the name that was probably meant.
#include "scenarios/problem.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

namespace converge::scenarios {
namespace {

constexpr std::size_t shown_max = 50;
constexpr std::size_t quoted_characters_max = 60;
constexpr std::size_t field_characters_max = 600;   // of a path, a found or an expected
constexpr std::size_t source_characters_max = 110;  // of a source line, so that it fits beside its number
constexpr std::size_t source_before_caret = 70;
constexpr std::size_t tab_width = 4;
constexpr std::size_t name_length_max = 64;  // a longer name is not compared: the cost grows with the square
constexpr std::size_t listed_max = 24;

std::string hex(std::uint32_t value, std::size_t digits) {
  constexpr std::string_view symbols = "0123456789abcdef";
  std::string out(digits, '0');
  for (std::size_t i = digits; i-- > 0; value >>= 4U) out[i] = symbols[value & 0xFU];
  return out;
}

// The code point of a character that utf8_length() has measured.
std::uint32_t code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])); };
  switch (character.size()) {
    case 1: return byte(0);
    case 2: return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
    case 3: return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
    default: return (byte(0) & 0x07U) << 18U | (byte(1) & 0x3FU) << 12U | (byte(2) & 0x3FU) << 6U | (byte(3) & 0x3FU);
  }
}

// Characters that move the cursor, hide, or reorder the text around them.
bool harmful(std::uint32_t c) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 9> ranges{{{0x00, 0x1F},
                                                                           {0x7F, 0x9F},
                                                                           {0xAD, 0xAD},
                                                                           {0x061C, 0x061C},
                                                                           {0x200B, 0x200F},
                                                                           {0x2028, 0x202E},
                                                                           {0x2060, 0x206F},
                                                                           {0xFEFF, 0xFEFF},
                                                                           {0xE0000, 0xE007F}}};
  return std::any_of(ranges.begin(), ranges.end(), [c](const auto& r) { return r.first <= c && c <= r.second; });
}

// The first character of the text as it is shown, and the bytes it takes. The text is not empty.
std::pair<std::string, std::size_t> shown_character(std::string_view text) {
  const std::size_t length = utf8_length(text);
  if (length == 0) return {"\\x" + hex(static_cast<unsigned char>(text[0]), 2), 1};
  const std::uint32_t c = code_point(text.substr(0, length));
  if (!harmful(c)) return {std::string(text.substr(0, length)), length};
  switch (c) {
    case '\n': return {"\\n", length};
    case '\r': return {"\\r", length};
    case '\t': return {"\\t", length};
    default: return {"\\u" + hex(c, c > 0xFFFF ? 6 : 4), length};
  }
}

// Escaped, and cut after so many characters.
std::string shown(std::string_view text, std::size_t characters_max, bool inside_quotes) {
  std::string out;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == characters_max) return out + "...";
    auto [piece, bytes] = shown_character(text);
    if (inside_quotes && (piece == "\"" || piece == "\\")) piece.insert(0, 1, '\\');
    out += piece;
    text.remove_prefix(bytes);
  }
  return out;
}

// Walks a text forward once, so that sorted problems find their lines without starting over.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);  // a byte order mark is in no column
  }

  // Nothing when the text has no such line. Lines are asked for in ascending order.
  std::string_view line(std::size_t number) {
    while (current_ < number) {
      const std::size_t end = rest_.find('\n');
      if (end == std::string_view::npos) return {};
      rest_.remove_prefix(end + 1);
      ++current_;
    }
    std::string_view found = rest_.substr(0, rest_.find('\n'));
    if (found.ends_with('\r')) found.remove_suffix(1);
    return found;
  }

 private:
  std::string_view rest_;
  std::size_t current_ = 1;
};

// The source line and below it the caret, both cut to the same stretch around the caret when the line is long.
std::string source_with_caret(std::string_view line, std::size_t line_number, std::size_t column) {
  const std::size_t target = column - 1;
  const std::size_t first = target > source_before_caret ? target - source_before_caret : 0;
  std::string source = first > 0 ? "..." : "";
  std::string caret(source.size(), ' ');
  bool placed = false;
  for (std::size_t at = 0; !line.empty(); ++at) {
    if (at == first + source_characters_max) {
      source += "...";
      break;
    }
    auto [piece, bytes] = shown_character(line);
    if (piece == "\\t") piece.assign(tab_width, ' ');
    line.remove_prefix(bytes);
    if (at < first) continue;
    if (at == target) placed = true;
    // A character takes one place however many bytes it has; an escape is ASCII, so its bytes are its places.
    if (!placed) caret.append(bytes > 1 && piece.size() == bytes ? 1 : piece.size(), ' ');
    source += piece;
  }
  const std::string number = std::to_string(line_number);
  const std::string margin(std::max<std::size_t>(number.size(), 4), ' ');
  return margin.substr(number.size()) + number + " | " + source + "\n" + margin + " | " + caret + "^\n";
}

std::string sentence(const Problem& p) {
  const auto part = [](const std::string& text) { return shown(text, field_characters_max, false); };
  std::string out;
  if (!p.path.empty()) out += part(p.path) + ": ";
  if (!p.found.empty()) out += "found " + part(p.found);
  if (!p.expected.empty()) out += (p.found.empty() ? "expected " : ", expected ") + part(p.expected);
  if (!p.hint.empty()) out += "; " + part(p.hint);
  return out;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

// Insertions, deletions, replacements and swaps of neighbours, each costing one (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF (Unicode, table 3-7).
  std::size_t length = 0;
  unsigned char second_least = 0x80;
  unsigned char second_most = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) second_least = 0xA0;
    if (lead == 0xED) second_most = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) second_least = 0x90;
    if (lead == 0xF4) second_most = 0x8F;
  }
  if (length == 0 || text.size() < length) return 0;
  if (byte(1) < second_least || byte(1) > second_most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view harmless = "_-./+,:@%=";
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || harmless.find(c) != std::string_view::npos;
  });
  if (plain) return std::string{text};
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string printable(std::string_view text) { return shown(text, text.size(), false); }

std::string in_quotes(std::string_view text) { return "\"" + shown(text, quoted_characters_max, true) + "\""; }

std::string one_of(std::span<const std::string> candidates) {
  if (candidates.empty()) return "nothing";
  if (candidates.size() == 1) return in_quotes(candidates.front());
  std::string out = "one of ";
  const std::size_t listed = std::min(candidates.size(), listed_max);
  for (std::size_t i = 0; i < listed; ++i) {
    if (i > 0) out += i + 1 == candidates.size() ? " or " : ", ";
    out += in_quotes(candidates[i]);
  }
  if (listed < candidates.size()) out += " or " + std::to_string(candidates.size() - listed) + " more";
  return out;
}

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  if (name.size() > name_length_max) return {};
  const std::string wanted = lower(name);
  // One slip for every three letters, and at most three: beyond that the guess is more often wrong than right.
  const std::size_t slips_max = std::min<std::size_t>(3, (name.size() + 1) / 3);
  const std::string* best = nullptr;
  std::size_t best_distance = slips_max + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t gap = std::max(candidate.size(), name.size()) - std::min(candidate.size(), name.size());
    if (gap >= best_distance) continue;
    const std::size_t slips = distance(wanted, lower(candidate));
    if (slips < best_distance) {
      best = &candidate;
      best_distance = slips;
    }
  }
  return best == nullptr ? std::string() : *best;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string guess = nearest(name, candidates);
  return guess.empty() ? std::string() : "did you mean " + in_quotes(guess) + "?";
}

std::string explain(const std::string& file, std::string_view source_text, const std::vector<Problem>& problems) {
  std::vector<const Problem*> sorted;
  sorted.reserve(problems.size());
  for (const Problem& p : problems) sorted.push_back(&p);
  // Those of one place stay in the order in which they were found, which is the order of their addresses.
  std::sort(sorted.begin(), sorted.end(), [](const Problem* a, const Problem* b) {
    return std::tie(a->line, a->column, a) < std::tie(b->line, b->column, b);
  });

  std::string out;
  Lines lines(source_text);
  const std::size_t listed = std::min(sorted.size(), shown_max);
  for (std::size_t i = 0; i < listed; ++i) {
    const Problem& p = *sorted[i];
    out += shown(file, field_characters_max, false);
    if (p.line > 0) out += ":" + std::to_string(p.line) + ":" + std::to_string(p.column);
    out += ": error: " + sentence(p) + "\n";
    if (p.line == 0 || p.column == 0) continue;
    const std::string_view line = lines.line(p.line);
    if (!line.empty()) out += source_with_caret(line, p.line, p.column);
  }
  if (listed < sorted.size()) out += "and " + std::to_string(sorted.size() - listed) + " more\n";
  return out;
}

}  // namespace converge::scenarios
