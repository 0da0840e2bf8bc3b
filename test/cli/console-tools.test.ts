/** The console tools: how lines become records, and records lines. */
import { describe, expect, test } from "vitest";

import { consume } from "../../src/cli/console-consumer/consume.ts";
import { formatterOf } from "../../src/cli/console-consumer/formatters.ts";
import type { ConsumerFlags } from "../../src/cli/console-consumer/options.ts";
import {
  consumerProperties,
  deprecations,
  invalidConsumerFlags,
  startOffset,
} from "../../src/cli/console-consumer/options.ts";
import { recordFormatter } from "../../src/cli/console-consumer/record-formatter.ts";
import { lineReader } from "../../src/cli/console-producer/line-reader.ts";
import { linesOf } from "../../src/cli/console-producer/lines.ts";
import {
  invalidProducerFlags,
  producerProperties,
} from "../../src/cli/console-producer/options.ts";
import { RecordOutput } from "../../src/cli/record-output.ts";
import type { FetchedBatch } from "../../src/client/consumer/fetched-batches.ts";
import { encodeCoordinatorRecord } from "../../src/protocol/coordinator-records.ts";
import type { KafkaRecord } from "../../src/protocol/records/record.ts";

const bytes = (text: string) => Buffer.from(text);

const record = (changes: Partial<KafkaRecord> = {}): KafkaRecord => ({
  offset: 7,
  timestamp: 1_000,
  key: bytes("k"),
  value: bytes("v"),
  headers: [],
  ...changes,
});

const batch = (records: KafkaRecord[] = [], partition = 3): FetchedBatch => ({
  topic: "t",
  partition,
  timestampType: "CreateTime",
  leaderEpoch: 0,
  records,
});

describe("a record as text", () => {
  const textOf = (properties: Record<string, string>, changes: Partial<KafkaRecord> = {}) => {
    let text = "";
    const format = recordFormatter(new Map(Object.entries(properties)));
    format(record(changes), batch(), (piece) => (text += Buffer.from(piece).toString()));
    return text;
  };
  const headers = [
    { key: "a", value: bytes("1") },
    { key: "b", value: null },
  ];

  test.each<[Record<string, string>, Partial<KafkaRecord>, string]>([
    [{}, {}, "v\n"],
    [{}, { value: null }, "null\n"],
    [{ "print.key": "true" }, {}, "k\tv\n"],
    [{ "print.key": "true", "print.value": "false" }, {}, "k\n"],
    [{ "print.offset": "true", "print.partition": "true" }, {}, "Partition:3\tOffset:7\tv\n"],
    [{ "print.timestamp": "true" }, {}, "CreateTime:1000\tv\n"],
    [{ "print.timestamp": "true" }, { timestamp: -1 }, "NO_TIMESTAMP\tv\n"],
    [{ "print.headers": "true" }, {}, "NO_HEADERS\tv\n"],
    [{ "print.headers": "true" }, { headers }, "a:1,b:null\tv\n"],
    [{ "print.headers": "true", "headers.separator": ";" }, { headers }, "a:1;b:null\tv\n"],
    [{ "print.key": "true", "null.literal": "-" }, { key: null, value: null }, "-\t-\n"],
    [{ "print.key": "TRUE", "key.separator": "|", "line.separator": "!" }, {}, "k|v!"],
    [{ "value.deserializer": "IntegerDeserializer" }, { value: Buffer.of(0, 0, 1, 0) }, "256\n"],
    [
      { "value.deserializer": "org.apache.kafka.common.serialization.LongDeserializer" },
      { value: Buffer.of(127, 255, 255, 255, 255, 255, 255, 255) },
      "9223372036854775807\n",
    ],
  ])("%j of %j", (properties, changes, expected) => {
    expect(textOf(properties, changes)).toBe(expected);
  });

  test("bytes that are no text come out as they are", () => {
    const written: Uint8Array[] = [];
    const raw = Buffer.of(0xff, 0xfe);
    recordFormatter(new Map())(record({ value: raw }), batch(), (piece) =>
      written.push(Buffer.from(piece)),
    );
    expect(Buffer.concat(written)).toEqual(Buffer.of(0xff, 0xfe, 0x0a));
  });

  test("a deserializer that is not there, or cannot read the bytes, says so", () => {
    const wrong = { "value.deserializer": "com.example.Avro" };
    expect(() => textOf(wrong)).toThrow("There is no deserializer com.example.Avro here.");
    const short = { "value.deserializer": "LongDeserializer" };
    expect(() => textOf(short)).toThrow("Size of data received by the deserializer is not 8");
  });
});

