// SARIF 2.1.0: one result for each violated property, at the line of the scenario that makes the claim or that names
// what it is about. Written by hand, so that the order of keys is ours.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "reports/escape.hpp"
#include "reports/json_document.hpp"
#include "reports/report.hpp"
#include "reports/result.hpp"
#include "reports/sections.hpp"

namespace converge::reports {
namespace {

// The line on which this text begins; 0: it is not there.
std::size_t line_of(std::string_view scenario, std::size_t at) {
  if (at == std::string_view::npos) return 0;
  return 1 + static_cast<std::size_t>(
                 std::count(scenario.begin(), scenario.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

// Of a key of the scenario's JSON. That a text somewhere says the same moves an annotation, and nothing else.
std::size_t line_of_key(std::string_view scenario, std::string_view key) {
  const std::string quoted = fmt::format("\"{}\"", key);
  for (std::size_t at = scenario.find(quoted); at != std::string_view::npos; at = scenario.find(quoted, at + 1)) {
    std::size_t after = at + quoted.size();
    while (after < scenario.size() && (scenario[after] == ' ' || scenario[after] == '\t')) ++after;
    if (after < scenario.size() && scenario[after] == ':') return line_of(scenario, at);
  }
  return 0;
}

std::size_t line_of_property(std::string_view scenario, std::string_view property) {
  // A property of the scenario's own stands there by name.
  const std::string named = fmt::format("\"{}\"", property);
  if (const std::size_t properties = scenario.find("\"properties\""); properties != std::string_view::npos) {
    const std::size_t at = scenario.find(named, properties);
    if (at != std::string_view::npos) return line_of(scenario, at);
  }
  const bool window = property == "converged" || property == "schema-converged";
  const std::string_view about = window ? "sla" : property == "fresh" ? "readers" : "plan";
  for (const std::string_view key : {about, std::string_view{"sla"}, std::string_view{"changes"}}) {
    if (const std::size_t line = line_of_key(scenario, key); line != 0) return line;
  }
  return 1;
}

// A path as a reference that every URI reader takes.
std::string uri(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const bool plain_character = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                 std::string_view{"-._~/"}.find(c) != std::string_view::npos;
    if (plain_character) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

struct Rule {
  std::string id;
  std::string says;
  bool operator==(const Rule&) const = default;
};

struct Finding {
  std::string rule;
  std::string_view level;  // "error", "warning"
  std::string message;
  std::string file;
  std::size_t line = 1;
};

std::string message_of(const sim::Reported& reported, const JudgedProperty& p) {
  std::string out = p.result->claim;
  if (p.count != nullptr)
    out += fmt::format(" Violated in {} schedule{}.", p.count->violated, p.count->violated == 1 ? "" : "s");
  out += fmt::format(" Least margin: {}.", margin(*p.result));
  if (!p.result->detail.empty()) out += " " + p.result->detail + ".";
  for (const ToldRun& run : told_runs(reported.result)) {
    if (run.name != p.result->name) continue;
    for (const sim::DeviationText& d : *run.deviations) out += " " + d.text + ".";
    if (!run.replay.empty()) out += " Replay: " + run.replay;
    break;
  }
  return out;
}

void findings(const sim::Reported& reported, std::vector<Rule>& rules, std::vector<Finding>& all) {
  const ResultHead head = head_of(reported.result);
  const std::string file{head.file};
  const auto rule = [&](std::string id, std::string says) {
    const bool known = std::any_of(rules.begin(), rules.end(), [&](const Rule& r) { return r.id == id; });
    if (!known) rules.push_back({std::move(id), std::move(says)});
  };
  bool any = false;
  for (const JudgedProperty& p : properties_of(reported.result)) {
    rule(p.result->name, p.result->claim);
    if (!p.violated) continue;
    any = true;
    all.push_back(
        {p.result->name, "error", message_of(reported, p), file, line_of_property(head.scenario, p.result->name)});
  }
  rule("verdict", "The rollout converges within its window, whatever is slow, late or broken.");
  if (head.outcome == sim::Outcome::converged || any) return;
  const bool violated = head.outcome == sim::Outcome::violated;
  std::string message{head.sentence};
  for (const std::string& why : *head.vacuous_for) message += " " + why + ".";
  const bool orders = std::holds_alternative<sim::OrderingsResult>(reported.result);
  const std::size_t line = line_of_key(head.scenario, orders ? "plan" : "sla");
  all.push_back({"verdict", violated ? "error" : "warning", std::move(message), file, line == 0 ? 1 : line});
}

}  // namespace

std::string sarif(std::span<const sim::Reported> reports) {
  std::vector<Rule> rules;
  std::vector<Finding> all;
  for (const sim::Reported& reported : reports) findings(reported, rules, all);
  const auto text = [](std::string_view what) { return in_json(plain(what, 4'000)); };
  std::string out = fmt::format(
      "{{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"version\": \"2.1.0\",\n"
      "  \"runs\": [\n    {{\n      \"tool\": {{\n        \"driver\": {{\n          \"name\": \"converge\",\n"
      "          \"semanticVersion\": {},\n          \"rules\": [",
      in_json(version()));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    out += fmt::format("{}\n            {{\"id\": {}, \"shortDescription\": {{\"text\": {}}}}}", i == 0 ? "" : ",",
                       text(rules[i].id), text(rules[i].says.empty() ? rules[i].id : rules[i].says));
  }
  out += "\n          ]\n        }\n      },\n      \"columnKind\": \"unicodeCodePoints\",\n      \"results\": [";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Finding& f = all[i];
    const auto place = std::find_if(rules.begin(), rules.end(), [&](const Rule& r) { return r.id == f.rule; });
    out += fmt::format(
        "{}\n        {{\n          \"ruleId\": {},\n          \"ruleIndex\": {},\n          \"level\": \"{}\",\n"
        "          \"message\": {{\"text\": {}}},\n          \"locations\": [\n"
        "            {{\"physicalLocation\": {{\"artifactLocation\": {{\"uri\": {}}}, \"region\": {{\"startLine\": "
        "{}}}}}}}\n          ]\n        }}",
        i == 0 ? "" : ",", text(f.rule), place - rules.begin(), f.level, text(f.message),
        in_json(uri(f.file.empty() ? "scenario.json" : f.file)), f.line);
  }
  return out + (all.empty() ? "]" : "\n      ]") + "\n    }\n  ]\n}\n";
}

}  // namespace converge::reports
