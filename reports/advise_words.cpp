#include "reports/advise_words.hpp"

#include <fmt/core.h>

#include <optional>
#include <vector>

#include "sim/time.hpp"

namespace converge::reports {
namespace {

using sim::Advice;
using sim::Duration;

std::string figure_of(const std::optional<Duration>& d) { return d ? text(*d) : "at any time"; }

std::string turns(const std::vector<sim::Turn>& all) {
  std::string out;
  for (const sim::Turn& t : all) {
    if (!out.empty()) out += " and ";
    out += fmt::format("{} {} (now {})", t.lever, figure_of(t.to), figure_of(t.now));
  }
  return out;
}

}  // namespace

std::string says(const Advice& a) {
  return a.latest && !a.confirmed_by.empty()
             ? fmt::format("; {} at the latest, confirmed by {}", text(*a.latest), a.confirmed_by)
             : std::string{};
}

std::string sentence(const Advice& a) {
  const sim::Turn& t = a.turns.front();
  const std::string again = a.again ? "; a value further off fits again" : "";
  switch (a.kind) {
    case Advice::Kind::holds_up_to:
      if (t.to == t.now) return fmt::format("{} must not be longer than {}{}", t.lever, figure_of(t.now), again);
      return fmt::format("{} may be up to {} (now {}){}{}", t.lever, figure_of(t.to), figure_of(t.now), says(a), again);
    case Advice::Kind::any_value: return fmt::format("{} may be as long as you like{}", t.lever, says(a));
    case Advice::Kind::fits_at: return turns(a.turns) + says(a) + again;
    case Advice::Kind::nothing_helps:
      return fmt::format("{}: no value of it helps; at {} it is still {}", t.lever, figure_of(t.to),
                         figure_of(a.latest));
  }
  return {};
}

}  // namespace converge::reports