describe("a record of __consumer_offsets as JSON", () => {
  const key = { group: "g", topic: "t", partition: 1 };
  const value = {
    offset: 5,
    leaderEpoch: 2,
    metadata: "",
    commitTimestamp: 9,
    expireTimestamp: -1,
    topicId: "NvoDtgQ5SHSc8e-KrQbM-w",
  };
  const jsonOf = (formatter: string, coded: Pick<KafkaRecord, "key" | "value">) => {
    let text = "";
    const format = formatterOf(formatter, new Map());
    format(record(coded), batch(), (piece) => (text += Buffer.from(piece).toString()));
    return text;
  };
  const commit = encodeCoordinatorRecord({ type: "OffsetCommit", key, value });

  test("is what Kafka's formatter prints", () => {
    const name = "org.apache.kafka.tools.consumer.OffsetsMessageFormatter";
    expect(jsonOf(name, commit)).toBe(
      '{"key":{"type":1,"data":{"group":"g","topic":"t","partition":1}},"value":{"version":4,\
"data":{"offset":5,"leaderEpoch":2,"metadata":"","commitTimestamp":9,\
"topicId":"NvoDtgQ5SHSc8e-KrQbM-w"}}}',
    );
  });

  test("is null where the commit was taken back", () => {
    const gone = encodeCoordinatorRecord({ type: "OffsetCommit", key, value: null });
    expect(JSON.parse(jsonOf("OffsetsMessageFormatter", gone))).toMatchObject({ value: null });
  });

  test("is nothing for a formatter of other records", () => {
    expect(jsonOf("GroupMetadataMessageFormatter", commit)).toBe("");
    expect(jsonOf("OffsetsMessageFormatter", { key: null, value: null })).toBe("");
  });

  test("shows members with their bytes in base64", () => {
    const group = encodeCoordinatorRecord({
      type: "GroupMetadata",
      key: { group: "g" },
      value: {
        protocolType: "consumer",
        generation: 1,
        protocol: "range",
        leader: null,
        currentStateTimestamp: 3,
        members: [
          {
            memberId: "m",
            groupInstanceId: null,
            clientId: "c",
            clientHost: "/h",
            rebalanceTimeout: 1,
            sessionTimeout: 2,
            subscription: Uint8Array.of(0, 3),
            assignment: new Uint8Array(0),
          },
        ],
      },
    });
    const json: unknown = JSON.parse(jsonOf("GroupMetadataMessageFormatter", group));
    expect(json).toMatchObject({
      key: { type: 2 },
      value: { data: { leader: null, members: [{ subscription: "AAM=", assignment: "" }] } },
    });
  });
});

describe("console-consumer", () => {
  const FORMATTER = { formatter: "DefaultMessageFormatter" };

  test.each<[Partial<ConsumerFlags>, string]>([
    [{}, "Exactly one of the following arguments is required: [topic], [include]"],
    [{ topic: "t", include: "u" }, "Exactly one of the following arguments"],
    [{ topic: "t", offset: "1" }, "The partition is required when offset is specified."],
    [{ include: "t", partition: 1 }, "The topic is required when partition is specified."],
    [
      { topic: "t", partition: 1, offset: "1", fromBeginning: true },
      "Options from-beginning and offset cannot be specified together.",
    ],
    [
      { topic: "t", property: ["a=b"], formatterProperty: ["a=b"] },
      "Options --property and --formatter-property cannot be specified together.",
    ],
  ])("%j are refused", (flags, message) => {
    expect(invalidConsumerFlags({ ...FORMATTER, ...flags })).toContain(message);
  });

  test("its configs come from flags before properties", () => {
    const flags = { ...FORMATTER, topic: "t", group: "g", isolationLevel: "read_committed" };
    const properties = consumerProperties({ ...flags, commandProperty: ["fetch.min.bytes=5"] });
    expect(Object.fromEntries(properties)).toEqual({
      "group.id": "g",
      "isolation.level": "read_committed",
      "fetch.min.bytes": "5",
      "auto.offset.reset": "latest",
      "client.id": "console-consumer",
    });
    const other = { ...flags, commandProperty: ["group.id=h"] };
    expect(() => consumerProperties(other)).toThrow("Detected group ids: 'g', 'h'");
    const late = {
      ...FORMATTER,
      fromBeginning: true,
      commandProperty: ["auto.offset.reset=latest"],
    };
    expect(() => consumerProperties(late as ConsumerFlags)).toThrow("please remove one option");
  });

  test.each([
    [{ offset: "earliest" }, -2],
    [{ offset: "Latest" }, -1],
    [{ offset: "42" }, 42],
    [{}, -1],
    [{ fromBeginning: true as const }, -2],
  ])("%j begins at %i", (flags, expected) => {
    expect(startOffset({ ...FORMATTER, ...flags })).toBe(expected);
  });

  test("an offset that is none is refused, and older names are told", () => {
    const wrong = { ...FORMATTER, offset: "-5" };
    expect(() => startOffset(wrong)).toThrow("The provided offset value '-5' is incorrect.");
    expect(deprecations({ ...FORMATTER, property: ["a=b"] })).toEqual([
      "Option --property is deprecated and will be removed in a future version. \
Use --formatter-property instead.",
    ]);
  });

  test("gives back what it was given and did not write", async () => {
    const polls = [
      [batch([record({ offset: 0 }), record({ offset: 1 })], 0), batch([record({ offset: 5 })], 1)],
    ];
    const sought: [number, number][] = [];
    const source = {
      poll: async () => polls.shift() ?? [],
      seek: ({ partition }: { partition: number }, offset: number) =>
        void sought.push([partition, offset]),
    };
    const options = { maxMessages: 1, timeoutMs: Infinity, skipMessageOnError: false };
    const { signal } = new AbortController();
    const count = await consume(source, () => {}, new RecordOutput(), { ...options, signal });
    expect(count).toBe(1);
    expect(sought).toEqual([
      [0, 1],
      [1, 5],
    ]);
  });
});

