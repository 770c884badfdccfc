// Section by section; a section that does not fit any more is left out, and said to be.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "reports/compare.hpp"
#include "reports/escape.hpp"
#include "reports/figures.hpp"
#include "reports/json_document.hpp"
#include "reports/orderings_words.hpp"
#include "reports/report.hpp"
#include "reports/result.hpp"
#include "reports/sections.hpp"
#include "sim/probability.hpp"

namespace converge::reports {
namespace {

// A job summary may have 1 MiB on the sites that we know; a pull request's comment 64 KiB, which is the aim.
constexpr std::size_t bytes_most = std::size_t{900} * 1024;
constexpr std::size_t stories_most = 10;
constexpr std::size_t deviations_most = 20;
constexpr std::size_t phases_most = 60;
constexpr std::size_t rows_most = 40;

std::string md(std::string_view text) { return in_markdown(text); }

std::string_view sign(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::converged: return "✅";
    case sim::Outcome::violated: return "❌";
    case sim::Outcome::vacuous:
    case sim::Outcome::inconclusive: return "❔";
  }
  return "";
}

std::string capital(std::string_view word) {
  std::string out{word};
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string opening(const sim::Reported& reported, std::string_view hashes) {
  const ResultHead head = head_of(reported.result);
  std::string out = fmt::format("{} {}\n\n{} **{}.** {}\n\n", hashes, md(title_of(reported.result)), sign(head.outcome),
                                capital(outcome_word(head.outcome)), md(head.sentence));
  if (!head.strength.empty()) out += fmt::format("Over what it holds: {}.\n\n", md(head.strength));
  if (!head.vacuous_for->empty()) {
    out += head.outcome == sim::Outcome::vacuous ? "Why this says nothing:\n\n" : "What was not put to the test:\n\n";
    for (const std::string& why : *head.vacuous_for) out += fmt::format("- {}\n", md(why));
    out += "\n";
  }
  return out;
}

// ---- the plan

std::string plan(const sim::PlanGraph& graph) {
  if (graph.steps.empty()) return {};
  std::string code = "flowchart LR\n";
  std::string critical;
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    const sim::PlanGraph::Step& step = graph.steps[i];
    std::string label = in_mermaid(step.name);
    if (step.takes) label += "<br/>" + in_mermaid(fmt::format("up to {}", compact(step.takes->most)));
    code += fmt::format("  s{}[\"{}\"]\n", i, label);
    if (step.critical) critical += fmt::format("{}s{}", critical.empty() ? "" : ",", i);
  }
  for (const sim::PlanGraph::Edge& e : graph.edges) {
    if (e.necessary) {
      code += fmt::format("  s{} ==>|{}| s{}\n", e.before, in_mermaid(grade_word(e.needed_for)), e.after);
    } else {
      code += fmt::format("  s{} --> s{}\n", e.before, e.after);
    }
  }
  code += "  classDef critical stroke-width:4px\n";
  if (!critical.empty()) code += fmt::format("  class {} critical\n", critical);
  std::string out = code_block("mermaid", code);
  if (!critical.empty()) {
    out += "\nThick boxes decide when all agree at the latest.";
  } else if (!graph.why_no_bound.empty()) {
    out += fmt::format("\nNo critical path: {}.", md(graph.why_no_bound));
  }
  const bool any = std::any_of(graph.edges.begin(), graph.edges.end(), [](const auto& e) { return e.necessary; });
  if (any) out += " Thick arrows are necessary, for the demand that stands at them.";
  return out + "\n\n";
}

// Mermaid draws dates, so the first day of the run is the first of a year; it has no time zone.
std::string date(sim::Instant t) {
  const std::int64_t second = std::max<std::int64_t>(t.us, 0) / 1'000'000;
  std::int64_t day = second / 86'400;
  std::int64_t month = 0;
  static constexpr std::array<std::int64_t, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int64_t year = 2001;  // followed by two that are no leap years: enough for any chart that can be read
  while (day >= lengths[static_cast<std::size_t>(month)]) {
    day -= lengths[static_cast<std::size_t>(month)];
    if (++month == 12) month = 0, ++year;
  }
  return fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02}", year, month + 1, day + 1, second / 3'600 % 24,
                     second / 60 % 60, second % 60);
}

