// Taken from docs/models/*.md, to which a test holds it: the sentences of a page's "Keeps", its "Leaves out", and its
// sources.
#include "models/evidence.hpp"

namespace converge::models {

std::vector<sim::Assumed> assumed() {
  return {
      {"The source database",
       "Every change gets the next position in the log and is written under the schema of its instant. A DDL "
       "rewrites no row and makes no row event: rows from before it differ from rows behind it until they "
       "are touched. The log is kept for a while, and a backup is taken at an interval. Changes go up and "
       "down with the day; some keys are changed again and again. Two tables (scenario.tables) share the "
       "log. A key belongs to one of them, and each has half of the rows, of the hot keys and of the "
       "traffic; a column belongs to one, and a change of a row writes the columns of its own table.",
       "Transactions (a change is one), primary key changes, drops and renames, the statements behind a "
       "change. Of two tables: traffic that differs from one to the other, foreign keys.",
       {"Pinterest, Automated Schema Evolution, "
        "https://medium.com/pinterest-engineering/"
        "automated-schema-evolution-in-pinterests-next-generation-db-ingestion-framework-36c5c07070de",
        "bottledwater-pg 81, https://github.com/confluentinc/bottledwater-pg/issues/81",
        "PeerDB 4632, https://github.com/PeerDB-io/peerdb/pull/4632",
        "Pinterest, Next-Generation DB Ingestion, "
        "https://medium.com/pinterest-engineering/next-generation-db-ingestion-at-pinterest-66844b7153b7",
        "Debezium, MySQL and MariaDB, "
        "https://github.com/debezium/debezium/blob/main/documentation/modules/ROOT/partials/modules/all-connectors/"
        "shared-mariadb-mysql.adoc"}},
      {"The change data capture connector",
       "A lag for each change, and order among them. Offsets are stored at an interval, so a crash hands "
       "over again, in order, everything behind the last stored one: at least once. A lost worker's task "
       "stays unassigned for minutes. A position that the source's log no longer has fails the connector for "
       "good. A DDL reaches the control plane as a message of its own, which may be lost. A partition "
       "without leader holds up the whole task. A DDL that runs while the connector is down is told once it "
       "is back; from one that has failed for good no message comes, and the daily pull has to find the "
       "change.",
       "Snapshots by the connector, heartbeats, tombstones, the schema history, the registry. Of a delete "
       "only its op=d event is carried.",
       {"Kafka Connect, WorkerConfig, "
        "https://github.com/apache/kafka/blob/trunk/connect/runtime/src/main/java/org/apache/kafka/connect/runtime/"
        "WorkerConfig.java",
        "Debezium, PostgreSQL connector, "
        "https://github.com/debezium/debezium/blob/main/documentation/modules/ROOT/pages/connectors/postgresql.adoc",
        "Kafka Connect, DistributedConfig, "
        "https://github.com/apache/kafka/blob/trunk/connect/runtime/src/main/java/org/apache/kafka/connect/runtime/"
        "distributed/DistributedConfig.java",
        "How Pinterest transfers hundreds of terabytes with CDC, "
        "https://blog.bytebytego.com/p/how-pinterest-transfers-hundreds",
        "Debezium, MySQL and MariaDB, "
        "https://github.com/debezium/debezium/blob/main/documentation/modules/ROOT/partials/modules/all-connectors/"
        "shared-mariadb-mysql.adoc",
        "Pinterest, Automated Schema Evolution, "
        "https://medium.com/pinterest-engineering/"
        "automated-schema-evolution-in-pinterests-next-generation-db-ingestion-framework-36c5c07070de"}},
      {"The Kafka topic",
       "Order within a partition and none across. A retention pass at an interval drops whole segments from "
       "the oldest on, by size, then by the records' timestamps; the log's start only moves forward. A "
       "partition without leader takes and gives nothing until one is elected, and loses nothing that was "
       "acknowledged.",
       "Replicas and unclean elections, compaction, transactions, consumer groups: the one consumer is a "
       "Flink job that keeps its offsets in its checkpoints. Volume is a rate, so a segment is a span of "
       "time.",
       {"UnifiedLog, https://github.com/apache/kafka/blob/4.0/core/src/main/scala/kafka/log/UnifiedLog.scala",
        "LogConfig, "
        "https://github.com/apache/kafka/blob/4.0/storage/src/main/java/org/apache/kafka/storage/internals/log/"
        "LogConfig.java",
        "TopicConfig, "
        "https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/config/"
        "TopicConfig.java",
        "KRaftConfigs, "
        "https://github.com/apache/kafka/blob/trunk/raft/src/main/java/org/apache/kafka/raft/KRaftConfigs.java",
        "Amazon MSK, broker offline and client failover, "
        "https://docs.aws.amazon.com/msk/latest/developerguide/troubleshooting-offlinebroker-clientfailover.html"}},
      {"The Flink job",
       "A build selects columns by name. Offsets live in checkpoints. Files are committed when a checkpoint "
       "is complete, under its id. A deploy is three steps: stop with savepoint, restore, catch up at a "
       "finite speed. Restored offsets below the log's start go to the reset policy: the gap is lost, or the "
       "gap and the backlog, or the job fails for good. A running job goes on through every change of its "
       "table. A value wider than its type fails the task, which restarts into the same record for as long "
       "as the build stays; or it is cut. Over two tables it is one job.",
       "A crash between the commits to two tables (the restore repeats the one that is missing), "
       "parallelism, state other than offsets, watermarks, back-pressure, checkpoint time-outs, upsert mode.",
       {"FlinkSink, toFlinkRowType, "
        "https://github.com/apache/iceberg/blob/main/flink/v2.1/flink/src/main/java/org/apache/iceberg/flink/sink/"
        "FlinkSink.java",
        "ReassignIds, "
        "https://github.com/apache/iceberg/blob/main/api/src/main/java/org/apache/iceberg/types/ReassignIds.java",
        "Iceberg 10360, https://github.com/apache/iceberg/issues/10360",
        "Iceberg, Flink writes, https://github.com/apache/iceberg/blob/main/docs/docs/flink-writes.md",
        "Flink, Confluent Avro format, "
        "https://github.com/apache/flink/blob/master/docs/content/docs/connectors/table/formats/avro-confluent.md",
        "IcebergFilesCommitter, "
        "https://github.com/apache/iceberg/blob/main/flink/v1.20/flink/src/main/java/org/apache/iceberg/flink/sink/"
        "IcebergFilesCommitter.java",
        "Flink, Kafka connector, "
        "https://github.com/apache/flink-connector-kafka/blob/main/docs/content/docs/connectors/datastream/kafka.md",
        "KafkaSourceBuilder, "
        "https://github.com/apache/flink-connector-kafka/blob/main/flink-connector-kafka/src/main/java/org/apache/"
        "flink/connector/kafka/source/KafkaSourceBuilder.java",
        "flink-connector-kafka 267, https://github.com/apache/flink-connector-kafka/pull/267",
        "Flink, savepoints, "
        "https://github.com/apache/flink/blob/master/docs/content/docs/ops/state/savepoints.md",
        "Kubernetes operator, job management, "
        "https://github.com/apache/flink-kubernetes-operator/blob/main/docs/content/docs/custom-resource/"
        "job-management.md",
        "Pinterest's Flink deployment framework (copy), "
        "https://slacker.ro/2021/03/11/pinterest-flink-deployment-framework/",
        "FLINK-33736, https://issues.apache.org/jira/browse/FLINK-33736",
        "Flink pull request 12428, https://github.com/apache/flink/pull/12428",
        "summary of Pinterest, Next-Generation DB Ingestion, https://www.sysdesai.com/news/NIjWj8DZeiE5",
        "Kubernetes operator, https://github.com/apache/flink-kubernetes-operator",
        "Iceberg 6066, https://github.com/apache/iceberg/issues/6066",
        "Iceberg 8806, https://github.com/apache/iceberg/issues/8806"}},
      {"The two Iceberg tables",
       "Field ids are given in order and never reused. int → long, float → double and wider decimals are "
       "changes of metadata. A commit is optimistic: refresh, validate against everything since the planned "
       "snapshot, swap the pointer. An ALTER is not retried when it loses the swap: any commit in between "
       "beats it. The validations that engines ask for: new data files (serializable), new delete files, "
       "files that must still be there. Of two source tables each has both Iceberg tables of its own: "
       "metadata, versions, snapshots, validation. An incremental read of appends needs its start, or its "
       "start's child.",
       "Manifests, statistics, branches and tags, partition evolution, format versions (deletes are as in "
       "v2), catalogs other than pointer swap. Files are known by their bucket. A writer's retries of a lost "
       "swap take no time.",
       {"Iceberg, table spec, https://github.com/apache/iceberg/blob/main/format/spec.md",
        "SchemaUpdate, "
        "https://github.com/apache/iceberg/blob/main/core/src/main/java/org/apache/iceberg/SchemaUpdate.java",
        "TypeUtil.isPromotionAllowed, "
        "https://github.com/apache/iceberg/blob/main/api/src/main/java/org/apache/iceberg/types/TypeUtil.java",
        "Iceberg, schemas, https://iceberg.apache.org/docs/latest/schemas",
        "TableProperties, "
        "https://github.com/apache/iceberg/blob/main/core/src/main/java/org/apache/iceberg/TableProperties.java",
        "SnapshotProducer, "
        "https://github.com/apache/iceberg/blob/main/core/src/main/java/org/apache/iceberg/SnapshotProducer.java",
        "MergingSnapshotProducer, "
        "https://github.com/apache/iceberg/blob/main/core/src/main/java/org/apache/iceberg/"
        "MergingSnapshotProducer.java",
        "BaseRowDelta, "
        "https://github.com/apache/iceberg/blob/main/core/src/main/java/org/apache/iceberg/BaseRowDelta.java",
        "BaseOverwriteFiles, "
        "https://github.com/apache/iceberg/blob/main/core/src/main/java/org/apache/iceberg/BaseOverwriteFiles.java",
        "Iceberg 13091, https://github.com/apache/iceberg/issues/13091",
        "BaseIncrementalAppendScan, "
        "https://github.com/apache/iceberg/blob/main/core/src/main/java/org/apache/iceberg/"
        "BaseIncrementalAppendScan.java",
        "RemoveSnapshots, "
        "https://github.com/apache/iceberg/blob/main/core/src/main/java/org/apache/iceberg/RemoveSnapshots.java",
        "Iceberg 4996, https://github.com/apache/iceberg/issues/4996",
        "summary of Pinterest, Next-Generation DB Ingestion, "
        "https://infoq.com/news/2026/02/pinterest-cdc-db-ingestion"}},
      {"The Spark jobs",
       "Schemas and snapshots are taken when a run starts. The latest change per key of the batch is merged, "
       "by source position. A failed validation is final for the run; the next tick takes the same rows. The "
       "build is read when a run starts, so a deploy takes effect with the next one. A tick during a run is "
       "skipped, or queued. Over two tables it is one job: a tick starts one run of one build, which merges "
       "each table by a statement with a commit, a watermark and a validation of its own. Where nobody knows "
       "when ticks fall, the first one lies anywhere within one cadence: a choice, uniform under a seed.",
       "Executors and partial failures inside a run, catalog caches (as if the cache were off), schema "
       "auto-merge, the second evaluation of the source; over two tables a driver that sends one statement "
       "after the other.",
       {"Spark 3.5, Analyzer, "
        "https://github.com/apache/spark/blob/branch-3.5/sql/catalyst/src/main/scala/org/apache/spark/sql/catalyst/"
        "analysis/Analyzer.scala",
        "Spark 3.5, AssignmentUtils, "
        "https://github.com/apache/spark/blob/branch-3.5/sql/catalyst/src/main/scala/org/apache/spark/sql/catalyst/"
        "analysis/AssignmentUtils.scala",
        "Iceberg 8199, https://github.com/apache/iceberg/issues/8199",
        "Spark pull request 44159, https://github.com/apache/spark/pull/44159",
        "SparkWrite, "
        "https://github.com/apache/iceberg/blob/main/spark/v3.5/spark/src/main/java/org/apache/iceberg/spark/source/"
        "SparkWrite.java",
        "SparkPositionDeltaWrite, "
        "https://github.com/apache/iceberg/blob/main/spark/v3.5/spark/src/main/java/org/apache/iceberg/spark/source/"
        "SparkPositionDeltaWrite.java",
        "Iceberg 11795, https://github.com/apache/iceberg/issues/11795",
        "Iceberg 13974, https://github.com/apache/iceberg/issues/13974",
        "Iceberg, Spark writes, https://github.com/apache/iceberg/blob/main/docs/docs/spark-writes.md",
        "Pinterest, Automated Schema Evolution, "
        "https://medium.com/pinterest-engineering/"
        "automated-schema-evolution-in-pinterests-next-generation-db-ingestion-framework-36c5c07070de",
        "InfoQ, https://infoq.com/news/2026/02/pinterest-cdc-db-ingestion"}},
      {"The control plane",
       "Detection by push: a DDL message, which may be lost. Classification: additive and widening changes "
       "are automated; others, and sensitive ones, are blocked. Code generation, review, CI, staging for "
       "Flink. One change at a time for a table; later ones queue. The changes of two tables are carried by "
       "one rollout. ALTER TABLE that loses its race is tried again, by the workflow. Generated code may not "
       "run: staging catches most of it, the rest shows at the deploy. A rollback puts code back, never a "
       "column. A step may wait for a condition on any metric (when): it looks once it could begin and then "
       "each deploy.check_every, and its slot is looked for from the first look at which the condition is "
       "true. A source that changes last is an announced change, with the step source_ddl at the end of the "
       "plan. Where nobody knows when in its period a slot lies (of Spark's deploys, Flink's, the daily "
       "comparison), the offset is a choice: asked once, at the start of a run, uniform over the period, and "
       "as given in the usual run.",
       "The audit store, the check on the source's pull request, human errors in review.",
       {"Pinterest, Automated Schema Evolution, "
        "https://medium.com/pinterest-engineering/"
        "automated-schema-evolution-in-pinterests-next-generation-db-ingestion-framework-36c5c07070de",
        "three-phase schema convergence, "
        "https://sysdesign-wiki.pages.dev/patterns/three-phase-schema-convergence/",
        "push and pull schema detection, "
        "https://sysdesign-wiki.pages.dev/patterns/push-pull-schema-detection/",
        "rollout by pull request, https://sysdesign-wiki.pages.dev/patterns/pr-based-schema-rollout/",
        "staging before production, "
        "https://sysdesign-wiki.pages.dev/patterns/staging-validation-before-production-deploy/",
        "Sadowski et al., Modern Code Review, ICSE-SEIP 2018, https://sback.it/publications/icse2018seip.pdf",
        "SLA-based eventual consistency, "
        "https://sysdesign-wiki.pages.dev/concepts/sla-based-eventual-consistency/"}},
      {"The monitor",
       "Every tracked key, and the rest of the table as one block: why it differs (a null, another value, "
       "its existence, staleness). The worst read. The oldest missing change, and when. Rows that went back "
       "to an older change.",
       "Queries other than a look at the whole table; the caches of readers' engines; alerts.",
       {"Pinterest, Automated Schema Evolution, "
        "https://medium.com/pinterest-engineering/"
        "automated-schema-evolution-in-pinterests-next-generation-db-ingestion-framework-36c5c07070de",
        "InfoQ, https://infoq.com/news/2026/02/pinterest-cdc-db-ingestion",
        "summary, https://www.sysdesai.com/news/NIjWj8DZeiE5"}},
  };
}

}  // namespace converge::models
