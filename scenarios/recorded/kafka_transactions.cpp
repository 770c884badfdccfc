// K4: transactional producers, step by step, and what readers of each isolation level get in the end.
#include "models/kafka_transactions.hpp"

#include "models/kafka_consumer.hpp"
#include "scenarios/recorded/kafka.hpp"

namespace converge::scenarios::recorded::kafka {

namespace {

namespace kafka = models::kafka;

const char* word(kafka::ProducerError error) {
  switch (error) {
    case kafka::ProducerError::none: return "ok";
    case kafka::ProducerError::illegal_state: return "IllegalStateException";
    case kafka::ProducerError::old_epoch: return "InvalidProducerEpochException";
    case kafka::ProducerError::fenced: return "ProducerFencedException";
    case kafka::ProducerError::invalid_transaction_state: return "InvalidTxnStateException";
    case kafka::ProducerError::abortable: return "TransactionAbortableException";
    case kafka::ProducerError::timeout: return "TimeoutException";
    case kafka::ProducerError::in_error_state: return "KafkaException";
  }
  return "";
}

const char* word(const kafka::TransactionalId* id) {
  if (id == nullptr) return "none";
  switch (id->state) {
    case kafka::TransactionalId::State::empty: return "Empty";
    case kafka::TransactionalId::State::ongoing: return "Ongoing";
    case kafka::TransactionalId::State::complete_commit: return "CompleteCommit";
    case kafka::TransactionalId::State::complete_abort: return "CompleteAbort";
  }
  return "";
}

Json offset(const kafka::Answer& answer) { return answer.offset ? Json(*answer.offset) : Json{}; }

void same_state(const kafka::Transactions& t, const Json& recorded, Comparison& comparison) {
  comparison.same("lso", recorded.at("lso"), kafka::last_stable(t.log()));
  comparison.same("hw", recorded.at("hw"), t.log().high_watermark);
  Json transactions = Json::object();  // of the ids that the case asks about
  for (const auto& [id, state] : recorded.at("transactions").items()) transactions[id] = word(t.find(id));
  comparison.same("transactions", recorded.at("transactions"), transactions);
}

// [offset, value]; a record's value tells it apart, so it stands for its key.
Json read(const kafka::PartitionLog& log, kafka::Isolation isolation) {
  const kafka::Readable readable{
      .start = log.start, .last_stable = kafka::last_stable(log), .high_watermark = log.high_watermark};
  const std::vector<kafka::Stored> fates = kafka::stored(log);
  Json given = Json::array();
  std::size_t i = 0;
  for (const kafka::Segment& segment : log.segments) {
    for (const kafka::Batch& batch : segment.batches) {
      for (const kafka::Record& r : batch.records) {
        if (kafka::delivered(fates[i++], log.start, readable, isolation)) {
          given.push_back({r.offset, r.key.value_or(std::string{})});
        }
      }
    }
  }
  return given;
}

kafka::Answer perform(kafka::Transactions& t, const Json& s) {
  const auto text = [&](const char* field) { return s.at(field).get<std::string>(); };
  enum class Op : std::uint8_t { init, begin, send, commit, abort, plain_send, wait };
  switch (meaning<Op>(s.at("op"), {{"init", Op::init},
                                   {"begin", Op::begin},
                                   {"send", Op::send},
                                   {"commit", Op::commit},
                                   {"abort", Op::abort},
                                   {"plain_send", Op::plain_send},
                                   {"wait", Op::wait}})) {
    case Op::init: return t.init(text("producer"), text("transactional_id"));
    case Op::begin: return t.begin(text("producer"));
    case Op::send: return t.send(text("producer"), text("value"));
    case Op::commit: return t.commit(text("producer"));
    case Op::abort: return t.abort(text("producer"));
    case Op::plain_send: return t.plain_send(text("value"));
    case Op::wait: t.wait(whole<kafka::Millis>(s.at("ms"))); break;
  }
  return {};
}

}  // namespace

void replay_transactions(const Json& one, Comparison& comparison) {
  const Json& config = one.at("config");
  kafka::Transactions t{
      {.timeout = whole<kafka::Millis>(config.at("transaction.timeout.ms")),
       .sweep_every = whole<kafka::Millis>(config.at("transaction.abort.timed.out.transaction.cleanup.interval.ms")),
       .delivery_timeout = 6'000}};  // of all recordings: their README
  int number = 0;
  for (const Json& s : one.at("steps")) {
    comparison.step(std::to_string(++number) + " " + s.at("op").get<std::string>());
    const kafka::Answer answer = perform(t, s);
    if (s.contains("result") || answer.error != kafka::ProducerError::none) {
      comparison.same("result", s.at("result"), word(answer.error));
    }
    if (s.contains("cause") || answer.cause != kafka::ProducerError::none) {
      comparison.same("cause", s.value("cause", Json{}), word(answer.cause));
    }
    if (s.contains("offset") || answer.offset) comparison.same("offset", s.value("offset", Json{}), offset(answer));
    same_state(t, s.at("state"), comparison);
    if (comparison.over()) return;
  }
  const Json& end = one.at("final");
  comparison.step("in the end");
  same_state(t, end, comparison);
  comparison.same("read_committed", end.at("read_committed"), read(t.log(), kafka::Isolation::read_committed));
  comparison.same("read_uncommitted", end.at("read_uncommitted"), read(t.log(), kafka::Isolation::read_uncommitted));
}

}  // namespace converge::scenarios::recorded::kafka