std::string gantt(const sim::RunResult& run) {
  static constexpr std::array<std::string_view, 5> sections{"control plane", "schema", "code", "data", "other"};
  if (run.horizon > sim::days(700)) return {};
  const sim::Instant end = sim::Instant{} + run.horizon;
  std::string code = "gantt\n  dateFormat YYYY-MM-DD HH:mm:ss\n  axisFormat %j %H:%M\n";
  if (run.changed) {
    code += fmt::format("  section window\n  the window :active, {}, {}\n", date(*run.changed),
                        date(std::min(*run.changed + run.sla, end)));
  }
  std::size_t shown = 0;
  for (std::uint8_t stage = 0; stage < sections.size(); ++stage) {
    bool begun = false;
    for (const sim::Phase& p : run.phases) {
      if (p.stage != stage || !p.started || shown == phases_most) continue;
      if (!begun) code += fmt::format("  section {}\n", sections[stage]);
      begun = true;
      ++shown;
      const bool failed = p.status == sim::Phase::Status::failed;
      const sim::Instant until = std::max(p.finished.value_or(end), *p.started + sim::minutes(1));
      code += fmt::format("  {} :{}{}, {}\n", in_mermaid(p.name),
                          failed       ? "crit, "
                          : p.finished ? ""
                                       : "active, ",
                          date(*p.started), date(until));
    }
  }
  if (shown == 0) return {};
  return "The usual run, in days and hours from its start (day 001 is d0):\n\n" + code_block("mermaid", code) + "\n";
}

// ---- what was claimed

std::string properties(const sim::Result& result) {
  const std::vector<JudgedProperty> all = properties_of(result);
  if (all.empty()) return {};
  const bool many = std::holds_alternative<sim::CheckResult>(result);
  std::string out =
      many ? "| | property | least margin | violated in | probability |\n| --- | --- | ---: | ---: | --- |\n"
           : "| | property | margin | what was measured |\n| --- | --- | ---: | --- |\n";
  for (const JudgedProperty& p : all) {
    const std::string_view mark = p.violated ? "❌" : p.result->holds ? "✅" : "❔";
    if (many) {
      out += fmt::format("| {} | {} | {} | {} | {} |\n", mark, md(p.result->name), margin(*p.result),
                         count(p.count->violated), sim::interval(p.count->probability));
    } else {
      const std::string& told = p.result->detail.empty() ? p.result->claim : p.result->detail;
      out += fmt::format("| {} | {} | {} | {} |\n", mark, md(p.result->name), margin(*p.result), md(told));
    }
  }
  return out + "\n";
}

// ---- what is particular to a kind

std::string row(std::string_view name, const std::optional<sim::Duration>& took, sim::Duration sla) {
  if (!took) return fmt::format("| {} | never | |\n", name);
  const sim::Duration left = sla - *took;
  return fmt::format("| {} | {} | {} |\n", name, sim::text(*took),
                     left.us >= 0 ? sim::text(left) + " inside" : sim::text(sim::Duration{-left.us}) + " **beyond**");
}

std::string particular(const sim::RunResult& r) {
  std::string out = "| time to convergence | | window of " + sim::text(r.sla) + " |\n| --- | ---: | ---: |\n" +
                    row("this run", r.convergence, r.sla);
  const auto most = [](const std::vector<sim::Sample>& series) {
    std::int64_t value = 0;
    for (const sim::Sample& s : series) value = std::max(value, s.value);
    return value;
  };
  out += fmt::format(
      "\nAt worst {} disagreed on the schema, {} ran an older build, and {} differed from the source; at the end {} "
      "did.\n\n",
      of_unit(most(r.schema), "layer", "layers"), of_unit(most(r.code), "job", "jobs"),
      of_unit(most(r.data), "row", "rows"), of_unit(r.diverged_at_end, "row", "rows"));
  return out;
}

std::string particular(const sim::CheckResult& r) {
  std::string out = fmt::format("{} of {} schedules missed the window: {} ({} interval {}).\n\n",
                                count(r.missed_schedules), count(r.schedules), sim::percent(r.miss.estimate),
                                sim::percent(r.miss.confidence), sim::interval(r.miss));
  out += "| time to convergence | | window of " + sim::text(r.sla) + " |\n| --- | ---: | ---: |\n";
  out += row("half of the schedules", r.p50, r.sla) + row("90 %", r.p90, r.sla) + row("99 %", r.p99, r.sla) +
         row("99.9 %", r.p999, r.sla) + row("the longest", r.most, r.sla);
  if (r.never_converged > 0)
    out += fmt::format("\n{} never converged.\n",
                       r.never_converged == 1 ? "One schedule" : count(r.never_converged) + " schedules");
  if (r.rare) {
    out += fmt::format("\nBy splitting, in {} more runs: {} ({} to {}).\n", count(r.rare->runs),
                       sim::percent(r.rare->estimate), sim::percent(r.rare->low, sim::Rounded::down),
                       sim::percent(r.rare->high, sim::Rounded::up));
  }
  if (!r.unmet.empty()) {
    out += "\nNot as the scenario expects:\n\n";
    for (const std::string& what : r.unmet) out += fmt::format("- {}\n", md(what));
  }
  return out + "\n";
}

