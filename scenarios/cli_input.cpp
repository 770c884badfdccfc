#include "scenarios/cli_input.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "scenarios/cli_output.hpp"

namespace converge::scenarios {

namespace fs = std::filesystem;

FileText read_input(const std::string& path, std::size_t bytes_max) {
  if (path != "-") return read_file(path, bytes_max);
  FileText input;
  char buffer[1 << 16];
  while (std::cin.read(buffer, sizeof buffer), std::cin.gcount() > 0) {
    input.text.append(buffer, static_cast<std::size_t>(std::cin.gcount()));
    if (input.text.size() <= bytes_max) continue;
    const std::size_t mebi = bytes_max / (1024 * 1024);
    input.problems.push_back(
        {.found = fmt::format("more than {} MiB on standard input", mebi),
         .expected = fmt::format("a {} of at most {} MiB", bytes_max == text_bytes_max ? "scenario" : "result", mebi)});
    break;
  }
  return input;
}

std::string read_whole(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file) throw CannotRead{printable(path) + ": cannot be read"};
  return text;
}

Loaded load(const std::string& path) {
  Loaded loaded{.file = path == "-" ? "<standard input>" : path};
  FileText input = read_input(path);
  loaded.text = std::move(input.text);
  if (!input.problems.empty()) {
    loaded.parsed.problems = std::move(input.problems);
  } else {
    loaded.parsed = parse(loaded.text);
  }
  return loaded;
}

Exit refuse(const Options& o, std::string_view command, const std::string& file, std::string_view text,
            const std::vector<Problem>& problems) {
  if (o.json) {
    put(o, problems_json(command, file, problems));
  } else {
    fmt::print(stderr, "{}", explain(file, text, problems));
  }
  return Exit::wrong_input;
}

void spare(const Options& o, const std::string& input) {
  std::vector<std::string> targets = o.reports;
  targets.push_back(o.output);
  targets.push_back(o.save);
  for (const std::string& target : targets) {
    std::error_code missing;
    if (!target.empty() && fs::equivalent(target, input, missing)) {
      throw CannotWrite{printable(target) + ": is read here, and would be lost"};
    }
  }
}

SeenFrom seen_from(const std::string& schedule, const std::string& scenario) {
  const fs::path folder = fs::absolute(schedule).lexically_normal().parent_path();
  const fs::path relative = fs::absolute(scenario).lexically_normal().lexically_relative(folder);
  const bool leads_up = relative.empty() || *relative.begin() == "..";
  return {(leads_up ? fs::path{scenario}.filename() : relative).generic_string(), !leads_up};
}

std::string schedule_file(const std::string& scenario, const sim::Schedule& schedule) {
  return write_schedule({fs::path{scenario}.filename().generic_string(), schedule});
}

KeptSchedule keep(const Options& o, const std::string& what, const sim::Schedule& schedule) {
  if (o.no_files || o.file == "-") return {};
  const fs::path folder = o.save.empty() ? fs::path{"."} : fs::path{o.save};
  std::error_code error;
  fs::create_directories(folder, error);
  const std::string name = fs::path{o.file}.stem().string() + "." + what + ".schedule.json";
  const std::string file = (folder / name).lexically_normal().string();
  if (fs::equivalent(file, o.file, error)) throw CannotWrite{printable(file) + ": is read here, and would be lost"};
  const SeenFrom scenario = seen_from(file, o.file);
  write_file(file, write_schedule({scenario.path, schedule}));
  std::string replay = "converge replay " + shell_word(file);
  if (!scenario.found) replay += " --scenario " + shell_word(o.file);
  return {file, replay};
}

}  // namespace converge::scenarios
