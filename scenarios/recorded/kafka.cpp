#include "scenarios/recorded/kafka.hpp"

#include "scenarios/recorded/systems.hpp"

namespace converge::scenarios::recorded {

// A case of Kafka's is told by what happens in it: its kinds are its own.
bool knows_kafka(const Json& one) {
  const auto group = one.find("group");
  return group != one.end() && group->is_string() && one.contains("case") && one.contains("kind") &&
         group->get_ref<const std::string&>().starts_with("K");
}

void replay_kafka(const Json& one, Comparison& comparison) {
  if (one.contains("isolation_level")) return kafka::replay_consumer(one, comparison);
  if (one.contains("final")) return kafka::replay_transactions(one, comparison);
  kafka::replay_log(one, comparison);
}

}  // namespace converge::scenarios::recorded