std::string particular(const sim::ExploreResult& r) {
  std::string out;
  for (const std::string& bound : r.bounds.words) out += fmt::format("- {}\n", md(bound));
  out +=
      fmt::format("\n{} states, {} transitions{}.\n\n", count(r.states), count(r.transitions),
                  r.complete ? "" : fmt::format("; **not all was explored**, {} states were left", count(r.frontier)));
  if (r.complete) {
    out += "| time to convergence | | window of " + sim::text(r.sla) + " |\n| --- | ---: | ---: |\n" +
           row("the worst case, exactly", r.worst_convergence, r.sla);
    if (r.odds) {
      for (const auto& q : r.odds->quantiles) out += row(sim::percent(q.share), q.convergence, r.sla);
      out += fmt::format("\nThe probability of missing the window is {} at best and {} at worst.\n",
                         sim::percent(r.odds->best), sim::percent(r.odds->worst));
    }
    out += "\n";
  }
  return out;
}

std::string figure_of(const std::optional<sim::Duration>& d) { return d ? sim::text(*d) : "at any time"; }

std::string particular(const sim::AdviseResult& r) {
  std::string out;
  if (r.bound) {
    out += "| agreement, by the analytic bound | | window of " + sim::text(r.sla) + " |\n| --- | ---: | ---: |\n" +
           row("earliest", r.bound->earliest, r.sla) + row("usual", r.bound->usual, r.sla) +
           row(fmt::format("latest, with {} fault{}", r.faults, r.faults == 1 ? "" : "s"), r.bound->latest, r.sla) +
           "\n";
  } else if (!r.why_not.empty()) {
    out += fmt::format("No bound: {}.\n\n", md(r.why_not));
  }
  std::size_t shown = 0;
  const auto list = [&](const std::vector<sim::Advice>& all) {
    for (const sim::Advice& a : all) {
      if (a.turns.empty() || ++shown > rows_most) continue;
      std::string turns;
      for (const sim::Turn& t : a.turns) {
        turns += fmt::format("{}`{}` {} → {}", turns.empty() ? "" : ", ", in_mermaid(t.lever), figure_of(t.now),
                             a.kind == sim::Advice::Kind::any_value ? "any value" : figure_of(t.to));
      }
      const std::string_view what = a.kind == sim::Advice::Kind::holds_up_to ? "holds up to"
                                    : a.kind == sim::Advice::Kind::any_value ? "holds with"
                                    : a.kind == sim::Advice::Kind::fits_at   ? "fits at"
                                                                             : "does not help";
      out += fmt::format("| {} | {} | {} |\n", what, turns, a.latest ? sim::text(*a.latest) : "");
    }
  };
  if (!r.one_at_a_time.empty() || !r.together.empty()) {
    out += "| | figure of the scenario | agreement at the latest |\n| --- | --- | ---: |\n";
    list(r.one_at_a_time);
    list(r.together);
    out += "\n";
  }
  return out;
}

std::string order_text(const sim::OrderingsResult& r, const std::vector<std::size_t>& order) {
  std::string out;
  for (const std::size_t step : order) out += (out.empty() ? "" : ", ") + md(r.steps[step]);
  return out;
}

std::string particular(const sim::OrderingsResult& r) {
  std::string out;
  if (!r.groups.empty()) {
    out += "| orders | fail | what happens in them | for example | convergence |\n| ---: | --- | --- | --- | --- |\n";
    for (const auto& g : r.groups) {
      std::string took = "never";
      if (g.latest) {
        took = g.earliest == g.latest
                   ? sim::text(*g.latest)
                   : fmt::format("{} to {}", g.earliest ? sim::text(*g.earliest) : "", sim::text(*g.latest));
      }
      out += fmt::format("| {} | {} | {} | {} | {} |\n", count(g.orders.size()),
                         g.grade == sim::Grade::good ? "nothing" : grade_word(g.grade), md(g.what),
                         order_text(r, r.orders[g.orders.front()].order), took);
    }
    out += "\n";
  }
  for (const sim::NecessaryEdgeVerdict& e : r.edges) {
    out += fmt::format("- **{} before {}**, for {}. {}\n", md(r.steps[e.before]), md(r.steps[e.after]),
                       grade_word(e.needed_for), md(e.because));
  }
  if (r.any_meets && r.edges.empty()) out += "No further edge is necessary.\n";
  std::string helps;
  for (const sim::OrderingsVariant& v : r.variants) {
    if (!v.helps) continue;
    std::string what;
    for (const std::string& change : v.changes) what += (what.empty() ? "" : ", and ") + md(change);
    helps += fmt::format("- {}: {} of {} orders are then good\n", what, count(v.good), count(v.orders));
  }
  if (!helps.empty()) out += "\nWhat would help:\n\n" + helps;
  return out + "\n";
}

