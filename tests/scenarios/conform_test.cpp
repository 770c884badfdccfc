// `converge conform` as its users meet it: what it counts, what it tells of one case, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <string>

#include "tests/support/converge.hpp"
#include "tests/support/program.hpp"

namespace converge::scenarios {
namespace {

using support::converge;
using support::document;
using support::Ended;
using support::Folder;
using testing::HasSubstr;
using testing::Not;

using Json = nlohmann::json;

// A consumer at position 4 whose log start moved on: it goes on where the log now begins (kafka, K3).
std::string consumer(const std::string& id, int first) {
  return R"({"case":")" + id +
         R"(","group":"K3","kind":"running","group_protocol":"classic","auto_offset_reset":"earliest",)"
         R"("isolation_level":"read_uncommitted","log_start_moves_to":5,"outcome":{"position_before":4,"log_start":5,)"
         R"("log_end":7,"records":[)" +
         std::to_string(first) + R"(,6],"result":"ok","position":7}})" + "\n";
}

const std::string kRight = consumer("right", 5);
const std::string kWrong = consumer("wrong", 4);  // no reader gets what is gone

TEST(Conform, CountsWhatAgreesAndWhatDoesNot) {
  const Folder folder;
  folder.write("K3.jsonl", kRight + kRight + kWrong);
  const Ended ended = converge({"conform", "--recordings", folder.path().string(), "--json"});
  EXPECT_EQ(ended.exit, 1);
  const Json j = document(ended);
  EXPECT_EQ(j.at("command"), "conform");
  EXPECT_EQ(j.at("verdict"), "disagree");
  EXPECT_EQ(j.at("cases_per_s"), nullptr);
  ASSERT_EQ(j.at("systems").size(), 1U);
  const Json& kafka = j.at("systems").at(0);
  EXPECT_EQ(kafka.at("name"), "kafka");
  EXPECT_EQ(kafka.at("version"), "");  // nobody said it
  ASSERT_EQ(kafka.at("groups").size(), 1U);
  const Json& group = kafka.at("groups").at(0);
  EXPECT_EQ(group.at("name"), "K3");
  EXPECT_EQ(group.at("cases"), 3);
  EXPECT_EQ(group.at("agree"), 2);
  EXPECT_EQ(group.at("disagree"), 1);
  EXPECT_EQ(group.at("out_of_scope"), 0);
  EXPECT_EQ(group.at("reasons"), Json::object());
  EXPECT_EQ(group.at("disagreements"), Json({"wrong"}));
}

TEST(Conform, AgreesWithWhatIsKept) {
  const Ended ended = converge({"conform", "--json"});
  EXPECT_EQ(ended.exit, 0) << ended.out << ended.err;
  const Json j = document(ended);
  EXPECT_EQ(j.at("verdict"), "agree");
  EXPECT_GT(j.at("cases"), 500);
  EXPECT_EQ(j.at("cases"), j.at("agree").get<int>() + j.at("out_of_scope").get<int>());
  for (const Json& system : j.at("systems")) {
    EXPECT_NE(system.at("version"), "") << system.at("name");
    for (const Json& group : system.at("groups")) {
      int outside = 0;
      for (const Json& cases : group.at("reasons")) outside += cases.get<int>();
      EXPECT_EQ(outside, group.at("out_of_scope")) << "each has a reason";
    }
  }
}

// What every case that is kept is held to, case by case, is found in a recording of another name and place, packed.
TEST(Conform, KnowsACaseByWhatIsInItAndNotByItsFolder) {
  const Folder folder;
  const std::string packed = folder / "mine.jsonl.gz";
  const gzFile file = gzopen(packed.c_str(), "wb");
  ASSERT_EQ(gzputs(file, kRight.c_str()), static_cast<int>(kRight.size()));
  ASSERT_EQ(gzclose(file), Z_OK);
  folder.write("README.md", "Recorded on Kafka 9.8.7 and 1.2.3.");
  const Json j = document(converge({"conform", "--recordings", folder.path().string(), "--json"}));
  EXPECT_EQ(j.at("verdict"), "agree");
  EXPECT_EQ(j.at("systems").at(0).at("name"), "kafka");
  EXPECT_EQ(j.at("systems").at(0).at("version"), "9.8.7");
  EXPECT_EQ(j.at("systems").at(0).at("groups").at(0).at("name"), "mine");
}

