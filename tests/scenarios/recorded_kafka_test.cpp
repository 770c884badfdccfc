// Kafka's recordings against our models: all agree, a wrong answer is noticed, and what is no case does no harm.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scenarios/recorded/conform.hpp"
#include "scenarios/recorded/kafka.hpp"
#include "scenarios/recorded/recordings.hpp"
#include "scenarios/recorded/systems.hpp"

namespace converge::scenarios::recorded {
namespace {

const std::vector<Json>& cases() {
  static const std::vector<Json> all = [] {
    std::vector<Json> read;
    for (const RecordingFolder& folder : find_recordings(kept_recordings().value() / "kafka")) {
      for (const RecordingFile& file : folder.files) {
        read_lines(file, [&](std::size_t, const std::string& text) {
          read.push_back(Json::parse(text));
          return true;
        });
      }
    }
    return read;
  }();
  return all;
}

sim::ConformCase::Answer replayed(const Json& one) {
  Comparison comparison{false};
  replay_kafka(one, comparison);
  return comparison.result().answer;
}

TEST(RecordedKafka, EveryCaseThatIsKeptAgrees) {
  ASSERT_FALSE(cases().empty());
  for (const Json& one : cases()) {
    ASSERT_TRUE(knows_kafka(one));
    EXPECT_EQ(replayed(one), sim::ConformCase::Answer::agrees) << one.at("case");
  }
}

// One of them, without a copy of all.
template <typename All>
auto& any_of(All& all) {
  return all[*rc::gen::inRange<std::size_t>(0, all.size())];
}

// Every place in a document where a plain value stands.
void leaves(Json& at, std::vector<Json*>& all) {
  if (!at.is_structured()) return all.push_back(&at);
  for (Json& one : at) leaves(one, all);
}

void nodes(Json& at, std::vector<Json*>& all) {
  all.push_back(&at);
  if (!at.is_structured()) return;
  for (Json& one : at) nodes(one, all);
}

void alter(Json& value) {
  if (value.is_boolean()) {
    value = !value.get<bool>();
  } else if (value.is_number()) {
    value = value.get<double>() + 1;
  } else {
    value = "something else";
  }
}

RC_GTEST_PROP(RecordedKafka, AnAnswerThatIsChangedIsNoticed, ()) {
  Json one = any_of(cases());
  std::vector<Json*> answers;
  if (one.contains("outcome")) {
    for (const char* answer : {"result", "records", "position", "end_offset_seen", "exception"}) {
      if (one.at("outcome").contains(answer)) leaves(one.at("outcome").at(answer), answers);
    }
  } else {
    Json& step = any_of(one.at("steps"));
    for (const char* answer :
         {"result", "base_offset", "last_offset", "rolled", "hw", "deleted_segments", "cleaned", "first_dirty_offset",
          "first_uncleanable_offset", "cleanable_ratio", "cleaned_up_to", "log", "offset", "cause", "state"}) {
      if (step.contains(answer)) leaves(step.at(answer), answers);
    }
  }
  RC_PRE(!answers.empty());
  alter(*any_of(answers));
  RC_ASSERT(replayed(one) == sim::ConformCase::Answer::disagrees);
}

RC_GTEST_PROP(RecordedKafka, WhatIsNoCaseIsRefusedAndDoesNoHarm, ()) {
  Json one = any_of(cases());
  const int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes; ++i) {
    std::vector<Json*> all;
    nodes(one, all);
    *any_of(all) = *rc::gen::element<Json>(Json{}, 0, -1, true, "", "compact", std::numeric_limits<std::int64_t>::max(),
                                           std::numeric_limits<std::int64_t>::min(), 1e300, Json::array(),
                                           Json::object(), Json::array({1, 2, 3, 4}));
  }
  bool refused = false;
  try {
    if (knows_kafka(one)) replayed(one);
  } catch (const Json::exception&) {
    refused = true;
  }
  RC_CLASSIFY(refused, "refused");
}

}  // namespace
}  // namespace converge::scenarios::recorded
