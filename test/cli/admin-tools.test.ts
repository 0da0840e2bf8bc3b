/** The smaller tools: how their flags and files are read, and what they print. */
import { describe, expect, test } from "vitest";

import { versionsText } from "../../src/cli/api-versions/command.ts";
import { configLine } from "../../src/cli/configs/describe.ts";
import type { ConfigsFlags } from "../../src/cli/configs/options.ts";
import { configChanges, entityOf, parseAddConfig } from "../../src/cli/configs/options.ts";
import { parseOffsetJson } from "../../src/cli/delete-records/offset-json.ts";
import { parseTime } from "../../src/cli/get-offsets/command.ts";
import { filterByLists, filterByPatterns } from "../../src/cli/get-offsets/partition-filter.ts";
import { logDirsJson } from "../../src/cli/log-dirs/command.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";

describe("get-offsets", () => {
  test.each([
    ["t:1", ["t-1"]],
    ["t:1-3", ["t-1", "t-2"]],
    ["t:2-", ["t-2", "t-3"]],
    ["t:-2", ["t-0", "t-1"]],
    ["t:0,u.*:3", ["t-0", "u1-3"]],
    [":3", ["t-3", "u1-3"]],
  ])("--topic-partitions %s", (patterns, expected) => {
    const { hasPartition } = filterByPatterns(patterns);
    const all = ["t", "u1"].flatMap((topic) =>
      [0, 1, 2, 3].map((partition) => ({ topic, partition })),
    );
    const found = all.filter(hasPartition).map(({ topic, partition }) => `${topic}-${partition}`);
    expect(found).toEqual(expected);
  });

  test("lists of partitions are numbers", () => {
    expect(filterByLists("t", "0,2").hasPartition({ topic: "t", partition: 1 })).toBe(false);
    expect(filterByLists().hasPartition({ topic: "any", partition: 9 })).toBe(true);
    expect(() => filterByLists("t", "0,x")).toThrow("but received: 0,x");
    expect(() => filterByPatterns("t:x")).toThrow("Invalid rule specification: t:x");
  });

  test("--time is a word, a number with a meaning, or a time", () => {
    expect(["latest", "-2", "max-timestamp", "1700000000000"].map(parseTime)).toEqual([
      -1, -2, -3, 1_700_000_000_000,
    ]);
    expect(() => parseTime("yesterday")).toThrow("Malformed time argument yesterday.");
  });
});

describe("configs", () => {
  test.each<[ConfigsFlags, unknown]>([
    [
      { describe: true, topic: "t" },
      { type: "topics", name: "t" },
    ],
    [
      { describe: true, entityType: ["topics"] },
      { type: "topics", name: null },
    ],
    [
      { alter: true, entityType: ["brokers"], entityName: [""] },
      { type: "brokers", name: "" },
    ],
    [
      { alter: true, brokerDefaults: true },
      { type: "brokers", name: "" },
    ],
  ])("%j are about %j", (flags, entity) => {
    expect(entityOf(flags)).toEqual(entity);
  });

  test.each<[ConfigsFlags, string]>([
    [{ topic: "t" }, "Command must include exactly one action: --describe, --alter"],
    [{ describe: true }, "At least one entity type must be specified"],
    [{ describe: true, entityType: ["x"] }, "Invalid entity type x"],
    [{ describe: true, entityType: ["users"] }, "Quotas and credentials of users"],
    [
      { describe: true, topic: "t", group: "g" },
      "Only 'users' and 'clients' entity types may be specified together",
    ],
    [{ describe: true, topic: "t", entityType: ["topics"] }, "Duplicate entity type(s) specified"],
    [{ describe: true, topic: "t", entityName: ["u"] }, "should not be used in conjunction"],
    [{ describe: true, broker: "x" }, "must be a valid integer broker id, but it is: x"],
    [
      { alter: true, entityType: ["topics"] },
      "An entity name must be specified with --alter of topics",
    ],
    [{ alter: true, entityType: ["brokers"] }, "An entity name must be specified"],
  ])("%j are refused", (flags, message) => {
    expect(() => entityOf(flags)).toThrow(message);
  });

  test("what is to be set may have commas in brackets", () => {
    const text = "a=1,cleanup.policy=[compact,delete], b = ";
    expect(Object.fromEntries(parseAddConfig(text))).toEqual({
      a: "1",
      "cleanup.policy": "compact,delete",
      b: "",
    });
    expect(() => parseAddConfig("a")).toThrow("Invalid entity config");
    const flags = { alter: true, addConfig: "a=1", deleteConfig: ["b", " c"] } as const;
    expect(configChanges(flags)).toEqual([
      { name: "b", value: null },
      { name: "c", value: null },
      { name: "a", value: "1" },
    ]);
    expect(() => configChanges({ alter: true })).toThrow("At least one of --add-config");
    expect(() => configChanges({ addConfig: "a b=1" })).toThrow("Invalid character found");
  });

  test("a config is shown with where it comes from", () => {
    const config = {
      name: "retention.ms",
      value: "5",
      configSource: 1,
      readOnly: false,
      isSensitive: false,
      configType: 5,
      documentation: null,
      synonyms: [
        { name: "retention.ms", value: "5", source: 1 },
        { name: "log.retention.hours", value: "168", source: 5 },
      ],
    };
    expect(configLine(config)).toBe(
      "  retention.ms=5 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=5, \
DEFAULT_CONFIG:log.retention.hours=168}",
    );
    expect(configLine({ ...config, value: null, synonyms: [] })).toBe(
      "  retention.ms=null sensitive=false synonyms={}",
    );
  });
});

