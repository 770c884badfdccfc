// The schedule file: {"scenario": "plan.json", "seed": "7", "swarm": true, "workload": "7", "deviations": [{"actor",
// "choice", "occurrence", "answer"}]}.
#include <nlohmann/json.hpp>

#include "scenarios/document.hpp"

namespace converge::scenarios {

namespace {

constexpr const char* kWhole = "a whole number of 64 bits, in quotes";

struct ScheduleDocument {
  std::string scenario;
  std::optional<std::string> seed;  // as text: JSON readers elsewhere round 64 bits to 53
  bool swarm = false;
  std::optional<std::string> workload;
  std::vector<DeviationSection> deviations;
};

const Object<ScheduleDocument>& table() {
  static const Object<ScheduleDocument> schedule = object<ScheduleDocument>(
      "schedule", "A saved schedule.",
      field("scenario", &ScheduleDocument::scenario, "The scenario file, relative to this one.")
          .required()
          .length(1, 200),
      field("seed", &ScheduleDocument::seed,
            "What answers everything that is not listed; without it, the usual answer."),
      field("swarm", &ScheduleDocument::swarm,
            "With a seed: each kind of fault was switched off for the whole run with probability one half."),
      field("workload", &ScheduleDocument::workload, "Without a seed: what the random changes are drawn with."),
      field("deviations", &ScheduleDocument::deviations, deviation_table(), "Choices that were answered otherwise.")
          .items(0, 1'000));
  return schedule;
}

std::optional<std::uint64_t> whole(const std::string& digits) {
  std::uint64_t value = 0;
  if (digits.empty() || digits.size() > 20) return std::nullopt;
  for (const char c : digits) {
    if (c < '0' || c > '9' || value > (UINT64_MAX - static_cast<std::uint64_t>(c - '0')) / 10) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

}  // namespace

std::optional<SavedSchedule> read_schedule(const Located& at, Context& context) {
  const std::size_t problems = context.problems().size();
  ScheduleDocument d;
  table().read(d, at, table().shape, context);
  SavedSchedule saved{.scenario = d.scenario};
  const auto complain = [&](const char* key, std::string found, std::string expected) {
    const Located* member = at.member(key);
    context.problem(member != nullptr ? *member : at, std::move(found), std::move(expected));
  };
  if (d.seed) {
    saved.schedule.seed = whole(*d.seed);
    if (!saved.schedule.seed) complain("seed", in_quotes(*d.seed), kWhole);
  }
  if (d.workload) {
    saved.schedule.workload = whole(*d.workload);
    if (!saved.schedule.workload) complain("workload", in_quotes(*d.workload), kWhole);
    if (d.seed) complain("workload", in_quotes(*d.workload), "a seed or a workload: the seed draws it too");
  }
  saved.schedule.swarm = d.swarm;
  if (d.swarm && !d.seed) complain("swarm", "true", "a seed beside it");
  for (const DeviationSection& s : d.deviations)
    saved.schedule.deviations.push_back({s.actor, s.choice, s.occurrence, s.answer});
  if (context.problems().size() != problems) return std::nullopt;
  return saved;
}

ParsedSchedule parse_schedule(std::string_view text) {
  const Text tree = parse_text(text);
  ParsedSchedule parsed{.problems = tree.problems};
  if (!tree.whole) return parsed;
  Context context{tree.root};
  std::optional<SavedSchedule> saved = read_schedule(tree.root, context);
  if (parsed.problems.empty()) parsed.saved = std::move(saved);
  for (Problem& p : context.take()) parsed.problems.push_back(std::move(p));
  return parsed;
}

std::string write_schedule(const SavedSchedule& saved) {
  nlohmann::ordered_json document{{"scenario", saved.scenario}};
  if (saved.schedule.seed) document["seed"] = std::to_string(*saved.schedule.seed);
  if (saved.schedule.swarm) document["swarm"] = true;
  if (saved.schedule.workload) document["workload"] = std::to_string(*saved.schedule.workload);
  document["deviations"] = nlohmann::ordered_json::array();
  for (const sim::NamedDeviation& d : saved.schedule.deviations) {
    document["deviations"].push_back(
        {{"actor", d.actor}, {"choice", d.choice}, {"occurrence", d.occurrence}, {"answer", d.answer}});
  }
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::vector<sim::Deviation> resolve(const SavedSchedule& saved, std::string_view text,
                                    const std::vector<sim::Question>& questions, std::vector<Problem>& problems) {
  const Text tree = parse_text(text);
  Context context{tree.root};
  std::vector<DeviationSection> sections;
  for (const sim::NamedDeviation& d : saved.schedule.deviations)
    sections.push_back({d.actor, d.choice, d.occurrence, d.answer});
  std::vector<sim::Deviation> deviations = resolve_given(sections, questions, "/deviations", context);
  for (Problem& p : context.take()) problems.push_back(std::move(p));
  return deviations;
}

}  // namespace converge::scenarios
