/** `consumer-groups --delete` and `--delete-offsets`: groups, or what they have committed. */
import { describeTopics } from "../../client/admin/describe-topics.ts";
import { deleteGroupOffsets } from "../../client/admin/group-offsets.ts";
import type { DeletedOffset } from "../../client/admin/group-offsets.ts";
import { deleteGroup } from "../../client/admin/groups.ts";
import type { Cluster } from "../../client/cluster.ts";
import { KafkaError } from "../../client/kafka-error.ts";
import type { TopicPartition } from "../../client/topic-partition.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import { row, widthOf } from "../columns.ts";
import { hintFor } from "../hints.ts";
import { javaException } from "../java-exception.ts";
import type { Say } from "../kafka-tool.ts";
import type { GroupsFlags } from "./options.ts";
import { parsePartitions } from "./partitions.ts";

/** Deletes groups and says which of them are gone. */
export async function deleteGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  say: Say,
): Promise<void> {
  const deleted: string[] = [];
  const failed: [groupId: string, error: KafkaError][] = [];
  for (const groupId of groupIds) {
    try {
      await deleteGroup(cluster, groupId);
      deleted.push(`'${groupId}'`);
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      failed.push([groupId, error]);
    }
  }
  if (failed.length === 0) {
    say(`Deletion of requested consumer groups (${deleted.join(", ")}) was successful.`);
    return;
  }
  say("\nError: Deletion of some consumer groups failed:");
  for (const [groupId, error] of failed) {
    say(`* Group '${groupId}' could not be deleted due to: ${javaException(error)}`);
  }
  if (deleted.length > 0) {
    say(`\nThese consumer groups were deleted successfully: ${deleted.join(", ")}`);
  }
  for (const hint of new Set(failed.map(([, error]) => hintFor(error)))) {
    if (hint !== null) console.error(hint);
  }
}

/** Errors of a group as a whole; those of partitions are told beside them. */
const GROUP_ERRORS: readonly ErrorName[] = [
  "INVALID_GROUP_ID",
  "GROUP_ID_NOT_FOUND",
  "GROUP_AUTHORIZATION_FAILED",
  "NON_EMPTY_GROUP",
];

/** Deletes offsets that a group has committed and says what became of each. */
export async function deleteOffsets(cluster: Cluster, flags: GroupsFlags, say: Say): Promise<void> {
  const groupId = flags.group!.at(-1)!;
  const { partitions, unknown } = await namedPartitions(cluster, flags.topic!);
  const deleted = await tryToDelete(cluster, groupId, partitions);
  const failure = deleted.failure ?? deleted.results.find(({ error }) => error !== null)?.error;
  const results = [...unknown, ...deleted.results];
  if (!failure) say(`Request succeeded for deleting offsets from group ${groupId}.`);
  else if (GROUP_ERRORS.includes(failure.code)) say(`\nError: ${failure.message}`);
  else say("\nError: Encountered some partition-level error, see the follow-up details.");
  const widths = [
    widthOf(
      15,
      results.map(({ topic }) => topic),
    ),
    10,
    15,
  ];
  say(`\n${row(widths, ["TOPIC", "PARTITION", "STATUS"])}`);
  for (const { topic, partition, error } of results.toSorted(byText)) {
    const status = error === null ? "Successful" : `Error: ${javaException(error)}`;
    say(row(widths, [topic, partition < 0 ? "-" : `${partition}`, status]));
  }
}

/** What became of each partition; an error of the whole group is one of all of them. */
async function tryToDelete(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<{ failure: KafkaError | null; results: DeletedOffset[] }> {
  try {
    return { failure: null, results: await deleteGroupOffsets(cluster, groupId, partitions) };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    const failed = partitions.map(({ topic, partition }) => ({ topic, partition, error }));
    return { failure: error, results: failed };
  }
}

/** The partitions that `--topic` names, one by one or as a whole topic, and unknown topics. */
async function namedPartitions(
  cluster: Cluster,
  topics: readonly string[],
): Promise<{ partitions: TopicPartition[]; unknown: DeletedOffset[] }> {
  const partitions = topics.filter((topic) => topic.includes(":")).flatMap(parsePartitions);
  const unknown: DeletedOffset[] = [];
  for (const topic of topics.filter((name) => !name.includes(":"))) {
    try {
      const [described] = await describeTopics(cluster, [topic]);
      for (const { partition } of described!.partitions) partitions.push({ topic, partition });
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      unknown.push({ topic, partition: -1, error });
    }
  }
  return { partitions, unknown };
}

function byText(a: TopicPartition, b: TopicPartition): number {
  return `${a.topic}${a.partition}` < `${b.topic}${b.partition}` ? -1 : 1;
}