TEST(Conform, ExplainsOneCase) {
  const Folder folder;
  folder.write("K3.jsonl", kRight + kWrong);
  const std::string path = folder.path().string();
  const Ended wrong = converge({"conform", "--recordings", path, "--explain", "wrong"});
  EXPECT_EQ(wrong.exit, 1);
  EXPECT_THAT(wrong.out, HasSubstr("disagrees"));
  EXPECT_THAT(wrong.out, HasSubstr("> records: recorded [4,6]"));
  EXPECT_THAT(wrong.out, HasSubstr("modelled [5,6]"));
  const Ended right = converge({"conform", "--recordings", path, "--explain", "right"});
  EXPECT_EQ(right.exit, 0);
  EXPECT_THAT(right.out, HasSubstr("agrees"));
  EXPECT_THAT(right.out, Not(HasSubstr("modelled")));
  const Json j = document(converge({"conform", "--recordings", path, "--explain", "wrong", "--json"}));
  EXPECT_EQ(j.at("verdict"), "disagree");
  EXPECT_EQ(j.at("case"), "wrong");
  EXPECT_FALSE(j.at("lines").empty());
}

TEST(Conform, MistakesHaveExitCodeTwoAndTheirPlace) {
  const Folder folder;
  const std::string path = folder.path().string();
  const auto refused = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"conform"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = converge(arguments);
    EXPECT_EQ(ended.exit, 2) << ended.out;
    EXPECT_EQ(ended.out, "");
    return ended.err;
  };
  EXPECT_THAT(refused({"--recordings", path}), HasSubstr("no recordings in it"));
  EXPECT_THAT(refused({"--recordings", folder / "nowhere"}), HasSubstr("no such folder"));
  folder.write("K3.jsonl", kRight);
  EXPECT_THAT(refused({"--recordings", path, "--system", "kafak"}), HasSubstr(R"(did you mean "kafka"?)"));
  EXPECT_THAT(refused({"--recordings", path, "--group", "K4"}), HasSubstr("K3"));
  EXPECT_THAT(refused({"--recordings", path, "--explain", "neither"}), HasSubstr("neither"));
  folder.write("K3.jsonl", kRight + "{\n");
  EXPECT_THAT(refused({"--recordings", path}), HasSubstr("K3.jsonl:2:1"));
  folder.write("K3.jsonl", R"({"something": "else"})");
  EXPECT_THAT(refused({"--recordings", path}), HasSubstr("a case of no system known here"));
  folder.write("K3.jsonl", R"({"case":"x","group":"K3","kind":"running"})");
  EXPECT_THAT(refused({"--recordings", path}), HasSubstr("K3.jsonl:1:1"));
  folder.write("K3.jsonl", std::string(5'000'000, ' ') + "\n");
  EXPECT_THAT(refused({"--recordings", path}), HasSubstr("a longer line"));
  folder.write("K3.jsonl", "");
  folder.write("K3.jsonl.gz", "\x1f\x8b\x08 and no more");
  EXPECT_THAT(refused({"--recordings", path}), HasSubstr("packed data that is broken"));
}

TEST(Conform, WhatWasNotAskedForMayBeOfASystemThatIsNotKnown) {
  const Folder folder;
  std::filesystem::create_directories(folder / "a/kafka");
  std::filesystem::create_directories(folder / "a/pulsar");
  folder.write("a/kafka/K3.jsonl", kRight);
  folder.write("a/pulsar/P1.jsonl", R"({"something": "else"})");
  EXPECT_EQ(converge({"conform", "--recordings", folder / "a", "--system", "kafka"}).exit, 0);
  EXPECT_EQ(converge({"conform", "--recordings", folder / "a", "--system", "pulsar"}).exit, 2);
  EXPECT_EQ(converge({"conform", "--recordings", folder / "a"}).exit, 2);
}

TEST(Conform, AHostileCaseReachesTheTerminalEscaped) {
  const Folder folder;
  folder.write("K3.jsonl", consumer(R"(\u001b[31m)", 4));
  const Ended ended = converge({"conform", "--recordings", folder.path().string()});
  EXPECT_EQ(ended.exit, 1);
  EXPECT_THAT(ended.out, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace converge::scenarios
