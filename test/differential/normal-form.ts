/**
 * Answers in a form that is the same for every cluster that says the same: ids are named, times of
 * the servers' clocks are one time, batches are headers and records, what is of other sequences is
 * left out, and lists that Kafka keeps in a hash map are sorted.
 */
import type { BatchHeader } from "../../src/protocol/records/batch-header.ts";
import { NOW, batchesIn, recordsIn } from "../conformance/batches.ts";
import { idKindOf } from "./names.ts";
import type { IdKind, Names } from "./names.ts";
import { changed, isMessage } from "./walk.ts";
import type { ChangeScalar, Message } from "./walk.ts";

/** With it begins what any sequence of any run calls its topics and groups. */
export const EVERYONES_PREFIX = "differential-";

/** Clients' timestamps are before this, or much later. */
const FIRST_SERVER_TIME = NOW + 30_000;
const DAY_MS = 86_400_000;

/** What a field with a time of the server says. */
const SERVER_TIME = "a time of the server";

/**
 * Lists whose order says something. In all others clients look for what they asked about, and Kafka
 * keeps much of it in hash maps.
 */
const ORDERED: ReadonlySet<string> = new Set(["batches", "records", "headers", "synonyms"]);
const ORDERED_OF_API: ReadonlySet<string> = new Set(["DescribeTopicPartitions.topics"]);

/** Lists of plain values that Kafka keeps in hash sets. */
const UNORDERED_SCALARS: ReadonlySet<string> = new Set(["subscribedTopicNames", "partitions"]);

/** What elements of a list are told apart by. */
const KEY_FIELDS = [
  "name",
  "topic",
  "topicId",
  "groupId",
  "resourceName",
  "memberId",
  "partitionIndex",
  "partition",
  "index",
  "nodeId",
];

/** The fields by which an element may be known to be of another sequence. */
const NAME_FIELDS = ["name", "topic", "groupId", "resourceName", "topicName"];

/** Kafka's own ids, and the UUIDs in those that it gives to members of classic groups. */
const MADE_UP_ID = /(?<![\w-])[\w-]{22}(?![\w-])|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;

/** Who reads an answer: the ids of the cluster that gave it, and the prefix of the sequence. */
export interface ReadBy {
  readonly names: Names;
  readonly prefix: string;
}

/** The answer of an API in its normal form. New ids get their names. */
export function normalForm(api: string, response: unknown, { names, prefix }: ReadBy): Message {
  const own = (list: readonly unknown[], field: string) => {
    if (UNORDERED_SCALARS.has(field) && !list.some(isMessage)) return list.toSorted(byValue);
    const ours = list.filter((element) => !isForeign(element, prefix));
    const isOrdered = ORDERED.has(field) || ORDERED_OF_API.has(`${api}.${field}`);
    const grouped = api === "Fetch" && field === "responses" ? byTopic(ours as Message[]) : ours;
    return isOrdered || !grouped.every(isMessage) ? grouped : sorted(grouped, names);
  };
  return changed(
    response,
    readWith((kind, id) => names.nameOf(kind, id)),
    own,
  ) as Message;
}

function isForeign(element: unknown, prefix: string): boolean {
  if (!isMessage(element)) return false;
  return NAME_FIELDS.some((field) => {
    const name = element[field];
    if (typeof name !== "string" || !name.startsWith(EVERYONES_PREFIX)) return false;
    return !name.startsWith(`${prefix}-`);
  });
}

/** In an order that comes from what can be said of the elements before new ids are named. */
function sorted(list: readonly Message[], names: Names): Message[] {
  const peek = readWith((kind, id) => names.peek(kind, id));
  const keyed = list.map((element) => {
    const peeked = changed(element, peek) as Message;
    const keys = KEY_FIELDS.map((field) => peeked[field] ?? null);
    return { element, key: JSON.stringify([...keys, peeked]) };
  });
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ element }) => element);
}

/** Each topic once: a Fetch may come back to one, as its partitions take turns. */
function byTopic(topics: readonly Message[]): Message[] {
  const groups = Map.groupBy(topics, ({ topic, topicId }) => `${String(topic)} ${String(topicId)}`);
  return [...groups.values()].map((group) => ({
    ...group[0],
    partitions: group.flatMap(({ partitions }) => partitions),
  }));
}

/** Reads scalars, with the ids among them as `nameOf` has it. */
function readWith(nameOf: (kind: IdKind, id: unknown) => unknown): ChangeScalar {
  const read: ChangeScalar = (value, field) => {
    const kind = idKindOf(field);
    if (kind !== undefined) return nameOf(kind, value);
    if (value instanceof Uint8Array) {
      return field === "records" ? changed(batches(value), read) : hex(value);
    }
    if (typeof value === "number" && /time/i.test(field)) return time(value);
    return typeof value === "string" && field === "errorMessage" ? withoutIds(value) : value;
  };
  return read;
}

/** What is said of an id that the cluster may have made up for this very sentence. */
function withoutIds(sentence: string): string {
  return sentence.replaceAll(MADE_UP_ID, "some id");
}

function time(value: number): unknown {
  const isOfServer = value > FIRST_SERVER_TIME && value < FIRST_SERVER_TIME + DAY_MS;
  return isOfServer ? SERVER_TIME : value;
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString("hex");
}

/** The batches in fetched bytes, and how many bytes of a last one there are that was cut off. */
function batches(bytes: Uint8Array): unknown {
  const whole = batchesIn(bytes);
  const size = whole.reduce((sum, { sizeInBytes }) => sum + sizeInBytes, 0);
  return { batches: whole.map((header) => batch(bytes, header)), cutOff: bytes.length - size };
}

function batch(bytes: Uint8Array, header: BatchHeader): unknown {
  const { position, crc: _, ...others } = header;
  const own = bytes.subarray(position, position + header.sizeInBytes);
  return { ...others, records: recordsIn(own) };
}

/** Numbers by size, strings by their UTF-16 units. */
function byValue(a: unknown, b: unknown): number {
  return (a as number | string) < (b as number | string) ? -1 : 1;
}
