// What the documentation shows is what the program does: the reference page and the published schema are the program's
// own, each scenario in it is run and held to what it expects, each terminal session is typed again, each default is
// compared, and each link leads somewhere.
//
// With CONVERGE_APPROVE=1 in the environment (`./dev approve`) the generated parts are rewritten in place instead of
// compared: both generated files, the output in sessions, and the defaults in the models' tables. The prose around them
// is for people to keep.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/evidence.hpp"
#include "models/metrics.hpp"
#include "models/run.hpp"
#include "models/words.hpp"
#include "scenarios/scenario.hpp"
#include "sim/time.hpp"
#include "tests/support/program.hpp"

namespace converge::scenarios {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot{CONVERGE_SOURCE_DIR};
constexpr std::string_view kAdvice = "./dev approve rewrites what is generated; read the diff before you commit it";

bool approving() {
  const char* approve = std::getenv("CONVERGE_APPROVE");
  return approve != nullptr && std::string_view{approve} == "1";
}

// ---- files and lines

std::string slurp(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

void spit(const fs::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file << text;
  if (!file.flush()) ADD_FAILURE() << path << " cannot be written";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string place_of(const fs::path& path) { return path.lexically_relative(kRoot).generic_string(); }

// README.md and every page of docs/, in the order of their names. The fact sheets are sources: they speak of other
// systems' files and settings, and stay as they were given.
std::vector<fs::path> pages() {
  std::vector<fs::path> all{kRoot / "README.md"};
  for (const auto& entry : fs::recursive_directory_iterator{kRoot / "docs"}) {
    if (entry.path().extension() == ".md" && entry.path().parent_path().filename() != "facts")
      all.push_back(entry.path());
  }
  std::sort(all.begin() + 1, all.end());
  return all;
}

std::vector<std::string> gallery() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{kRoot / "scenarios"}) {
    const fs::path& path = entry.path();
    if (path.extension() == ".json" && path.stem().extension() != ".schema") names.push_back(path.filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// ---- pages

// A fenced block: the lines between its fences, and where they begin (from 0).
struct Block {
  std::string language;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Block> blocks(const std::vector<std::string>& lines) {
  std::vector<Block> all;
  std::optional<Block> open;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("```")) continue;
    if (!open) {
      open = Block{lines[i].substr(3), i + 1, 0};
    } else {
      open->end = i;
      all.push_back(*open);
      open.reset();
    }
  }
  EXPECT_FALSE(open) << "a block without end";
  return all;
}

// The page without what stands in fences, which is nobody's link and nobody's heading.
std::vector<std::string> prose(std::vector<std::string> lines) {
  for (const Block& block : blocks(lines)) {
    for (std::size_t i = block.begin; i < block.end; ++i) lines[i].clear();
  }
  return lines;
}

// The texts between backticks.
std::vector<std::string> code_spans(const std::string& line) {
  std::vector<std::string> spans;
  for (std::size_t at = line.find('`'); at != std::string::npos;) {
    const std::size_t end = line.find('`', at + 1);
    if (end == std::string::npos) break;
    spans.push_back(line.substr(at + 1, end - at - 1));
    at = line.find('`', end + 1);
  }
  return spans;
}

// "[text](target)", and not an image's or a web page's.
std::vector<std::string> links(const std::string& line) {
  std::vector<std::string> targets;
  for (std::size_t at = line.find("]("); at != std::string::npos; at = line.find("](", at + 1)) {
    const std::size_t end = line.find(')', at);
    if (end == std::string::npos) break;
    const std::string target = line.substr(at + 2, end - at - 2);
    if (target.find("://") == std::string::npos) targets.push_back(target);
  }
  return targets;
}

// The name by which a heading can be linked to: small letters, digits, hyphens for spaces, nothing else.
std::string anchor(std::string_view heading) {
  std::string name;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '_' || c == '-') name += static_cast<char>(std::tolower(byte));
    if (c == ' ') name += '-';
  }
  return name;
}

std::set<std::string> anchors(const fs::path& page) {
  std::set<std::string> names;
  for (const std::string& line : prose(lines_of(slurp(page)))) {
    if (line.starts_with("#")) names.insert(anchor(line.substr(std::min(line.size(), line.find(' ') + 1))));
  }
  return names;
}

std::vector<std::string> cells(const std::string& row) {
  std::vector<std::string> all;
  std::istringstream in{row};
  std::string cell;
  std::getline(in, cell, '|');  // what stands before the first bar: nothing
  while (std::getline(in, cell, '|')) {
    const std::size_t first = cell.find_first_not_of(' ');
    all.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
  }
  return all;
}

// ---- the reference, read back

// "merge.duration" -> its default as people write it: "1 min / 6 min / 40 min".
std::map<std::string, std::string> defaults() {
  std::map<std::string, std::string> all;
  std::string section;
  for (const std::string& line : lines_of(reference())) {
    if (line.starts_with("## ")) section = line.substr(3);
    const std::vector<std::string> row = cells(line);
    if (row.size() < 5 || !row[0].starts_with('`')) continue;
    std::string text = row[2];
    std::erase(text, '`');
    if (text.starts_with("[\"")) {  // a window: least, usual, most
      std::string window;
      std::istringstream parts{text.substr(1, text.size() - 2)};
      for (std::string part; std::getline(parts, part, ',');) {
        std::erase(part, ' ');
        std::erase(part, '"');
        const auto duration = sim::parse_duration(part);
        EXPECT_TRUE(duration) << line;
        if (duration) window += (window.empty() ? "" : " / ") + sim::text(*duration);
      }
      text = window;
    } else if (text.starts_with('"')) {
      std::erase(text, '"');
      if (row[1] == "duration") {
        const auto duration = sim::parse_duration(text);
        EXPECT_TRUE(duration) << line;
        if (duration) text = duration->us == 0 ? "none" : sim::text(*duration);
      }
    }
    if (row[1] == "percentage") text += " %";
    if (text == "**required**") text = "required";
    if (text.empty() || text == "null" || text == "[]") text = "none";
    const std::vector<std::string> names = code_spans(row[0]);
    all[section + "." + names.front()] = text;
  }
  return all;
}

// ---- sessions

// A folder of its own for each page's sessions, in which `converge`, `./dev run` and scenarios/ are what a reader has.
class Desk {
 public:
  Desk() {
    std::string name = (fs::temp_directory_path() / "converge-docs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    folder_ = name;
    fs::create_directory(folder_ / "bin");
    fs::create_symlink(CONVERGE_PROGRAM, folder_ / "bin/converge");
    fs::create_directory(folder_ / "scenarios");
    for (const std::string& file : gallery()) fs::copy_file(kRoot / "scenarios" / file, folder_ / "scenarios" / file);
    spit(folder_ / "dev", "#!/bin/sh\nshift\nexec converge run \"$@\"\n");
    fs::permissions(folder_ / "dev", fs::perms::owner_all);
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;
  ~Desk() { fs::remove_all(folder_); }

  // What the command prints on standard output, line by line.
  std::vector<std::string> type(const std::string& command) {
    if (command == "echo $?") return {std::to_string(status_)};
    const std::string line =
        fmt::format("cd '{0}' && export PATH='{0}/bin':\"$PATH\" LC_ALL=C.UTF-8 NO_COLOR=1 && ( {1} ) 2>/dev/null",
                    folder_.string(), command);
    std::FILE* pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) return {"cannot be run"};
    std::string printed;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) printed.append(buffer, n);
    const int code = ::pclose(pipe);
    status_ = WIFEXITED(code) ? WEXITSTATUS(code) : -1;
    return lines_of(printed);
  }

