// Transactional producers of one partition and their coordinator: epochs, fencing, markers, time-outs, and what the
// client itself refuses.
//
// Kept (docs/facts/kafka-flink-cdc.md 1.6; recordings K4 of Kafka 4.1.1, transaction.version 2): a transaction begins
// on the broker with its first accepted record and ends with one marker; one without records leaves no trace. Each end
// raises the epoch. A newer instance aborts what it finds open and fences the older ones. A transaction that timed out
// is aborted by the coordinator; its producer is refused until it aborts, and works again then. A record that is sent
// outside of a transaction is refused, and yet stays in the client's buffer (K4 misuse). Left out: expiry of
// transactional ids, offsets committed in a transaction, several partitions, the moments between prepare and complete.
//
// An operation takes a millisecond, so that of two things done in turn the first is the older.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/kafka_log.hpp"

namespace converge::models::kafka {

enum class ProducerError : std::uint8_t {
  none,
  illegal_state,              // IllegalState: the client refuses, nothing was asked of a broker
  old_epoch,                  // InvalidProducerEpoch: the broker refuses a record
  fenced,                     // ProducerFenced: the coordinator refuses to end the transaction
  invalid_transaction_state,  // InvalidTxnState: it was ended otherwise already
  abortable,                  // TransactionAbortable
  timeout,                    // Timeout
  in_error_state,             // Kafka: any other error that an earlier call left
};

struct Answer {
  ProducerError error = ProducerError::none;
  ProducerError cause = ProducerError::none;
  std::optional<LogOffset> offset;  // of a record that was accepted
};

// What a client knows.
struct Producer {
  enum class State : std::uint8_t { uninitialized, ready, in_transaction, abortable_error, fatal_error };
  State state = State::uninitialized;
  std::string transactional_id;
  std::int64_t epoch = 0;
  ProducerError error = ProducerError::none;  // what left it in an error state
  bool asked = false;                         // a broker was sent records of this transaction
  std::vector<std::string> buffered;          // keys of records that were not sent yet
  Millis buffered_since = 0;
};

// What the coordinator keeps of a transactional id.
struct TransactionalId {
  enum class State : std::uint8_t { empty, ongoing, complete_commit, complete_abort };
  State state = State::empty;
  ProducerId producer = 0;
  std::int64_t epoch = 0;
  Millis began = 0;  // the ongoing one
};

struct TransactionConfig {
  Millis timeout = 60'000;            // transaction.timeout.ms
  Millis sweep_every = 10'000;        // transaction.abort.timed.out.transaction.cleanup.interval.ms
  Millis delivery_timeout = 120'000;  // delivery.timeout.ms
};

class Transactions {
 public:
  explicit Transactions(const TransactionConfig& config) : config_{config} {}

  // Of the producer with this name; one that is new is created by init, and every other call to it is refused.
  Answer init(const std::string& producer, const std::string& transactional_id);
  Answer begin(const std::string& producer);
  Answer send(const std::string& producer, std::string key);
  Answer commit(const std::string& producer);
  Answer abort(const std::string& producer);

  Answer plain_send(std::string key);  // outside of any transaction
  void wait(Millis);

  const PartitionLog& log() const { return log_; }
  const TransactionalId* find(const std::string& transactional_id) const;  // null: unknown

 private:
  Answer refused(const Producer&) const;
  Answer end(Producer&, Marker);
  void end_on_broker(TransactionalId&, Marker);
  LogOffset write(std::vector<std::string> keys, std::optional<ProducerId>);
  void pass(Millis);

  TransactionConfig config_;
  Millis now_ = 0;
  PartitionLog log_;
  std::map<std::string, Producer> producers_;
  std::map<std::string, TransactionalId> ids_;
};

}  // namespace converge::models::kafka
