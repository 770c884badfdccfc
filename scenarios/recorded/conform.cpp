#include "scenarios/recorded/conform.hpp"

#include <algorithm>

#include "scenarios/recorded/recordings.hpp"
#include "scenarios/recorded/systems.hpp"

namespace converge::scenarios::recorded {

namespace {

using Answer = sim::ConformCase::Answer;

bool wanted(const std::vector<std::string>& asked, std::string_view name) {
  return asked.empty() || std::find(asked.begin(), asked.end(), name) != asked.end();
}

const System* system_of(const Json& one) {
  const auto found = std::find_if(systems().begin(), systems().end(), [&](const System& s) { return s.knows(one); });
  return found == systems().end() ? nullptr : &*found;
}

void remember(std::vector<std::string>& names, std::string_view name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
}

// The library's own words, without its prefix.
std::string what(const Json::exception& e) {
  const std::string_view all = e.what();
  const std::size_t end = all.find("] ");
  return std::string{end == std::string_view::npos ? all : all.substr(end + 2)};
}

std::string id_of(const Json& one) { return one.contains("id") ? one.at("id") : one.at("case"); }

void count(sim::ConformGroup& group, const sim::ConformCase& one) {
  ++group.cases;
  switch (one.answer) {
    case Answer::agrees: ++group.agree; break;
    case Answer::disagrees:
      ++group.disagree;
      if (group.disagreements.size() < sim::ConformGroup::disagreements_most) group.disagreements.push_back(one.id);
      break;
    case Answer::out_of_scope:
      ++group.out_of_scope;
      ++group.reasons[one.reason];
      break;
  }
}

class Run {
 public:
  Run(const Asked& asked, const std::function<bool(std::uint64_t)>& go_on) : asked_{asked}, go_on_{go_on} {}

  void folder(const RecordingFolder& folder) {
    for (const RecordingFile& file : folder.files) {
      if (stopped_) return;
      read(folder, file);
    }
  }

  Conformed take() { return std::move(all_); }

 private:
  void read(const RecordingFolder& folder, const RecordingFile& file) {
    const System* system = nullptr;
    sim::ConformGroup* group = nullptr;
    const auto line = [&](std::size_t number, const std::string& text) {
      const auto complain = [&](std::string found, std::string expected) {
        all_.bad.push_back({file.path.string(),
                            text,
                            {.line = number, .column = 1, .found = std::move(found), .expected = std::move(expected)}});
        return false;
      };
      try {
        const Json one = Json::parse(text);
        if (system == nullptr) {  // a file holds cases of one system
          system = system_of(one);
          // Other systems' folders may lie beside those that were asked for.
          const std::string name = folder.path.filename().string();
          if (system == nullptr && !wanted(asked_.systems, name)) return false;
          if (system == nullptr) return complain("a case of no system known here", "a case in the documented form");
          remember(all_.systems, system->name);
          if (!wanted(asked_.systems, system->name)) return false;
          remember(all_.groups, file.group);
          if (!wanted(asked_.groups, file.group)) return false;
        }
        const std::string id = id_of(one);
        if (!asked_.id.empty() && asked_.id != id) return true;
        if (group == nullptr) group = &group_of(folder, *system, file.group);
        Comparison comparison{!asked_.id.empty()};
        sim::ConformCase& told = comparison.result();
        told.system = system->name;
        told.group = file.group;
        told.id = id;
        system->replay(one, comparison);
        count(*group, told);
        if (!asked_.id.empty()) {
          all_.told = std::move(told);
          stopped_ = true;
          return false;
        }
      } catch (const Json::exception& e) {
        return complain(what(e), "a case in the documented form");
      }
      stopped_ = !go_on_(++cases_);
      return !stopped_;
    };
    if (const std::optional<Problem> problem = read_lines(file, line)) {
      all_.bad.push_back({file.path.string(), {}, *problem});
    }
  }

  sim::ConformGroup& group_of(const RecordingFolder& folder, const System& system, const std::string& name) {
    auto& found = all_.result.systems;
    auto at = std::find_if(found.begin(), found.end(), [&](const auto& s) { return s.name == system.name; });
    if (at == found.end()) {
      found.push_back({.name = std::string{system.name}, .version = folder.version});
      at = std::prev(found.end());
    }
    auto in = std::find_if(at->groups.begin(), at->groups.end(), [&](const auto& g) { return g.name == name; });
    if (in != at->groups.end()) return *in;
    return at->groups.emplace_back(sim::ConformGroup{.name = name});
  }

  const Asked& asked_;
  const std::function<bool(std::uint64_t)>& go_on_;
  Conformed all_;
  std::uint64_t cases_ = 0;
  bool stopped_ = false;
};

}  // namespace

Conformed conform(const Asked& asked, const std::function<bool(std::uint64_t)>& go_on) {
  Run run{asked, go_on};
  for (const RecordingFolder& folder : find_recordings(asked.folder)) run.folder(folder);
  return run.take();
}

}  // namespace converge::scenarios::recorded
