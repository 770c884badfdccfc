#include <cassert>

#include "models/pipeline.hpp"

namespace converge::models {

namespace {

sim::Question duration(std::string actor, std::string kind, const sim::Window& w) {
  return {.actor = std::move(actor),
          .kind = std::move(kind),
          .answers = sim::AnswerKind::duration,
          .distribution = sim::window(w.least.us, w.usual.us, w.most.us)};
}

// Anywhere in the period. Asked only where nobody knows it.
sim::Question offset(std::string actor, std::string kind, bool any, sim::Duration every, sim::Duration given) {
  sim::Question q = duration(std::move(actor), std::move(kind), sim::exactly(given));
  if (!any) return q;
  q.distribution = sim::uniform(0, every.us - 1);
  q.distribution.usual = given.us % every.us;
  q.drawn = false;
  q.periodic = true;
  return q;
}

sim::Question slots(std::string actor, const sim::Cadence& c) {
  return offset(std::move(actor), "deploy-offset", c.any_offset, c.every, c.offset);
}

// Events of one instant have no order by nature: either may come first.
sim::Question order(std::string actor) {
  return {.actor = std::move(actor),
          .kind = "order",
          .answers = sim::AnswerKind::option,
          .options = {{"in turn", 0}, {"goes first", 500'000}},
          .drawn = false};
}

sim::Question fault(std::string actor, std::string kind, std::vector<sim::Option> options) {
  options.insert(options.begin(), sim::Option{"none", 0});
  return {.actor = std::move(actor),
          .kind = std::move(kind),
          .answers = sim::AnswerKind::option,
          .options = std::move(options),
          .fault = true};
}

sim::Question ask(Q q, const PipelineConfig& c) {
  switch (q) {
    case Q::source_change: return {.actor = "source", .kind = "change", .answers = sim::AnswerKind::bits};
    case Q::cdc_lag: return duration("cdc", "lag", c.cdc.lag);
    case Q::cdc_crash: return fault("cdc", "crash", {{"crashes", c.cdc.crash_ppm}});
    case Q::cdc_failover: return duration("cdc", "failover", c.cdc.failover);
    case Q::kafka_leader: return fault("kafka", "leader", {{"leader lost", c.kafka.leader_loss_ppm}});
    case Q::kafka_election: return duration("kafka", "election", c.kafka.election);
    case Q::ddl_message_delay: return duration("control", "push", c.control.push_delay);
    case Q::ddl_message: return fault("control", "ddl-message", {{"lost", c.control.push_loss_ppm}});
    case Q::flink_checkpoint: return duration("flink", "checkpoint", c.flink.checkpoint);
    case Q::flink_commit: return duration("flink", "commit", c.flink.commit);
    case Q::flink_failure:
      return fault("flink", "failure",
                   {{"fails before the checkpoint completes", c.flink.failure_ppm / 2 + c.flink.failure_ppm % 2},
                    {"fails between checkpoint and commit", c.flink.failure_ppm / 2}});
    case Q::flink_restart: return duration("flink", "restart", c.flink.restart);
    case Q::flink_savepoint: return duration("flink", "savepoint", c.flink.savepoint);
    case Q::flink_restore: return duration("flink", "restore", c.flink.restore);
    case Q::flink_tail: return fault("flink", "restore-tail", {{"far longer than usual", c.flink.restore_tail_ppm}});
    case Q::flink_tail_takes: return duration("flink", "slow-restore", c.flink.restore_tail);
    case Q::merge_duration: return duration("spark/merge", "duration", c.merge.duration);
    case Q::merge_failure:
      return fault("spark/merge", "failure",
                   {{"fails before its commit", c.merge.failure_ppm / 2 + c.merge.failure_ppm % 2},
                    {"dies after its commit", c.merge.failure_ppm / 2}});
    case Q::spark_deploy: return duration("spark/merge", "deploy", c.merge.deploy);
    case Q::backfill_duration: return duration("spark/backfill", "duration", c.backfill.duration);
    case Q::backfill_failure: return fault("spark/backfill", "failure", {{"fails", c.backfill.failure_ppm}});
    case Q::alter: return duration("control", "alter", c.control.alter);
    case Q::generate: return duration("control", "generate", c.control.generate);
    case Q::review: return duration("control", "review", c.control.review);
    case Q::ci: return duration("control", "ci", c.control.ci);
    case Q::staging: return duration("control", "staging", c.control.staging);
    case Q::bad_code: return fault("control", "generated-code", {{"cannot run", c.control.bad_code_ppm}});
    case Q::staging_misses:
      return fault("control", "bad-code-in-staging",
                   {{"missed", c.control.bad_code_ppm == 0 ? 0 : 1'000'000 - c.control.staging_catches_ppm}});
    case Q::fix: return duration("control", "fix", c.control.fix);
    case Q::approval: {
      sim::Window w{};
      for (const Step& step : resolve(c.control)) {
        if (step.cadence.kind == sim::Cadence::Kind::manual) w = step.cadence.delay;
      }
      sim::Question approval = duration("control", "approval", w);
      approval.drawn = false;  // a person's moment
      return approval;
    }
    case Q::merge_offset: return offset("spark/merge", "offset", c.merge.any_offset, c.merge.every, c.merge.offset);
    case Q::pull_offset:
      return offset("control", "pull-offset", c.control.any_pull_offset, c.control.pull_every, c.control.pull_offset);
    case Q::spark_slots: return slots("spark/merge", c.control.deploy_spark);
    case Q::flink_slots: return slots("flink", c.control.deploy_flink);
    case Q::source_order: return order("source");
    case Q::cdc_order: return order("cdc");
    case Q::flink_order: return order("flink");
    case Q::merge_order: return order("spark/merge");
    case Q::backfill_order: return order("spark/backfill");
    case Q::control_order: return order("control");
    case Q::maintenance_order: return order("maintenance");
    case Q::readers_order: return order("readers");
  }
  assert(false);
  return {};
}

}  // namespace

std::vector<sim::Question> questions(const PipelineConfig& config) {
  std::vector<sim::Question> all;
  for (std::size_t i = 0; i < kQuestions; ++i) all.push_back(ask(static_cast<Q>(i), config));
  return all;
}

}  // namespace converge::models
