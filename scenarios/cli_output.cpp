#include "scenarios/cli_output.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

namespace converge::scenarios {

void put(const Options& o, const std::string& text) {
  if (!o.output.empty()) return write_file(o.output, text);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw CannotWrite{"standard output cannot be written"};
  }
}

void write_file(const std::string& path, const std::string& text) {
  const std::string beside = path + ".part";
  std::ofstream file{beside, std::ios::binary | std::ios::trunc};
  file << text;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(beside, path, error);
  if (file && !error) return;
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  throw CannotWrite{path + ": cannot be written"};
}

std::string problems_json(std::string_view command, const std::string& file, const std::vector<Problem>& problems) {
  nlohmann::ordered_json document{{"converge", CONVERGE_VERSION}, {"command", command}, {"scenario", {{"file", file}}},
                                  {"valid", problems.empty()},    {"problems", nlohmann::ordered_json::array()}};
  for (const Problem& p : problems) {
    document["problems"].push_back({{"path", p.path}, {"line", p.line}, {"column", p.column}, {"found", p.found},
                                    {"expected", p.expected}, {"hint", p.hint}});
  }
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace converge::scenarios
