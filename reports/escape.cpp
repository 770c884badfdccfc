#include "reports/escape.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/terminal.hpp"

namespace converge::reports {
namespace {

constexpr Terminal everywhere{.colour = false, .utf8 = true, .columns = 1'000'000'000};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

std::string plain(std::string_view text, std::size_t most) {
  std::string out{text};
  std::replace_if(out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  out = printable(everywhere, out);
  if (out.size() <= most) return out;
  out.resize(most);
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U) out.pop_back();
  if (!out.empty() && (static_cast<unsigned char>(out.back()) & 0x80U) != 0) out.pop_back();
  return out + "…";
}

// Everything that is no letter, digit, blank or harmless point is written as a character reference: a site that renders
// Markdown knows them all, and gives none of them a meaning.
std::string in_markdown(std::string_view text, std::size_t most) {
  const std::string shown = plain(text, most);
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    const bool in_a_time = i > 0 && is_digit(shown[i - 1]) && i + 1 < shown.size() && is_digit(shown[i + 1]);
    const bool harmless = is_letter(c) || (c == ':' && (i + 1 == shown.size() || shown[i + 1] == ' ' || in_a_time)) ||
                          (static_cast<unsigned char>(c) & 0x80U) != 0 ||
                          std::string_view{" ,.;%/()?='-"}.find(c) != std::string_view::npos;
    if (harmless) {
      out += c;
    } else {
      out += fmt::format("&#{};", static_cast<int>(c));
    }
  }
  // What begins a line, or a heading, list or quotation, is not for us to know: a leading sign is never bare.
  if (!out.empty() && (out.front() == '-' || out.front() == '=')) {
    out = fmt::format("&#{};", static_cast<int>(out.front())) + out.substr(1);
  }
  return out;
}

std::string code_block(std::string_view language, std::string_view text) {
  std::size_t longest = 2;
  std::size_t now = 0;
  for (const char c : text) {
    now = c == '`' ? now + 1 : 0;
    longest = std::max(longest, now);
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}{}\n{}{}{}\n", fence, language, text, text.ends_with('\n') ? "" : "\n", fence);
}

std::string in_mermaid(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : plain(text, most)) {
    const bool good = is_letter(c) || (static_cast<unsigned char>(c) & 0x80U) != 0 ||
                      std::string_view{" _.-"}.find(c) != std::string_view::npos;
    out += good ? c : ' ';
  }
  return out;
}

std::string in_json(std::string_view text) {
  std::string out = nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  std::string safe;
  for (const char c : out) {
    if (c == '<' || c == '>' || c == '&') {
      safe += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string in_csv(std::string_view text) {
  std::string cell = plain(text, 4'000);
  if (!cell.empty() && std::string_view{"=+-@"}.find(cell.front()) != std::string_view::npos) cell.insert(0, 1, '\'');
  if (cell.find_first_of(",\"") == std::string::npos) return cell;
  std::string out = "\"";
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace converge::reports