 private:
  fs::path folder_;
  int status_ = 0;
};

bool is_ours(const std::string& command) {
  return command == "echo $?" || command.find("converge ") != std::string::npos ||
         command.find("./dev run ") != std::string::npos;
}

// ---- 1. what is generated

void expect_generated(const fs::path& path, const std::string& text) {
  if (approving()) return spit(path, text);
  EXPECT_EQ(slurp(path), text) << place_of(path) << ": " << kAdvice;
}

TEST(Docs, TheReferencePageIsTheProgramsOwn) { expect_generated(kRoot / "docs/scenario-reference.md", reference()); }

TEST(Docs, ThePublishedSchemaIsTheProgramsOwn) { expect_generated(kRoot / "scenarios/scenario.schema.json", schema()); }

// ---- 2. scenarios

TEST(Docs, EveryScenarioShownIsWellFormedAndDoesWhatItExpects) {
  std::size_t shown = 0;
  for (const fs::path& page : pages()) {
    const std::vector<std::string> lines = lines_of(slurp(page));
    for (const Block& block : blocks(lines)) {
      const std::string text = text_of({lines.begin() + static_cast<std::ptrdiff_t>(block.begin),
                                        lines.begin() + static_cast<std::ptrdiff_t>(block.end)});
      if (block.language != "json" || text.find("\"title\"") == std::string::npos)
        continue;  // a part of one, or a result
      const std::string place = fmt::format("{}:{}", place_of(page), block.begin + 1);
      const Parsed parsed = parse(text);
      EXPECT_TRUE(parsed.scenario) << explain(place, text, parsed.problems);
      if (!parsed.scenario) continue;
      ++shown;
      if (!parsed.scenario->expect) continue;
      const models::Pipeline model{parsed.scenario->pipeline};
      sim::NominalChooser nominal{model.questions()};
      sim::ReplayedChooser chooser{nominal, parsed.scenario->given};
      const models::Run run = models::run(model, chooser, models::Recording::on);
      for (const std::string& broken : unmet(*parsed.scenario->expect, models::judge(model, run))) {
        ADD_FAILURE() << place << ": " << broken;
      }
    }
  }
  EXPECT_GT(shown, 0U);
}

// ---- 3. sessions

bool has_session(const fs::path& page) {
  for (const Block& block : blocks(lines_of(slurp(page)))) {
    if (block.language == "console") return true;
  }
  return false;
}

std::vector<std::string> pages_with_sessions() {
  std::vector<std::string> all;
  for (const fs::path& page : pages()) {
    if (has_session(page)) all.push_back(place_of(page));
  }
  return all;
}

// A page each, so that they are typed side by side.
class DocsSessions : public testing::TestWithParam<std::string> {};

TEST_P(DocsSessions, AreWhatTheProgramPrints) {
  const fs::path page = kRoot / GetParam();
  const std::vector<std::string> lines = lines_of(slurp(page));
  std::vector<std::string> told;  // the page with each session as it goes today
  std::size_t copied = 0;
  Desk desk;
  for (const Block& block : blocks(lines)) {
    if (block.language != "console") continue;
    for (std::size_t i = block.begin; i < block.end;) {
      const std::string place = fmt::format("{}:{}", GetParam(), i + 1);
      ASSERT_TRUE(lines[i].starts_with("$ ")) << place << ": a session starts with a command";
      const std::string command = lines[i].substr(2);
      ASSERT_TRUE(is_ours(command)) << place << ": only converge is run here; other commands belong into a block of sh";
      std::size_t end = i + 1;
      while (end < block.end && !lines[end].starts_with("$ ")) ++end;
      const auto at = [&](std::size_t line) { return lines.begin() + static_cast<std::ptrdiff_t>(line); };
      const std::vector<std::string> shown(at(i + 1), at(end));
      // Every order of five steps, explored, takes minutes under sanitizers; those see smaller plans in other tests.
      const bool too_long = support::kSanitized && command.find(" orderings ") != std::string::npos &&
                            command.find(" --free") != std::string::npos;
      const std::vector<std::string> printed = too_long ? shown : desk.type(command);
      if (!approving()) {
        EXPECT_EQ(text_of(shown), text_of(printed)) << place << ": " << command << ": " << kAdvice;
      }
      told.insert(told.end(), at(copied), at(i + 1));
      told.insert(told.end(), printed.begin(), printed.end());
      copied = i = end;
    }
  }
  told.insert(told.end(), lines.begin() + static_cast<std::ptrdiff_t>(copied), lines.end());
  if (approving() && told != lines) spit(page, text_of(told));
}

INSTANTIATE_TEST_SUITE_P(Docs, DocsSessions, testing::ValuesIn(pages_with_sessions()), [](const auto& tested) {
  std::string name;
  for (const char c : tested.param) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
  }
  return name;
});

