// Pipelines over two tables, made of those over one.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/experiment.hpp"

namespace converge::support {

inline const std::vector<std::string>& two_tables() {
  static const std::vector<std::string> names{"orders", "order_items"};
  return names;
}

// Each step that is about a table becomes one for each; what waited for it waits for both.
inline std::vector<models::StepConfig> over_two_tables(const std::vector<models::StepConfig>& steps) {
  std::map<std::string, std::vector<std::string>> became;
  std::vector<models::StepConfig> all;
  std::vector<std::string> before;  // what the step written before became
  for (const models::StepConfig& s : steps) {
    const std::string name = s.name.empty() ? std::string{models::name(s.kind)} : s.name;
    std::vector<std::string> after = before;
    if (s.after) {
      after.clear();
      for (const std::string& wanted : *s.after) {
        const auto found = became.find(wanted);
        const std::vector<std::string> itself{wanted};
        const std::vector<std::string>& names = found == became.end() ? itself : found->second;
        after.insert(after.end(), names.begin(), names.end());
      }
    }
    before.clear();
    for (const std::string& table : two_tables()) {
      models::StepConfig one = s;
      one.after = after;
      one.name = name;
      if (models::is_about_one_table(s.kind)) {
        one.table = table;
        one.name += "(" + table + ")";
      }
      if (!before.empty() && before.back() == one.name) break;  // about a job: once
      if (all.size() + 4 == models::kStepsMax) break;           // with the control plane's four
      before.push_back(one.name);
      all.push_back(std::move(one));
    }
    became[name] = before;
  }
  return all;
}

// Its first two changes, of a table each; where it has one, the other table has the same half an hour later. A rewind,
// which two tables cannot have, becomes a bootstrap.
inline models::PipelineConfig over_two_tables(models::PipelineConfig c) {
  if (c.changes.empty()) c.changes.push_back(added_column("discount", sim::hours(2)));
  if (c.changes.size() == 1) {
    c.changes.push_back(c.changes[0]);
    c.changes[1].name = "unit_" + c.changes[0].name;
    c.changes[1].at = c.changes[0].at + sim::minutes(30);
  }
  c.changes.resize(2);
  for (std::size_t i = 0; i < 2; ++i) c.changes[i].table = two_tables()[i];
  for (models::ScriptedChange& each : c.source.scripted) {
    each.table = two_tables()[static_cast<std::size_t>(each.key.back()) % 2];
  }
  c.control.steps = over_two_tables(c.control.steps.empty() ? models::canonical_plan() : c.control.steps);
  if (c.backfill.kind == models::BackfillConfig::Kind::rewind) {
    c.backfill.kind = models::BackfillConfig::Kind::bootstrap;
  }
  return c;
}

}  // namespace converge::support
