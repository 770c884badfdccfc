#include "scenarios/cli_output.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

namespace converge::scenarios {

namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

reports::Terminal terminal(const Options& o) {
  winsize size{};
  const bool is_terminal = o.output.empty() && isatty(STDOUT_FILENO) != 0;
  if (is_terminal) ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  return reports::terminal({.is_terminal = is_terminal,
                            .no_color_flag = o.no_color,
                            .columns = size.ws_col,
                            .no_color = environment("NO_COLOR"),
                            .clicolor_force = environment("CLICOLOR_FORCE"),
                            .term = environment("TERM"),
                            .lc_all = environment("LC_ALL"),
                            .lc_ctype = environment("LC_CTYPE"),
                            .lang = environment("LANG")});
}

Exit exit_code(sim::Outcome outcome) {
  switch (outcome) {
    case sim::Outcome::converged: return Exit::holds;
    case sim::Outcome::violated: return Exit::violated;
    case sim::Outcome::inconclusive:
    case sim::Outcome::vacuous: return Exit::no_verdict;
  }
  return Exit::our_fault;
}

void put(const Options& o, const std::string& text) {
  if (!o.output.empty()) return write_file(o.output, text);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw CannotWrite{"standard output cannot be written"};
  }
}

void write_file(const std::string& path, const std::string& text) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  // A device or a pipe is written to, and so is what the shell has open (/dev/stdout): only a file of the user's is
  // replaced. Through a link it is the file that the link leads to.
  const bool is_file = type == fs::file_type::regular || type == fs::file_type::not_found;
  const bool replaces = is_file && !path.starts_with("/dev/") && !path.starts_with("/proc/");
  fs::path target = path;
  if (type == fs::file_type::regular && fs::is_symlink(path, error)) target = fs::canonical(path, error);
  const std::string beside = replaces ? target.string() + ".part" : path;
  std::ofstream file{beside, std::ios::binary | std::ios::trunc};
  const bool opened = file.is_open();
  file << text;
  file.close();
  error.clear();
  if (file && replaces) fs::rename(beside, target, error);
  if (file && !error) return;
  std::error_code ignored;
  if (replaces && opened) fs::remove(beside, ignored);
  throw CannotWrite{printable(path) + ": cannot be written"};
}

namespace {

using Json = nlohmann::ordered_json;

Json as_json(const std::vector<Problem>& problems) {
  Json list = Json::array();
  for (const Problem& p : problems) {
    list.push_back({{"path", p.path},
                    {"line", p.line},
                    {"column", p.column},
                    {"found", p.found},
                    {"expected", p.expected},
                    {"hint", p.hint}});
  }
  return list;
}

std::string dump(const Json& document) { return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string problems_json(std::string_view command, const std::string& file, const std::vector<Problem>& problems) {
  return dump({{"converge", CONVERGE_VERSION},
               {"command", command},
               {"scenario", {{"file", file}}},
               {"valid", problems.empty()},
               {"problems", as_json(problems)}});
}

std::string validation_json(const std::vector<Checked>& files) {
  Json document{{"converge", CONVERGE_VERSION}, {"command", "validate"}, {"valid", true}, {"files", Json::array()}};
  for (const Checked& c : files) {
    document["files"].push_back({{"file", c.file}, {"valid", c.problems.empty()}, {"problems", as_json(c.problems)}});
    if (!c.problems.empty()) document["valid"] = false;
  }
  return dump(document);
}

}  // namespace converge::scenarios
