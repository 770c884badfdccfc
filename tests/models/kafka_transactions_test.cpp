// Transactional producers; docs/facts/kafka-flink-cdc.md 1.6, recordings K4.
#include "models/kafka_transactions.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "models/kafka_consumer.hpp"

namespace converge::models::kafka {
namespace {

using Error = ProducerError;
using State = TransactionalId::State;

Transactions fresh() {
  Transactions t{{.timeout = 4'000, .sweep_every = 200, .delivery_timeout = 6'000}};
  t.init("A1", "A");
  t.init("B1", "B");
  return t;
}

TEST(KafkaTransactions, OneBeginsWithItsFirstRecordAndEndsWithOneMarker) {
  Transactions t = fresh();
  t.begin("A1");
  EXPECT_EQ(t.find("A")->state, State::empty);
  EXPECT_EQ(t.send("A1", "x").offset, 0);
  EXPECT_EQ(t.find("A")->state, State::ongoing);
  EXPECT_EQ(last_stable(t.log()), 0);
  EXPECT_EQ(t.commit("A1").error, Error::none);
  EXPECT_EQ(t.find("A")->state, State::complete_commit);
  EXPECT_EQ(last_stable(t.log()), 2);
}

TEST(KafkaTransactions, OneWithoutRecordsLeavesNoTrace) {
  Transactions t = fresh();
  t.begin("A1");
  EXPECT_EQ(t.commit("A1").error, Error::none);
  t.begin("A1");
  EXPECT_EQ(t.abort("A1").error, Error::none);
  EXPECT_EQ(t.find("A")->state, State::empty);
  EXPECT_EQ(t.log().end, 0);
}

TEST(KafkaTransactions, TheOldestOpenOneHoldsBackWhatOthersCommitted) {
  Transactions t = fresh();
  for (const char* p : {"A1", "B1"}) {
    t.begin(p);
    t.send(p, p);
  }
  t.commit("B1");
  EXPECT_EQ(last_stable(t.log()), 0);
  t.abort("A1");
  EXPECT_EQ(last_stable(t.log()), 4);
}

TEST(KafkaTransactions, ANewInstanceAbortsWhatItFindsOpenAndFencesTheOlderOnes) {
  Transactions t = fresh();
  t.begin("A1");
  t.send("A1", "x");
  t.init("A2", "A");
  EXPECT_EQ(t.log().end, 2);
  EXPECT_EQ(t.find("A")->state, State::empty);
  EXPECT_EQ(t.send("A1", "y").error, Error::old_epoch);
  EXPECT_EQ(t.commit("A1").error, Error::old_epoch);
  EXPECT_EQ(t.abort("A1").error, Error::fenced);
  EXPECT_EQ(t.begin("A1").error, Error::fenced);
  EXPECT_EQ(t.log().end, 2);
  t.begin("A2");
  EXPECT_EQ(t.send("A2", "z").offset, 2);
}

TEST(KafkaTransactions, AFencedInstanceWithoutRecordsDoesNotNoticeItWhenItEndsItsTransaction) {
  Transactions t = fresh();
  t.begin("A1");
  t.init("A2", "A");
  EXPECT_EQ(t.commit("A1").error, Error::none);
  EXPECT_EQ(t.begin("A1").error, Error::none);
}

TEST(KafkaTransactions, ANewInstanceFencesTheOlderOnesAlsoWhereItFindsNothingOpen) {
  Transactions t = fresh();
  t.begin("A1");
  t.init("A2", "A");
  EXPECT_EQ(t.send("A1", "x").error, Error::old_epoch);
  EXPECT_EQ(t.log().end, 0);
}

TEST(KafkaTransactions, EachTransactionHasItsOwnTimeOut) {
  Transactions t = fresh();
  for (int i = 0; i < 3; ++i) {
    t.begin("A1");
    t.send("A1", "x");
    t.wait(3'000);
    EXPECT_EQ(t.commit("A1").error, Error::none);
  }
}

TEST(KafkaTransactions, OneThatTimesOutIsAbortedAndItsProducerIsRefusedUntilItAborts) {
  Transactions t = fresh();
  t.begin("A1");
  t.wait(5'500);  // time counts from the first record
  EXPECT_EQ(t.send("A1", "x").offset, 0);
  t.wait(5'500);
  EXPECT_EQ(t.find("A")->state, State::complete_abort);
  EXPECT_EQ(t.send("A1", "y").error, Error::old_epoch);
  EXPECT_EQ(t.begin("A1").error, Error::old_epoch);
  EXPECT_EQ(t.abort("A1").error, Error::none);
  t.begin("A1");
  EXPECT_EQ(t.send("A1", "z").offset, 2);
}

TEST(KafkaTransactions, ACommitAfterATimeOutIsRefusedForGood) {
  Transactions t = fresh();
  t.begin("A1");
  t.send("A1", "x");
  t.wait(5'500);
  EXPECT_EQ(t.commit("A1").error, Error::invalid_transaction_state);
  const Answer abort = t.abort("A1");
  EXPECT_EQ(abort.error, Error::in_error_state);
  EXPECT_EQ(abort.cause, Error::invalid_transaction_state);
}

TEST(KafkaTransactions, ARecordSentOutsideOfATransactionIsRefusedAndGoesOutWithTheNextOne) {
  Transactions t = fresh();
  EXPECT_EQ(t.send("A1", "stray").error, Error::illegal_state);
  EXPECT_EQ(t.log().end, 0);
  t.begin("A1");
  EXPECT_EQ(t.log().end, 0);
  EXPECT_EQ(t.send("A1", "x").offset, 1);
}

TEST(KafkaTransactions, AnAbortEmptiesTheBuffer) {
  Transactions t = fresh();
  t.send("A1", "stray");
  EXPECT_EQ(t.abort("A1").error, Error::illegal_state);  // not this one
  t.begin("A1");
  t.abort("A1");
  t.begin("A1");
  EXPECT_EQ(t.send("A1", "x").offset, 0);
}

TEST(KafkaTransactions, ACommitOfNothingButAStrayRecordWaitsForItsDeliveryTimeoutAndCanBeAborted) {
  Transactions t = fresh();
  t.send("A1", "stray");
  t.begin("A1");
  const Answer commit = t.commit("A1");
  EXPECT_EQ(commit.error, Error::abortable);
  EXPECT_EQ(commit.cause, Error::timeout);
  EXPECT_EQ(t.abort("A1").error, Error::none);
  EXPECT_EQ(t.log().end, 0);
}

TEST(KafkaTransactions, AStrayRecordThatExpiresOutsideOfATransactionBreaksItsClientForGood) {
  Transactions t = fresh();
  t.send("B1", "stray");
  t.wait(6'000);
  EXPECT_EQ(t.begin("B1").error, Error::illegal_state);
  EXPECT_EQ(t.abort("B1").error, Error::illegal_state);
}

TEST(KafkaTransactions, TheClientRefusesWhatIsOutOfOrder) {
  Transactions t = fresh();
  EXPECT_EQ(t.commit("A1").error, Error::illegal_state);
  EXPECT_EQ(t.begin("nobody").error, Error::illegal_state);
  t.begin("A1");
  EXPECT_EQ(t.begin("A1").error, Error::illegal_state);
  EXPECT_EQ(t.init("A1", "A").error, Error::illegal_state);
  EXPECT_EQ(t.send("A1", "x").offset, 0);  // and is none the worse for it
}

// Readers never see a part of a transaction, nor a record of a fenced or timed-out one.
RC_GTEST_PROP(KafkaTransactions, WhoReadsCommittedGetsWholeTransactionsThatWereCommitted, ()) {
  Transactions t = fresh();
  std::map<std::string, std::string> names{{"A1", "A"}, {"A2", "A"}, {"B1", "B"}};
  std::map<std::string, std::vector<LogOffset>> open;  // what each producer got in since it began
  std::vector<LogOffset> promised;
  const int steps = *rc::gen::inRange(1, 60);
  bool fenced = false;
  for (int i = 0; i < steps; ++i) {
    const std::string p = *rc::gen::element<std::string>("A1", "A2", "B1");
    switch (*rc::gen::inRange(0, 8)) {
      case 0: fenced |= p == "A2" && t.init(p, names.at(p)).error == Error::none; break;
      case 1:
        if (t.begin(p).error == Error::none) open[p].clear();
        break;
      case 2:
        if (t.commit(p).error == Error::none) promised.insert(promised.end(), open[p].begin(), open[p].end());
        open[p].clear();
        break;
      case 3:
        t.abort(p);
        open[p].clear();
        break;
      case 4: t.wait(*rc::gen::inRange(0, 5'000)); break;
      case 5: promised.push_back(*t.plain_send("plain").offset); break;
      default: {
        const LogOffset before = t.log().end;
        const Answer sent = t.send(p, "x");
        RC_ASSERT(sent.offset.has_value() == (sent.error == Error::none));
        // Whatever was buffered goes in with it, before it.
        for (LogOffset o = before; sent.offset && o <= *sent.offset; ++o) open[p].push_back(o);
        break;
      }
    }
  }
  const Readable all{.last_stable = last_stable(t.log()), .high_watermark = t.log().high_watermark};
  std::vector<LogOffset> read;
  for (const Stored& s : stored(t.log())) {
    if (delivered(s, 0, all, Isolation::read_committed)) read.push_back(s.offset);
  }
  std::sort(promised.begin(), promised.end());
  std::erase_if(promised, [&](LogOffset o) { return o >= all.last_stable; });
  RC_ASSERT(read == promised);
  RC_CLASSIFY(fenced, "fenced");
  RC_CLASSIFY(!read.empty(), "something read");
}

}  // namespace
}  // namespace converge::models::kafka