describe("delete-records", () => {
  const entry = '{"topic":"t","partition":0,"offset":5}';

  test("reads what is to be deleted", () => {
    const expected = [{ topic: "t", partition: 0, beforeOffset: 5 }];
    expect(parseOffsetJson(`{"version":1,"partitions":[${entry}]}`)).toEqual(expected);
    expect(parseOffsetJson(`{"partitions":[${entry}]}`)).toEqual(expected);
  });

  test.each([
    ["nonsense", "The input string is not a valid JSON"],
    ["{}", "Missing partitions field"],
    ['{"version":2,"partitions":[]}', "Not supported version field value 2"],
    [`{"partitions":[${entry},${entry}]}`, "contains duplicate topic partitions: t-0"],
    ['{"partitions":[{"topic":"t"}]}', 'This is not a topic, a partition and an offset: {"topic"'],
  ])("refuses %s", (text, message) => {
    expect(() => parseOffsetJson(text)).toThrow(message);
  });
});

test("log-dirs prints JSON with the keys in the order of Kafka's", () => {
  const partition = (partitionIndex: number) => ({
    partitionIndex,
    partitionSize: 10,
    offsetLag: 0,
    isFutureKey: false,
  });
  const logDir = {
    errorCode: 0,
    logDir: "/data",
    topics: [
      { name: "t", partitions: [partition(1), partition(0)] },
      { name: "u", partitions: [partition(0)] },
    ],
    totalBytes: 1,
    usableBytes: 1,
    isCordoned: false,
  };
  const line = (name: string) => `{"partition":"${name}","size":10,"offsetLag":0,"isFuture":false}`;
  expect(logDirsJson([{ broker: 1, logDirs: [logDir] }], ["t"])).toBe(
    `{"brokers":[{"broker":1,"logDirs":[{"partitions":[${line("t-0")},${line("t-1")}],\
"error":null,"logDir":"/data"}]}],"version":1}`,
  );
});

test("api-versions says what each side knows", () => {
  const range = (apiKey: number, minVersion: number, maxVersion: number) => ({
    apiKey,
    minVersion,
    maxVersion,
  });
  const response = (...apiKeys: ReturnType<typeof range>[]) => ({
    errorCode: 0,
    apiKeys,
    throttleTimeMs: 0,
    supportedFeatures: [],
    finalizedFeaturesEpoch: -1,
    finalizedFeatures: [],
    zkMigrationReady: false,
  });
  const apis = [heartbeat, initProducerId];
  expect(versionsText(response(range(12, 0, 99), range(500, 1, 1)), apis)).toBe(
    "(\n\tHeartbeat(12): 0 to 99 [usable: 4],\n\tInitProducerId(22): UNSUPPORTED,\n\t\
UNKNOWN(500): 1\n)",
  );
  expect(versionsText(response(range(12, 50, 60)), [heartbeat])).toContain("node too new");
});
