// Compilers may evaluate operands and arguments in any order, and do: two choices in one statement would be asked in an
// order that differs between them, and so would the trace. So a statement asks one.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace {

// Statements (up to the next ; or {) that ask more than once.
std::vector<std::string> asking_twice(const std::string& source) {
  static const std::regex ask{R"((\.|->)(duration|choose)\(|\brestore\(out\))"};
  std::vector<std::string> found;
  std::istringstream lines{source};
  std::string code;
  for (std::string line; std::getline(lines, line);) code += line.substr(0, line.find("//")) + "\n";
  std::string statement;
  for (const char c : code) {
    statement += c;
    if (c != ';' && c != '{' && c != '}') continue;
    const auto times =
        std::distance(std::sregex_iterator{statement.begin(), statement.end(), ask}, std::sregex_iterator{});
    if (times > 1) found.push_back(statement);
    statement.clear();
  }
  return found;
}

TEST(Choices, AreAskedOneAStatement) {
  const std::filesystem::path root{CONVERGE_SOURCE_DIR};
  int read = 0;
  for (const char* folder : {"models", "tests/toys"}) {
    for (const auto& entry : std::filesystem::directory_iterator{root / folder}) {
      std::ostringstream text;
      text << std::ifstream{entry.path()}.rdbuf();
      for (const std::string& statement : asking_twice(text.str())) ADD_FAILURE() << entry.path() << ": " << statement;
      ++read;
    }
  }
  EXPECT_GT(read, 20);
}

TEST(Choices, TwoInOneStatementAreFound) {
  EXPECT_EQ(asking_twice("const auto t = out.duration(id(Q::a)) + out.duration(id(Q::b));").size(), 1U);
  EXPECT_EQ(asking_twice("f(context.choose(1),\n  context.choose(2));").size(), 1U);
  EXPECT_TRUE(
      asking_twice("const auto a = out.duration(x); // out.duration(y)\nconst auto b = out.duration(y);").empty());
}

}  // namespace
