/**
 * The differences from Apache Kafka that are meant, each with its reason. A difference that none of
 * them covers is a bug of one of the two.
 */
import { ZERO_UUID } from "../../src/base/uuid.ts";
import { ResourceType } from "../../src/broker/config-resources.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { MAX_TIMESTAMP } from "../conformance/partition.ts";
import type { Difference } from "./compare.ts";
import type { Call } from "./kind.ts";
import { isMessage } from "./walk.ts";
import type { Message } from "./walk.ts";

/** A difference that is meant. */
interface MeantDifference {
  readonly title: string;
  readonly reason: string;
  /** Whether this one is of its kind. */
  covers(difference: Difference, call: Call): boolean;
}

const RESOURCE_TYPES: ReadonlySet<number> = new Set(Object.values(ResourceType));

/** What Kafka says where it has no more to say than the error itself. */
const DEFAULT_MESSAGES = [
  "This most likely occurs because of a request being malformed by the client library or the " +
    "message was sent to an incompatible broker. See the broker logs for more details.",
];

/** What Kafka makes of a sentence of a config that several of its parts look at. */
function wrapped(sentence: string): string {
  const exception = `org.apache.kafka.common.config.ConfigException: ${sentence}`;
  return `Invalid value ${exception} for configuration Invalid dynamic configuration`;
}

/** The bytes of a hexadecimal text in their order, whatever they mean. */
function inOrder(hex: unknown): string {
  return (String(hex).match(/../g) ?? []).toSorted((a, b) => (a < b ? -1 : 1)).join("");
}

/** Those that leave the two clusters in the same state. */
export const meantDifferences: readonly MeantDifference[] = [
  {
    title: "Some APIs and features are not served yet",
    reason: "ApiVersions tells what there is.",
    covers: ({ path }, { api }) =>
      isOf(api.name, "ApiVersions") && /^(apiKeys|supportedFeatures|finalizedFeatures)/.test(path),
  },
  {
    title: "Brokers have no loggers",
    reason: "The log levels of a broker are the platform's.",
    covers: ({ path, kafka }, { api }) =>
      isOf(api.name, "ListConfigResources") &&
      path === "configResources" &&
      JSON.stringify(kafka).includes(`"resourceType":${ResourceType.BROKER_LOGGER}`),
  },
  {
    title: "What an error means is told in words of its own",
    reason: "No client reads the sentences that Kafka has for its errors.",
    covers: ({ path, kafka, odradek }) =>
      path.endsWith("errorMessage") &&
      (DEFAULT_MESSAGES.some((text) => kafka === text) || kafka === wrapped(String(odradek))),
  },
  {
    title: "Produce says why in words of its own",
    reason:
      "Kafka says nothing for many errors; what it says is for people, and no client reads it.",
    covers: ({ path }, { api }) => isOf(api.name, "Produce") && /[eE]rrorMessage$/.test(path),
  },
  {
    title: "A log is as large as what it holds",
    reason: "Kafka's DeleteRecords takes no bytes away before a whole segment is below the start.",
    covers: ({ path, kafka, odradek }, { api }) =>
      isOf(api.name, "DescribeLogDirs") &&
      path.endsWith("partitionSize") &&
      Number(odradek) < Number(kafka),
  },
  {
    title: "The largest timestamp is one that a record still has",
    reason: "Kafka also finds those of deleted records, as long as their segment is there.",
    covers: ({ path, kafka, odradek }, { api, request }) =>
      isOf(api.name, "ListOffsets") &&
      (/\.(offset|leaderEpoch)$/.test(path) ||
        (path.endsWith(".timestamp") && Number(odradek) < Number(kafka))) &&
      JSON.stringify(request).includes(`"timestamp":${MAX_TIMESTAMP}`),
  },
  {
    title: "Topics of an assignment come in the order of their names",
    reason: "In Kafka they come in the order of their ids, which are any.",
    covers: ({ path, kafka, odradek }) =>
      /(^a|\.memberA)ssignment$/.test(path) && inOrder(kafka) === inOrder(odradek),
  },
  {
    title: "A read ends with a whole batch",
    reason: "Kafka fills up to the limit with the beginning of a batch, which clients drop.",
    covers: ({ path, odradek }, { api }) =>
      isOf(api.name, "Fetch") && path.endsWith("records.cutOff") && odradek === 0,
  },
  {
    title: "Log directories have no size",
    reason: "A replica's storage is the platform's, which does not say how much of it there is.",
    covers: ({ path, odradek }, { api }) =>
      isOf(api.name, "DescribeLogDirs") && /(total|usable)Bytes$/.test(path) && odradek === -1,
  },
];

