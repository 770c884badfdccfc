// Everything in the story is written by someone else, the file's name too, so all of it is made fit to be shown.
#include "reports/counterexample.hpp"

#include <fmt/core.h>

#include <utility>

#include "reports/figures.hpp"
#include "reports/sections.hpp"

namespace converge::reports {
namespace {

constexpr std::size_t indent = 2;
constexpr std::size_t continued = 4;

// At blanks outside quotes, as a shell does it.
std::vector<std::string> words(std::string_view command) {
  std::vector<std::string> out;
  std::string word;
  char quote = 0;
  bool escaped = false;
  for (const char c : command) {
    if (c == ' ' && quote == 0 && !escaped) {
      if (!word.empty()) out.push_back(std::exchange(word, {}));
      continue;
    }
    word += c;
    if (escaped) {
      escaped = false;
    } else if (c == '\\' && quote != '\'') {
      escaped = true;
    } else if (quote == c) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    }
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

}  // namespace

std::vector<std::string> command_lines(const Terminal& t, std::string_view command, std::size_t columns) {
  if (display_width(command) <= columns) return {std::string(command)};
  std::vector<std::string> lines;
  std::string line;
  for (const std::string& word : words(command)) {
    if (!line.empty() && display_width(line) + 1 + display_width(word) + 2 > columns) {
      lines.push_back(std::exchange(line, std::string(continued, ' ')) + " \\");
      line += word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  lines.push_back(std::move(line));
  std::vector<std::string> out;
  for (const std::string& l : lines) {
    if (display_width(l) <= columns) {
      out.push_back(l);
    } else {
      for (std::string& part : wrap(t, l, columns, l.size())) out.push_back(std::move(part));
    }
  }
  return out;
}

std::string shrunk(const sim::Counterexample& c) {
  if (c.fewest) {
    return c.deviations.empty() ? "The usual answers alone do it."
                                : "No schedule within the bounds does it with fewer unusual answers.";
  }
  const std::string runs = fmt::format("{} run{}", count_or_figure(c.tries), c.tries == 1 ? "" : "s");
  std::string out;
  if (c.deviations.empty()) {
    out = "The usual answers alone do it";
  } else if (c.minimal) {
    out = c.deviations.size() == 1 ? "Minimal: take it away, and the property holds; checked"
                                   : "Minimal: take any one away, and the property holds; checked";
  } else {
    out = "Not shown to be minimal";
  }
  return out + fmt::format(". Shrunk in {} from {} unusual answer{} of schedule {} (--seed {}).", runs,
                           count_or_figure(c.from), c.from == 1 ? "" : "s", c.schedule, c.seed);
}

void counterexample(Page& page, const sim::Counterexample& c) {
  if (c.deviations.empty()) page.paragraph("  ", indent, Style::plain, "Nothing deviates from the usual.");
  numbered(page, c.deviations);
  if (c.workload) {
    page.paragraph("  ", indent, Style::plain,
                   fmt::format("The random changes of the source are those of seed {}.", *c.workload));
  }
  if (!c.sentence.empty()) page.paragraph("  => ", 5, Style::strong, page.safe(c.sentence));
  if (!c.detail.empty()) page.paragraph("     ", 5, Style::plain, page.safe(c.detail));
  page.paragraph("  ", indent, Style::faint, shrunk(c));
  saved_as(page, c.file, c.replay);
}

void saved_as(Page& page, std::string_view file, std::string_view replay) {
  if (!file.empty()) page.paragraph("  ", indent, Style::plain, "saved as " + page.safe(file));
  if (replay.empty()) return;
  page.line("  replay it with");
  const std::size_t columns = page.terminal.columns - indent - continued;
  for (const std::string& part : command_lines(page.terminal, page.safe(replay), columns)) {
    page.line(std::string(indent + continued, ' ') + page.paint(Style::cyan, part));
  }
}

}  // namespace converge::reports