// ---- 4. parameters

// The models' pages list each field of the sections that set a model, with its default.
TEST(Docs, TheModelsPagesGiveEveryParameterWithItsDefault) {
  const std::map<std::string, std::string> real = defaults();
  std::set<std::string> listed;
  for (const fs::path& page : pages()) {
    if (page.parent_path().filename() != "models") continue;
    std::vector<std::string> lines = lines_of(slurp(page));
    const std::vector<std::string> before = lines;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::vector<std::string> row = cells(lines[i]);
      if (row.size() < 3 || !row[0].starts_with('`')) continue;
      const std::string name = code_spans(row[0]).front();
      const auto found = real.find(name);
      if (found == real.end()) continue;  // the next test finds names that nothing has
      listed.insert(name);
      const std::size_t first = lines[i].find('|', lines[i].find('|') + 1) + 1;
      const std::size_t last = lines[i].find('|', first);
      if (approving()) lines[i].replace(first, last - first, " " + found->second + " ");
      EXPECT_TRUE(approving() || row[1] == found->second) << place_of(page) << ":" << i + 1 << ": the default of "
                                                          << name << " is " << found->second << "; " << kAdvice;
    }
    if (lines != before) spit(page, text_of(lines));
  }
  const std::set<std::string> elsewhere{"scenario", "deviation", "expect", "expect_check",
                                        "property", "condition"};  // the guide explains these, or properties.md
  for (const auto& [name, value] : real) {
    if (elsewhere.contains(name.substr(0, name.find('.')))) continue;
    EXPECT_TRUE(listed.contains(name)) << name << " is in no table of docs/models";
  }
}