describe("a line as a record", () => {
  const read = (properties: Record<string, string>, line: string) => {
    const { key, value, headers } = lineReader(new Map(Object.entries(properties)))(line, 1);
    const text = (field: Uint8Array | null) =>
      field === null ? null : Buffer.from(field).toString();
    const pairs = headers.map((header) => [header.key, text(header.value)]);
    return [Object.fromEntries(pairs), text(key), text(value)];
  };
  const KEY = { "parse.key": "true" };
  const BOTH = { ...KEY, "parse.headers": "true" };

  test.each<[Record<string, string>, string, unknown[]]>([
    [{}, "a\tb", [{}, null, "a\tb"]],
    [KEY, "k\tv\tw", [{}, "k", "v\tw"]],
    [{ ...KEY, "key.separator": "::" }, "k::v", [{}, "k", "v"]],
    [BOTH, "a:1,b:2\tk\tv", [{ a: "1", b: "2" }, "k", "v"]],
    [BOTH, "a:1,\tk\tv", [{ a: "1" }, "k", "v"]],
    [{ ...BOTH, "null.marker": "N" }, "a:N\tN\tN", [{ a: null }, null, null]],
    [{ ...BOTH, "null.marker": "N" }, "N\tk\tv", [{}, "k", "v"]],
    [{ ...KEY, "ignore.error": "true" }, "no key", [{}, null, "no key"]],
    [{ ...BOTH, "ignore.error": "true" }, "h\tk\tv", [{ h: null }, "k", "v"]],
  ])("%j of %j", (properties, line, expected) => {
    expect(read(properties, line)).toEqual(expected);
  });

  test("that has not what it should says so with its number", () => {
    expect(() => read(KEY, "v")).toThrow("No key separator found on line number 1: 'v'");
    expect(() => read(BOTH, "h\tk\tv")).toThrow("No header key separator found in pair 'h'");
    const marker = { ...BOTH, "null.marker": "a" };
    expect(() => read(marker, "a:1\tk\tv")).toThrow("Header keys should not be equal");
  });

  test("separators that cannot be told apart are refused", () => {
    const same = { "headers.delimiter": ",", "headers.separator": "," };
    expect(() => read(same, "")).toThrow(
      "headers.delimiter and headers.separator may not be equal",
    );
  });
});

describe("lines", () => {
  const split = async (...pieces: string[]) => {
    const stream = (async function* () {
      for (const piece of pieces) yield bytes(piece);
    })();
    const lines: string[] = [];
    for await (const line of linesOf(stream)) lines.push(line);
    return lines;
  };

  test.each<[string[], string[]]>([
    [["a\nb\n"], ["a", "b"]],
    [["a\nb"], ["a", "b"]],
    [
      ["a\r", "\nb\rc"],
      ["a", "b", "c"],
    ],
    [["a\r"], ["a"]],
    [["\n\n"], ["", ""]],
    [["a\u2028b\n"], ["a\u2028b"]],
    [[], []],
  ])("of %j", async (pieces, expected) => {
    expect(await split(...pieces)).toEqual(expected);
  });

  test("may be cut inside a character", async () => {
    const whole = bytes("aü\n");
    const stream = (async function* () {
      yield whole.subarray(0, 2);
      yield whole.subarray(2);
    })();
    const lines: string[] = [];
    for await (const line of linesOf(stream)) lines.push(line);
    expect(lines).toEqual(["aü"]);
  });
});

describe("console-producer", () => {
  test("its flags go before its properties, and its properties before what is usual", () => {
    const flags = { topic: "t", batchSize: "5", compressionCodec: true } as const;
    const properties = producerProperties({
      ...flags,
      commandProperty: ["linger.ms=7", "batch.size=9"],
    });
    expect(Object.fromEntries(properties)).toMatchObject({
      "batch.size": "5",
      "linger.ms": "7",
      retries: "3",
      "compression.type": "gzip",
      "client.id": "console-producer",
    });
  });

  test("what it cannot do is refused", () => {
    expect(invalidProducerFlags({})).toBe('Missing required argument "[topic]"');
    expect(invalidProducerFlags({ topic: "t", lineReader: "my.Reader" })).toContain("no reader");
    const twice = { topic: "t", property: ["a=b"], readerProperty: ["a=b"] };
    expect(invalidProducerFlags(twice)).toContain("cannot be specified together");
  });
});