/** A difference after which there is nothing more to compare. */
interface MeantEnd {
  readonly title: string;
  readonly reason: string;
  /** Whether these are such answers. */
  covers(kafka: Message, odradek: Message, call: Call): boolean;
}

/** Those that may leave the two clusters in different states. */
export const meantEnds: readonly MeantEnd[] = [
  {
    title: "Kafka fails on a request that can be answered",
    reason:
      "UNKNOWN_SERVER_ERROR says that the broker did not expect what it met. A Fetch that names no " +
      "id and waits, and an AlterConfigs that names a resource twice, are not answered at all.",
    covers: (kafka, odradek, { api, request }) =>
      (isFailure(kafka) && !isFailure(odradek)) ||
      (isOf(api.name, "AlterConfigs") && "failure" in kafka && namesOneTwice(request)) ||
      (isOf(api.name, "Fetch") &&
        "failure" in kafka &&
        Number(request["maxWaitMs"]) > 0 &&
        JSON.stringify(request).includes(ZERO_UUID)),
  },
  {
    title: "The default of min.insync.replicas may be taken back",
    reason: "Kafka keeps it while there are eligible leader replicas (KIP-966).",
    covers: (kafka, _odradek, { api }) =>
      isOf(api.name, "IncrementalAlterConfigs", "AlterConfigs") &&
      JSON.stringify(kafka).includes("while ELR is enabled"),
  },
  {
    title: "A group that changes its protocol before its leader has assigned begins an epoch",
    reason:
      "What its members have is nobody's assignment. In Kafka they keep it until one of them " +
      "subscribes to something else.",
    covers: (kafka, odradek, { api, request }) =>
      isOf(api.name, "ConsumerGroupHeartbeat") &&
      request["memberEpoch"] === 0 &&
      kafka["errorCode"] === ErrorCode.NONE &&
      odradek["memberEpoch"] === Number(kafka["memberEpoch"]) + 1,
  },
  {
    title: "Who waits and is taken out of a group is told so",
    reason: "Kafka leaves a SyncGroup that waits without an answer when its member leaves.",
    covers: (kafka, odradek, { api }) =>
      isOf(api.name, "JoinGroup", "SyncGroup") &&
      "failure" in kafka &&
      odradek["errorCode"] === ErrorCode.UNKNOWN_MEMBER_ID,
  },
  {
    title: "A group that cannot change its protocol leaves those alone who wait",
    reason:
      "Kafka tells them REBALANCE_IN_PROGRESS before it finds that a member's metadata is malformed.",
    covers: (kafka, odradek, { api }) =>
      isOf(api.name, "JoinGroup", "SyncGroup") &&
      kafka["errorCode"] === ErrorCode.REBALANCE_IN_PROGRESS &&
      ("failure" in odradek || odradek["errorCode"] === ErrorCode.UNKNOWN_MEMBER_ID),
  },
  {
    title: "What a member owns counts only in the epoch that it was told last",
    reason:
      "A heartbeat of an earlier epoch may have been overtaken on its way. Kafka takes its word, and " +
      "may give a partition to two members.",
    covers: (kafka, odradek, { api, request }) =>
      isOf(api.name, "ConsumerGroupHeartbeat") &&
      kafka["errorCode"] === ErrorCode.NONE &&
      odradek["errorCode"] === ErrorCode.NONE &&
      request["memberEpoch"] !== odradek["memberEpoch"] &&
      Number(kafka["memberEpoch"]) > Number(odradek["memberEpoch"]),
  },
];

/** Whether an answer has an error that says nothing. */
function isFailure(answer: unknown): boolean {
  if (!isMessage(answer)) return false;
  return Object.entries(answer).some(([field, value]) =>
    field === "errorCode" ? value === ErrorCode.UNKNOWN_SERVER_ERROR : isFailure(value),
  );
}

/** Whether a request has two configs of one resource. To Kafka all types unknown to it are one. */
function namesOneTwice(request: Message): boolean {
  const resources = request["resources"] as { resourceType: number; resourceName: string }[];
  const names = resources.map(
    ({ resourceType: type, resourceName }) =>
      `${RESOURCE_TYPES.has(type) ? type : "unknown"} ${resourceName}`,
  );
  return new Set(names).size < names.length;
}

function isOf(name: string, ...names: readonly string[]): boolean {
  return names.includes(name);
}

/** Why this one is meant. */
export function reasonOf(title: string): string {
  return [...meantDifferences, ...meantEnds].find((each) => each.title === title)?.reason ?? "";
}