// ---- stories

const sim::Playback* playback_of(const sim::Evidence& evidence, const ToldRun& run) {
  for (const sim::Playback& p : evidence.playbacks) {
    if (p.property == run.name || p.label == run.name || p.label == "Order: " + run.name) return &p;
  }
  return nullptr;
}

std::string story(const sim::Evidence& evidence, const ToldRun& run, std::size_t number) {
  std::string out = fmt::format("**{}. {}{}**\n\n", number, run.violates ? "Violates " : "", md(run.name));
  const std::vector<sim::DeviationText>& all = *run.deviations;
  if (all.empty()) out += "Nothing in it deviates from the usual.\n";
  for (std::size_t i = 0; i < std::min(all.size(), deviations_most); ++i) {
    out +=
        fmt::format("{}. {} at {}{}\n", i + 1, md(all[i].text), sim::text(all[i].at), all[i].fault ? " (a fault)" : "");
  }
  if (all.size() > deviations_most) out += fmt::format("\nand {} more\n", count(all.size() - deviations_most));
  out += fmt::format("\n→ {}{}{}\n", md(run.sentence), run.detail.empty() ? "" : " " + md(capital(run.detail)) + ".",
                     run.workload ? fmt::format(" The random changes are those of workload {}.", *run.workload) : "");
  if (!run.how_small.empty()) out += "\n" + run.how_small + "\n";
  if (const sim::Playback* p = playback_of(evidence, run); p != nullptr && p->point) {
    if (p->point->from_the_start) {
      out += "\nIt was lost from the start: nothing that was tried avoids it.\n";
    } else {
      out += fmt::format(
          "\nPoint of no return: {}. Just before it the odds of this were {}; behind it nothing that was "
          "tried helps.\n",
          sim::text(p->point->at), sim::percent(p->point->before.estimate));
    }
  }
  if (!run.replay.empty()) out += "\n" + code_block("sh", plain(run.replay, 2'000));
  return out + "\n";
}

std::string stories(const sim::Reported& reported, std::string_view hashes) {
  const std::vector<ToldRun> all = told_runs(reported.result);
  if (all.empty()) return {};
  std::string out = fmt::format("{} What it looks like\n\n", hashes);
  for (std::size_t i = 0; i < std::min(all.size(), stories_most); ++i) out += story(reported.evidence, all[i], i + 1);
  if (all.size() > stories_most)
    out += fmt::format("And {} more, in the result.\n\n", count(all.size() - stories_most));
  return out;
}

std::string faults(const sim::Result& result) {
  const std::vector<sim::FaultCount>* all = faults_of(result);
  if (all == nullptr || all->empty()) return {};
  std::string out = "| fault | how often it struck |\n| --- | ---: |\n";
  for (const sim::FaultCount& f : *all) {
    out += fmt::format("| {} | {}{} |\n", md(f.kind), f.fired == 0 ? "never" : count(f.fired),
                       f.declared ? "" : " (not declared)");
  }
  return out + "\n";
}

// ---- what stands behind it

std::string assumptions(const sim::Evidence& evidence) {
  if (evidence.assumed.empty()) return {};
  std::string out = "<details><summary>What the models keep of the real systems, and leave out</summary>\n\n";
  for (const sim::Assumed& a : evidence.assumed) {
    out += fmt::format("**{}.** Keeps: {} Leaves out: {} Sources:", md(a.model), in_markdown(a.keeps, 2'000),
                       in_markdown(a.leaves_out, 2'000));
    for (std::size_t i = 0; i < a.sources.size(); ++i) {
      const std::size_t link = a.sources[i].rfind(", https://");
      out += i == 0 ? " " : "; ";
      if (link == std::string::npos) {
        out += md(a.sources[i]);
      } else {
        out += fmt::format("[{}]({})", md(a.sources[i].substr(0, link)), a.sources[i].substr(link + 2));
      }
    }
    out += ".\n\n";
  }
  return out + "</details>\n\n";
}

std::string closing(const sim::Reported& reported) {
  const ResultHead head = head_of(reported.result);
  std::string out;
  if (!reported.evidence.why_no_playback.empty()) {
    out += fmt::format("Nothing was played again: {}.\n\n", md(reported.evidence.why_no_playback));
  }
  for (const std::string& what : reported.evidence.left_out) out += fmt::format("Left out: {}.\n\n", md(what));
  out += fmt::format("`converge {}`", in_mermaid(head.command));
  if (!head.file.empty()) out += " of " + md(head.file);
  out += fmt::format(", scenario {:016x}", head.fingerprint);
  if (const auto seed = seed_of(reported.result)) out += fmt::format(", seed {}", *seed);
  out +=
      fmt::format(", made by converge {}, reported by converge {}. Models of the plan were checked, not the systems.\n",
                  md(reported.evidence.made_by), version());
  return out;
}

// Sections until the room is used up.
class Document {
 public:
  void add(std::string_view heading, const std::string& section) {
    if (section.empty()) return;
    const std::size_t bytes = heading.size() + section.size() + 4;
    if (text_.size() + bytes > bytes_most) {
      ++left_out_;
      return;
    }
    if (!heading.empty()) text_.append(heading).append("\n\n");
    text_ += section;
  }

  std::string finish() {
    if (left_out_ > 0) {
      text_ += fmt::format("\n**Cut:** {} section{} did not fit into {} KiB and {} left out.\n", left_out_,
                           left_out_ == 1 ? "" : "s", bytes_most / 1024, left_out_ == 1 ? "is" : "are");
    }
    return std::move(text_);
  }

 private:
  std::string text_;
  std::size_t left_out_ = 0;
};

void whole(Document& document, const sim::Reported& reported, std::size_t level) {
  const std::string hashes(level, '#');
  const std::string below(level + 1, '#');
  const auto heading = [&](std::string_view text) { return below + " " + std::string{text}; };
  document.add("", opening(reported, hashes));
  document.add(heading("The plan"), plan(reported.evidence.plan));
  if (!reported.evidence.playbacks.empty()) {
    document.add(heading("Phases"), gantt(reported.evidence.playbacks.front().run));
  }
  document.add(heading("Properties"), properties(reported.result));
  document.add(heading("Result"), std::visit([](const auto& r) { return particular(r); }, reported.result));
  document.add("", stories(reported, below));
  document.add(heading("Faults"), faults(reported.result));
  document.add(heading("Assumptions"), assumptions(reported.evidence));
  document.add("", closing(reported));
}

std::string comparison(const sim::Reported& before, const sim::Reported& after) {
  const Comparison c = compare(before.result, after.result);
  const auto name = [](const sim::Reported& r) {
    return md(r.file.empty() ? title_of(r.result) : std::string_view{r.file});
  };
  const bool better = std::any_of(c.changes.begin(), c.changes.end(),
                                  [](const auto& change) { return change.is == Comparison::Change::Is::better; });
  std::string out = fmt::format("# {} against {}\n\n**{}**", name(after), name(before),
                                c.worse  ? "❌ The second is worse."
                                : better ? "✅ The second is no worse, and better in what is marked."
                                         : "✅ The second is no worse.");
  if (!c.decides.empty()) out += fmt::format(" What decides is `{}`.", in_mermaid(c.decides));
  out += fmt::format("\n\n{}\n\n| | | {} | {} |\n| --- | --- | --- | --- |\n", c.luck, name(before), name(after));
  for (const Comparison::Change& change : c.changes) {
    const std::string_view mark = change.is == Comparison::Change::Is::worse    ? "▼ worse"
                                  : change.is == Comparison::Change::Is::better ? "▲ better"
                                                                                : "";
    out += fmt::format("| {} | {} | {} | {} |\n", mark, md(change.what), md(change.before), md(change.after));
  }
  return out + "\n";
}

}  // namespace

std::string markdown(std::span<const sim::Reported> all) {
  Document document;
  for (std::size_t i = 1; i < all.size(); ++i) document.add("", comparison(all.front(), all[i]));
  for (const sim::Reported& reported : all) whole(document, reported, all.size() == 1 ? 1 : 2);
  return document.finish();
}

}  // namespace converge::reports