// Markdown as a reader sees it: links by their text, marks gone, blanks and line breaks as one blank.
std::string as_read(const std::string& markdown) {
  const std::regex link{R"(\[((?:[^\[\]]|\[[^\]]*\])*)\]\([^)]*\))"};
  std::string text = std::regex_replace(markdown, link, "$1");
  text = std::regex_replace(text, std::regex{R"(\*\*|`)"}, "");
  return std::regex_replace(text, std::regex{R"(\s+)"}, " ");
}

// What reports say of the models is what the models' pages say: each sentence of what is kept, all of what is left out,
// and every source.
TEST(Docs, ReportsAssumeWhatTheModelsPagesSay) {
  const std::regex linked{R"(\[((?:[^\[\]]|\[[^\]]*\])*)\]\((https?://[^)]*)\))"};
  std::map<std::string, sim::Assumed> assumed;
  for (const sim::Assumed& a : models::assumed()) assumed.emplace(a.model, a);
  std::size_t found = 0;
  for (const fs::path& page : pages()) {
    if (page.parent_path().filename() != "models") continue;
    const std::string text = slurp(page);
    const std::string title = text.substr(2, text.find('\n') - 2);
    ASSERT_TRUE(assumed.contains(title)) << place_of(page) << ": models/assumed.cpp has no entry for " << title;
    const sim::Assumed& a = assumed.at(title);
    ++found;
    const std::size_t keeps = text.find("**Keeps.**");
    const std::size_t leaves = text.find("**Leaves out.**");
    ASSERT_TRUE(keeps != std::string::npos && leaves != std::string::npos) << place_of(page);
    const std::string kept = as_read(text.substr(keeps, leaves - keeps));
    const std::string left = as_read(text.substr(leaves + 15, text.find("\n\n", leaves) - leaves - 15));
    EXPECT_EQ(" " + a.leaves_out, left) << place_of(page);
    for (std::size_t at = 0; at < a.keeps.size();) {
      std::size_t end = a.keeps.find(". ", at);
      end = end == std::string::npos ? a.keeps.size() : end + 1;
      const std::string sentence = a.keeps.substr(at, end - at);
      EXPECT_NE(kept.find(sentence), std::string::npos) << place_of(page) << " does not say: " << sentence;
      at = end + 1;
    }
    std::set<std::string> sources;
    for (auto i = std::sregex_iterator{text.begin(), text.end(), linked}; i != std::sregex_iterator{}; ++i) {
      sources.insert(as_read((*i)[1].str()) + ", " + (*i)[2].str());
    }
    EXPECT_EQ(std::set<std::string>(a.sources.begin(), a.sources.end()), sources) << place_of(page);
  }
  EXPECT_EQ(found, assumed.size());
}

std::string_view unit_word(sim::PropertyResult::Unit unit) {
  using Unit = sim::PropertyResult::Unit;
  switch (unit) {
    case Unit::duration: return "duration";
    case Unit::rows: return "rows";
    case Unit::changes: return "changes";
    case Unit::reads: return "reads";
    case Unit::jobs: return "jobs";
    case Unit::layers: return "layers";
    case Unit::version: return "version";
    case Unit::count: return "count";
  }
  return "";
}

// Between its two marks the page holds the table of metrics, as the models have it.
TEST(Docs, ThePropertiesPageListsEveryMetric) {
  constexpr std::string_view begin = "<!-- metrics -->\n";
  constexpr std::string_view end = "<!-- end of metrics -->\n";
  std::string table = "| actor | metric | unit | value |\n| --- | --- | --- | --- |\n";
  for (const models::Metric& m : models::metrics()) {
    table += fmt::format("| `{}` | `{}` | {} | {} |\n", models::actor_name(static_cast<std::uint16_t>(m.actor)), m.name,
                         unit_word(m.unit), m.doc);
  }
  const fs::path path = kRoot / "docs/properties.md";
  const std::string page = slurp(path);
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  expect_generated(path, page.substr(0, from) + std::string{begin} + table + page.substr(to));
}

