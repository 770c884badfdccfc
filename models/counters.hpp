// Which figures of the state are history that a scenario's own claims read.
//
// A state keeps count of much that has happened: runs, reads, losses. Behaviour does not read these figures, so two
// worlds that differ in them alone go on in the same way; but a claim that names a metric made of one looks at it, and
// then it tells worlds apart. One table says which metric is made of which.
#pragma once

#include <cstdint>

#include "models/metrics.hpp"

namespace converge::models {

// A set of figures, one bit each.
using Counters = std::uint32_t;
enum Counter : Counters {
  kCdcPosition = 1U << 0U,  // also while the connector is down, when nothing else reads it
  kTopicRecords = 1U << 1U,
  kFlinkDown = 1U << 2U,
  kFlinkLost = 1U << 3U,
  kTableRows = 1U << 4U,
  kMergeCommitted = 1U << 5U,
  kMergeStalls = 1U << 6U,
  kMergeBlocked = 1U << 7U,
  kMergeLost = 1U << 8U,
  kBackfillDone = 1U << 9U,
  kBackfillFailed = 1U << 10U,
  kReads = 1U << 11U,
  kFailedReads = 1U << 12U,
};

// Of one metric; nothing: its value follows from what the canonical form holds anyway.
Counters counters(MetricId);
// Of all the metrics that the pipeline's claims name.
Counters counters(const Pipeline&);
// Metrics that the table names; as many as there are, or somebody added one without deciding.
std::size_t metrics_decided();

}  // namespace converge::models
