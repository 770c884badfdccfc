// The canonical form of a pipeline's world: what can still make a difference, and nothing else.
//
// Two worlds of one model with equal bytes do the same from here on under the same answers (a choice is then named by
// its question and how often that has been asked since), and gather the same for their verdicts (gathered.hpp). The
// converse does not hold: where telling two worlds apart is cheaper than proving them equal, they stay apart. All runs
// share one workload: random bits are answered by name, from one seed.
//
// The form begins with the absolute instant. All other times are relative to it, and positions in lists relative to
// what is still live. What is dead, and why:
//   agenda      numbers of emissions (their order is kept), how often each question was asked; epochs, but for whether
//               the event is stale. Stale events stay until their time has come: they take part in ties.
//   source      log and keys: the workload is a function of how long the log is, and the schema of each change of where
//               the DDLs stand in it. ddl_at: with the DDL's time known beforehand it is the same everywhere, and of an
//               announced change only reports read it. `captured` once it has passed.
//   cdc         down: the position, which recovery sets back. Running in a new interval: `flushed`, which the next
//               hand-over sets before any crash can read it. Failed: all. `back`: the recovery is pending then.
//   topic       records that the newest checkpoint has passed, unless a rewind may come; of the others the append time,
//               once they are within reach and retention cannot take them before the horizon; offsets, log_end: nobody
//               reads them; an election that is over.
//   flink       epoch, checkpoint id, stopped, counts; the frontier once it has caught up; `refusal_told` and
//               `table_columns` where the next submission sets them; `broken` once it is mended.
//   CDC table   rows that the merge has behind it, unless a backfill may still come that reads them or sets the
//               watermark back to before them. Of these the set of their changes is kept, which `no-row-lost` asks for:
//               the highest, and those below it that are missing. Which build wrote a row, unless a guard compares
//               builds. Metadata version, sequence, ids: but for whether an ALTER under way has lost its race.
//               Snapshots: but for when the one after the watermark expires, if it can before the horizon.
//   base table  rows that are right copies of the newest change of their key; of a deleted row all but its position;
//               `written`; `build`, where no guard compares builds or no copy of the row's change can come again.
//               Snapshots: but for what those since the start of a writer under way say to its validation, and when
//               its start expires, or the head, where the next one starts.
//   merge       `run`, epoch, counts, `source_columns`; what a run took, while none is going on; floors below
//               everything that may still be merged. Expired, unresolved and so on are counts.
//   backfill    everything but `after_merge` while it is idle; the positions of deploys, unless a backfill that reads
//               them may still come; done, failed, rows_written are counts.
//   control     times of steps, but for whether a deploy of Flink started at this very instant; order of detection
//               among those queued; steps of a rollout that is not open; attempts of all but an ALTER; offsets that
//               nobody will ask for again.
//   monitor     all that follows from the base table and the layers (differing, diverged, now, change, tables, jobs,
//               next_missing, next_young: a change is marked stale at most once while it is missing); and what is
//               gathered. Kept: opened, open, adopted, and per key why its row differs.
//   claims      looked, count, worst, at: gathered.
// Over two tables CDC table, base table, merge and backfill are written table by table; of the history behind the live
// rows one set serves both, since a change is of one table. Counts are kept where a claim of the scenario reads a
// metric that is made of them (counters.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "models/pipeline.hpp"

namespace converge::models {

// Appends to `bytes`. The state must be one that the model has come to: what follows from other fields is not looked
// at.
void canonical(const Pipeline&, const PipelineWorld&, std::vector<std::uint8_t>& bytes);

}  // namespace converge::models
