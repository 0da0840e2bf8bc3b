/**
 * Which partitions `odradek get-offsets` is asked about: by `--topic` and `--partitions`, or by a
 * list of patterns such as `orders:0-3,payments`.
 */
import type { TopicPartition } from "../../client/topic-partition.ts";
import { CommandError } from "../command-error.ts";
import { topicFilter } from "../topic-filter.ts";

export interface PartitionFilter {
  readonly hasTopic: (topic: string) => boolean;
  readonly hasPartition: (partition: TopicPartition) => boolean;
}

/** A topic, and behind a colon one partition or a range of them: `n`, `n-m`, `n-`, `-m`. */
const RULE = /^([^:,]*)(?::(?:(\d*)|(\d*)-(\d*)))?$/;

/** The partitions that one of the patterns of `--topic-partitions` matches. */
export function filterByPatterns(patterns: string): PartitionFilter {
  const rules = patterns.split(",").map(parseRule);
  return {
    hasTopic: (topic) => rules.some((rule) => rule.hasTopic(topic)),
    hasPartition: (partition) => rules.some((rule) => rule.hasPartition(partition)),
  };
}

/** The partitions of `--topic` that `--partitions` lists; without a list all of them. */
export function filterByLists(topic = ".*", partitions = ""): PartitionFilter {
  const hasTopic = topicFilter(topic);
  const ids = partitions === "" ? [] : partitions.split(",").map(Number);
  if (!ids.every((id) => Number.isInteger(id))) {
    throw new CommandError(`--partitions expects a comma separated list of numeric partition ids, \
but received: ${partitions}`);
  }
  return {
    hasTopic,
    hasPartition: (each) =>
      hasTopic(each.topic) && (ids.length === 0 || ids.includes(each.partition)),
  };
}

function parseRule(rule: string): PartitionFilter {
  const match = RULE.exec(rule);
  if (match === null) throw new CommandError(`Invalid rule specification: ${rule}`);
  const [, topic, only, first, end] = match;
  const hasTopic = topicFilter(topic || ".*");
  const low = Number(only || first || 0);
  const high = only ? low + 1 : Number(end || Infinity);
  return {
    hasTopic,
    hasPartition: (each) => hasTopic(each.topic) && each.partition >= low && each.partition < high,
  };
}
