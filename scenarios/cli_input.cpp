#include "scenarios/cli_input.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "scenarios/cli_output.hpp"

namespace converge::scenarios {

namespace fs = std::filesystem;

FileText read_input(const std::string& path) {
  if (path != "-") return read_file(path);
  FileText input;
  char buffer[1 << 16];
  while (std::cin.read(buffer, sizeof buffer), std::cin.gcount() > 0) {
    input.text.append(buffer, static_cast<std::size_t>(std::cin.gcount()));
    if (input.text.size() <= text_bytes_max) continue;
    input.problems.push_back({.found = "more than 4 MiB on standard input", .expected = "a scenario of at most 4 MiB"});
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
  for (const std::string& target : {o.output, o.save}) {
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