TEST(Docs, TheGuideListsEveryChoice) {
  const std::string guide = slurp(kRoot / "docs/guide.md");
  for (const sim::Question& q : models::questions({})) {
    const std::string row = fmt::format("| `{}` | `{}` |", q.actor, q.kind);
    const std::size_t at = guide.find(row);
    EXPECT_NE(at, std::string::npos) << "docs/guide.md lists no choice " << q.kind << " of " << q.actor;
    const std::string line = at == std::string::npos ? "" : guide.substr(at, guide.find('\n', at) - at);
    for (const sim::Option& option : q.options) {
      EXPECT_NE(line.find("`" + option.name + "`"), std::string::npos)
          << row << " does not name the answer " << option.name;
    }
  }
}

TEST(Docs, EveryFieldThatIsNamedExists) {
  const std::map<std::string, std::string> real = defaults();
  std::set<std::string> sections;
  for (const auto& [name, value] : real) sections.insert(name.substr(0, name.find('.')));
  for (const fs::path& page : pages()) {
    const std::vector<std::string> lines = prose(lines_of(slurp(page)));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const std::string& span : code_spans(lines[i])) {
        const std::size_t dot = span.find('.');
        const bool is_name = span.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.") == std::string::npos;
        if (dot == std::string::npos || !is_name || !sections.contains(span.substr(0, dot))) continue;
        const bool is_file = span.ends_with(".hpp") || span.ends_with(".cpp") || span.ends_with(".md");
        EXPECT_TRUE(is_file || real.contains(span))
            << place_of(page) << ":" << i + 1 << ": no scenario has a field " << span;
      }
    }
  }
}

// ---- 5. links

TEST(Docs, EveryLinkLeadsSomewhere) {
  for (const fs::path& page : pages()) {
    const std::vector<std::string> lines = prose(lines_of(slurp(page)));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const std::string& link : links(lines[i])) {
        const std::size_t hash = std::min(link.size(), link.find('#'));
        const fs::path target = hash == 0 ? page : page.parent_path() / link.substr(0, hash);
        const std::string place = fmt::format("{}:{}", place_of(page), i + 1);
        EXPECT_TRUE(fs::exists(target)) << place << ": " << link << " is not there";
        if (hash == link.size() || target.extension() != ".md" || !fs::exists(target)) continue;
        EXPECT_TRUE(anchors(target).contains(link.substr(hash + 1))) << place << ": " << link << ": no such heading";
      }
    }
  }
}

// Files of this repository that the prose names by their path, as in `models/flink.hpp`.
TEST(Docs, EverySourceFileThatIsNamedExists) {
  const std::vector<std::string_view> folders{"sim/", "models/", "scenarios/", "reports/", "tests/", "docs/"};
  for (const fs::path& page : pages()) {
    const std::vector<std::string> lines = prose(lines_of(slurp(page)));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const std::string& span : code_spans(lines[i])) {
        const bool ours =
            std::any_of(folders.begin(), folders.end(), [&](std::string_view f) { return span.starts_with(f); });
        if (!ours || span.find_first_of("*<>{ ") != std::string::npos) continue;
        EXPECT_TRUE(fs::exists(kRoot / span)) << place_of(page) << ":" << i + 1 << ": " << span << " is not there";
      }
    }
  }
}

TEST(Docs, TheGalleryNamesEveryScenario) {
  const std::string page = slurp(kRoot / "docs/gallery.md");
  for (const std::string& name : gallery()) {
    EXPECT_NE(page.find("scenarios/" + name), std::string::npos)
        << "docs/gallery.md says nothing about scenarios/" << name;
  }
}

TEST(Docs, TheMapNamesEveryPage) {
  const std::string map = slurp(kRoot / "docs/README.md");
  for (const fs::path& page : pages()) {
    const std::string name = page.lexically_relative(kRoot / "docs").generic_string();
    if (name == "README.md" || name.starts_with("..")) continue;
    EXPECT_NE(map.find("(" + name + ")"), std::string::npos) << "docs/README.md does not lead to " << name;
  }
}

}  // namespace
}  // namespace converge::scenarios
