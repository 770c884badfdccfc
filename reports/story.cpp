// Actors get their colours in the order in which they first appear, so a filter changes no colour.
#include "reports/story.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

namespace converge::reports {
namespace {

constexpr std::size_t actor_columns_max = 24;

bool wanted(const sim::StoryLine& line, const std::vector<std::string>& actors) {
  return actors.empty() ||
         std::ranges::any_of(actors, [&](const std::string& prefix) { return line.actor.starts_with(prefix); });
}

std::string joined(const auto& words) {
  std::string out;
  for (const std::string& word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

std::string nothing(const std::vector<sim::StoryLine>& lines, const std::vector<std::string>& actors,
                    const Terminal& t) {
  if (lines.empty()) return "Nothing happened.\n";
  std::set<std::string> names;
  for (const sim::StoryLine& line : lines) names.insert(line.actor);
  return printable(t, "No actor is called " + joined(actors) + "; there are " + joined(names) + ".") + "\n";
}

}  // namespace

std::string story(const std::vector<sim::StoryLine>& lines, const std::vector<std::string>& actors, const Terminal& t) {
  constexpr std::array palette{Style::cyan, Style::magenta, Style::yellow, Style::blue, Style::green, Style::red};
  std::vector<std::string> seen;
  std::size_t time_columns = 0;
  std::size_t actor_columns = 0;
  bool any = false;
  for (const sim::StoryLine& line : lines) {
    if (std::ranges::find(seen, line.actor) == seen.end()) seen.push_back(line.actor);
    if (!wanted(line, actors)) continue;
    any = true;
    time_columns = std::max(time_columns, sim::text(line.at).size());
    actor_columns = std::max(actor_columns, display_width(printable(t, line.actor)));
  }
  if (!any) return nothing(lines, actors, t);
  actor_columns = std::min(actor_columns, actor_columns_max);

  std::string out;
  for (const sim::StoryLine& line : lines) {
    if (!wanted(line, actors)) continue;
    const auto hue = static_cast<std::size_t>(std::ranges::find(seen, line.actor) - seen.begin()) % palette.size();
    const std::string actor = pad_right(cut(t, printable(t, line.actor), actor_columns), actor_columns);
    out += paint(t, Style::faint, pad_left(sim::text(line.at), time_columns)) + "  " + paint(t, palette[hue], actor) +
           "  " + printable(t, line.text);
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
  }
  return out;
}

}  // namespace converge::reports
