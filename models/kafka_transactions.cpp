#include "models/kafka_transactions.hpp"

#include <algorithm>
#include <utility>

#include "models/kafka_cleaner.hpp"

namespace converge::models::kafka {

namespace {

using Client = Producer::State;
using Kept = TransactionalId::State;

constexpr Millis kOperation = 1;

}  // namespace

const TransactionalId* Transactions::find(const std::string& transactional_id) const {
  const auto found = ids_.find(transactional_id);
  return found == ids_.end() ? nullptr : &found->second;
}

Answer Transactions::init(const std::string& name, const std::string& transactional_id) {
  pass(kOperation);
  Producer& p = producers_[name];
  if (p.state != Client::uninitialized) return {ProducerError::illegal_state};
  const auto [at, created] = ids_.try_emplace(transactional_id, TransactionalId{});
  TransactionalId& id = at->second;
  if (created) {
    id.producer = static_cast<ProducerId>(ids_.size());
  } else {
    if (id.state == Kept::ongoing) end_on_broker(id, Marker::abort);
    ++id.epoch;
    id.state = Kept::empty;
  }
  p.state = Client::ready;
  p.transactional_id = transactional_id;
  p.epoch = id.epoch;
  return {};
}

Answer Transactions::begin(const std::string& name) {
  pass(kOperation);
  Producer& p = producers_[name];
  if (p.error != ProducerError::none) return refused(p);
  if (p.state != Client::ready) return {ProducerError::illegal_state};
  p.state = Client::in_transaction;  // no broker is told
  p.asked = false;
  return {};
}

Answer Transactions::send(const std::string& name, std::string key) {
  pass(kOperation);
  Producer& p = producers_[name];
  // The client buffers a record before it asks whether a transaction is open, and leaves it there if none is.
  if (p.buffered.empty()) p.buffered_since = now_;
  p.buffered.push_back(std::move(key));
  if (p.error != ProducerError::none) return refused(p);
  if (p.state != Client::in_transaction) return {ProducerError::illegal_state};
  TransactionalId& id = ids_.at(p.transactional_id);
  std::vector<std::string> keys = std::exchange(p.buffered, {});
  p.asked = true;
  if (p.epoch != id.epoch) {
    p.state = Client::abortable_error;
    p.error = ProducerError::old_epoch;
    return {p.error};
  }
  if (id.state != Kept::ongoing) {
    id.state = Kept::ongoing;
    id.began = now_;
  }
  return {.offset = write(std::move(keys), id.producer)};
}

Answer Transactions::commit(const std::string& name) {
  pass(kOperation);
  Producer& p = producers_[name];
  if (p.error != ProducerError::none) return refused(p);
  if (p.state != Client::in_transaction) return {ProducerError::illegal_state};
  if (!p.buffered.empty()) {
    // It waits for what is buffered, and nothing sends it: the partition is no part of the transaction.
    pass(std::max<Millis>(saturated_difference(saturated_sum(p.buffered_since, config_.delivery_timeout), now_), 0));
    return {p.error, ProducerError::timeout};
  }
  return end(p, Marker::commit);
}

Answer Transactions::abort(const std::string& name) {
  pass(kOperation);
  Producer& p = producers_[name];
  if (p.state == Client::fatal_error) return refused(p);
  if (p.state != Client::in_transaction && p.state != Client::abortable_error) return {ProducerError::illegal_state};
  p.buffered.clear();
  return end(p, Marker::abort);
}

Answer Transactions::plain_send(std::string key) {
  pass(kOperation);
  return {.offset = write({std::move(key)}, std::nullopt)};
}

void Transactions::wait(Millis ms) { pass(std::max<Millis>(ms, 0)); }

// An error that an earlier call left: some are told as they are, the others as the cause of a general one.
Answer Transactions::refused(const Producer& p) const {
  switch (p.error) {
    case ProducerError::illegal_state:
    case ProducerError::old_epoch:
    case ProducerError::fenced: return {p.error};
    default: return {ProducerError::in_error_state, p.error};
  }
}

Answer Transactions::end(Producer& p, Marker marker) {
  const auto over = [&] {
    p.state = Client::ready;
    p.error = ProducerError::none;
    return Answer{};
  };
  const auto fatal = [&](ProducerError error) {
    p.state = Client::fatal_error;
    p.error = error;
    return Answer{error};
  };
  if (!p.asked) return over();  // the coordinator knows nothing of it
  TransactionalId& id = ids_.at(p.transactional_id);
  if (id.state == Kept::ongoing && p.epoch == id.epoch) {
    end_on_broker(id, marker);
  } else if (id.state == Kept::empty || p.epoch + 1 != id.epoch) {
    return fatal(ProducerError::fenced);
  } else if (id.state != (marker == Marker::commit ? Kept::complete_commit : Kept::complete_abort)) {
    return fatal(ProducerError::invalid_transaction_state);  // the coordinator timed it out
  }  // else it was ended in the same way already, as by a call whose answer was lost
  p.epoch = id.epoch;
  return over();
}

void Transactions::end_on_broker(TransactionalId& id, Marker marker) {
  const Batch written{.marker = marker, .records = {{.at = now_}}};
  end_transaction(log_, id.producer, marker, written_bytes(written), now_);
  id.state = marker == Marker::commit ? Kept::complete_commit : Kept::complete_abort;
  ++id.epoch;
}

LogOffset Transactions::write(std::vector<std::string> keys, std::optional<ProducerId> producer) {
  Batch batch;
  for (std::string& key : keys) {
    const auto offset = static_cast<LogOffset>(batch.records.size());
    batch.records.push_back({.offset = offset, .at = now_, .key = std::move(key)});
  }
  const std::int64_t bytes = written_bytes(batch);
  return append(log_, std::move(batch.records), bytes, producer, now_).last;
}

// Time goes on: the coordinator looks at its transactions at each sweep, and clients give up what they could not send.
void Transactions::pass(Millis ms) {
  now_ = saturated_sum(now_, ms);
  const Millis every = std::max<Millis>(config_.sweep_every, 1);
  const Millis swept = now_ / every * every;
  for (auto& [name, id] : ids_) {
    if (id.state == Kept::ongoing && saturated_sum(id.began, config_.timeout) < swept) {
      end_on_broker(id, Marker::abort);
    }
  }
  for (auto& [name, p] : producers_) {
    if (p.buffered.empty() || saturated_sum(p.buffered_since, config_.delivery_timeout) > now_) continue;
    p.buffered.clear();
    if (p.state == Client::in_transaction) {
      p.state = Client::abortable_error;
      p.error = ProducerError::abortable;
    } else if (p.state == Client::ready) {
      // No way leads from there to an error that an abort could mend, which breaks the client for good: so the code
      // of the client's TransactionManager; no recording gets there.
      p.state = Client::fatal_error;
      p.error = ProducerError::illegal_state;
    }
  }
}

}  // namespace converge::models::kafka
