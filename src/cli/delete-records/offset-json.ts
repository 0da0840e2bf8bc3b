/** The JSON file of `odradek delete-records`. */
import type { RecordsToDelete } from "../../client/admin/delete-records.ts";
import { partitionName } from "../../client/topic-partition.ts";
import { CommandError } from "../command-error.ts";

const VERSION = 1;

/** What is to be deleted. Throws what is wrong with the file. */
export function parseOffsetJson(text: string): RecordsToDelete[] {
  const { version = VERSION, partitions } = parse(text);
  if (version !== VERSION) {
    throw new CommandError(`Not supported version field value ${String(version)}`);
  }
  if (!Array.isArray(partitions)) throw new CommandError("Missing partitions field");
  const deletions = partitions.map(parsePartition);
  const names = deletions.map(partitionName);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  if (twice.size === 0) return deletions;
  const list = [...twice].join(",");
  throw new CommandError(`Offset json file contains duplicate topic partitions: ${list}`);
}

function parse(text: string): { version?: unknown; partitions?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // What is not JSON is told as what is not an object.
  }
  throw new CommandError("The input string is not a valid JSON");
}

function parsePartition(entry: unknown): RecordsToDelete {
  const { topic, partition, offset } = Object(entry) as Record<string, unknown>;
  const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
  if (typeof topic === "string" && isWhole(partition) && isWhole(offset)) {
    return { topic, partition, beforeOffset: offset };
  }
  throw new CommandError(
    `This is not a topic, a partition and an offset: ${JSON.stringify(entry)}`,
  );
}
