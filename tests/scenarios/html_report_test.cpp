// The HTML report of every gallery scenario is the approved one, on every compiler: one page is kept as it is, of the
// others a hash. Style and script are left out, so that a colour approves nothing.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/hash.hpp"
#include "tests/support/converge.hpp"

namespace converge::scenarios {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot{CONVERGE_SOURCE_DIR};
constexpr std::string_view kept = "spark-before-iceberg";
const std::vector<std::vector<std::string>> others{
    {"check", "scenarios/everything-may-fail.json", "-n", "60", "--no-files"},
    {"explore", "scenarios/flink-down-past-retention.json", "--deviations", "1", "--no-files"},
    {"worst", "scenarios/everything-may-fail.json", "-n", "30", "--no-files"},
    {"advise", "scenarios/everything-may-fail.json"},
    {"orderings", "scenarios/add-column-three-phase.json", "--free", "--schedules", "0", "--deviations", "0",
     "--no-variants"}};

void cut(std::string& page, std::string_view from, std::string_view until) {
  const std::size_t begin = page.find(from);
  ASSERT_NE(begin, std::string::npos) << from;
  const std::size_t end = page.find(until, begin + from.size());
  ASSERT_NE(end, std::string::npos) << until;
  page.erase(begin + from.size(), end - begin - from.size());
}

std::string page_of(std::vector<std::string> command) {
  const support::Folder folder;
  const std::string file = folder / "report.html";
  command.insert(command.end(), {"--quiet", "--report", file});
  const support::Ended ended =
      support::run_program(CONVERGE_PROGRAM, {.arguments = std::move(command), .folder = kRoot.string()});
  EXPECT_TRUE(ended.exit == 0 || ended.exit == 1 || ended.exit == 3) << ended.err;
  std::string page = support::slurp(file);
  cut(page, "default-src ", "\">");
  cut(page, "<style>", "</style>");
  cut(page, "<script>", "</script>");
  return page;
}

void expect_approved(const std::string& name, const std::string& text) {
  const fs::path path = kRoot / "reports/golden" / name;
  if (std::getenv("CONVERGE_APPROVE") != nullptr) {
    std::ofstream{path, std::ios::binary} << text;
    return;
  }
  EXPECT_EQ(support::slurp(path), text) << path << ": approve it with ./dev approve, and read the diff";
}

TEST(HtmlReport, OfTheGalleryIsTheApprovedOne) {
  const support::Ended help = support::run_program(CONVERGE_PROGRAM, {.arguments = {"run", "--help"}});
  if (help.out.find("--report") == std::string::npos) GTEST_SKIP() << "this program writes no reports yet";
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{kRoot / "scenarios"}) {
    const fs::path& path = entry.path();
    if (path.extension() == ".json" && path.stem().extension() != ".schema") names.push_back(path.stem().string());
  }
  std::sort(names.begin(), names.end());
  const fs::path approved = kRoot / "reports/golden/html.hashes";
  if (support::kSanitized) {  // twenty times slower: one run says whether the pages are the same here too
    const std::string page = page_of({"run", "scenarios/" + std::string{kept} + ".json"});
    expect_approved(std::string{kept} + ".html", page);
    EXPECT_NE(support::slurp(approved).find(fmt::format("{:016x} run {}", sim::hash_of(page), kept)),
              std::string::npos);
    return;
  }
  std::string hashes;
  for (const std::string& name : names) {
    const std::string page = page_of({"run", "scenarios/" + name + ".json"});
    EXPECT_LT(page.size(), 300'000U) << name;
    if (name == kept) expect_approved(name + ".html", page);
    hashes += fmt::format("{:016x} run {}\n", sim::hash_of(page), name);
  }
  for (const std::vector<std::string>& command : others) {
    const std::string page = page_of(command);
    EXPECT_LT(page.size(), 700'000U) << command[0];
    hashes += fmt::format("{:016x} {}\n", sim::hash_of(page), fmt::join(command, " "));
  }
  expect_approved("html.hashes", hashes);
}

}  // namespace
}  // namespace converge::scenarios
