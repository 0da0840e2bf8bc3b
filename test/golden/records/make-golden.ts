/**
 * Makes the fixtures beside it: record batches built by other clients, in every compression they
 * know, and what the Java client reads in each. It needs Java 17, the jars of kafka-clients 4.3.1
 * in a folder, and kcat (librdkafka), whose mock cluster keeps batches as they were sent.
 *
 *     node test/golden/records/make-golden.ts <folder of jars>
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { join } from "node:path";
import { createRecordsBatch } from "@platformatic/kafka";

const folder = import.meta.dirname;
const jars = process.argv[2];
if (jars === undefined) throw new Error("Say in which folder the jars of kafka-clients are.");
const BASE_TIMESTAMP = 1790000000000;
const COMPRESSIONS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** A line as GoldenBatches.java writes and reads it: name, compression, hex. */
type Line = string;

save("java", "kafka-clients 4.3.1 (Java)", java("write").trim().split("\n"));
save("kafkajs", "kafkajs 2.2.4", await kafkajsLines());
save("platformatic", "@platformatic/kafka 2.12.1", platformaticLines());
save("librdkafka", "librdkafka 2.0.2 (kcat 1.7.1)", await librdkafkaLines());

function java(mode: string, input = ""): string {
  const args = ["-cp", join(jars!, "*"), join(folder, "GoldenBatches.java"), mode];
  return execFileSync("java", args, { input, encoding: "utf8", maxBuffer: 2 ** 28 });
}

function save(file: string, program: string, lines: Line[]): void {
  const read = java("read", lines.join("\n")).split(/^batch .*\n/m).slice(1);
  const batches = lines.map((line, i) => {
    const [name, compression, hex] = line.split(" ");
    const records = read[i]!.trim().split("\n").map(shortened);
    return { name, compression, hex, records };
  });
  const body = batches.map((batch) => `    ${JSON.stringify(batch)}`).join(",\n");
  const json = `{\n  "program": ${JSON.stringify(program)},\n  "batches": [\n${body}\n  ]\n}\n`;
  writeFileSync(join(folder, `${file}.json`), json);
}

/** Long values are kept as their SHA-256. */
function shortened(record: string): string {
  const hash = (hex: string) => createHash("sha256").update(hex, "hex").digest("hex");
  return record.replaceAll(/[0-9a-f]{1000,}/g, (hex) => `sha256:${hash(hex)}`);
}

/** How often a long value repeats itself: over more than one block of any format. */
function longest(compression: string): number {
  return compression === "none" ? 10 : 5000;
}

async function kafkajsLines(): Promise<Line[]> {
  const require = createRequire(import.meta.url);
  const { RecordBatch } = require("kafkajs/src/protocol/recordBatch/v0");
  const Record = require("kafkajs/src/protocol/recordBatch/record/v0");
  const lines: Line[] = [];
  for (const [id, compression] of ["none", "gzip"].entries()) {
    const records = Array.from({ length: 8 }, (_, i) =>
      Record({
        offsetDelta: i,
        timestampDelta: i * 100,
        key: i % 2 === 0 ? null : Buffer.from(`key ${i}`),
        value: i === 5 ? null : Buffer.from(`record ${i} of a spool of thread`),
        headers: i === 3 ? { thread: ["a", "b"], colour: "grün" } : {},
      }),
    );
    const batch = await RecordBatch({
      compression: id,
      firstTimestamp: BASE_TIMESTAMP,
      maxTimestamp: BASE_TIMESTAMP + 700,
      lastOffsetDelta: 7,
      records,
    });
    lines.push(`kafkajs ${compression} ${batch.buffer.toString("hex")}`);
  }
  return lines;
}

function platformaticLines(): Line[] {
  return COMPRESSIONS.map((compression) => {
    const messages = Array.from({ length: 8 }, (_, i) => ({
      topic: "t",
      partition: 0,
      timestamp: BigInt(BASE_TIMESTAMP + i * 100),
      ...(i % 2 === 0 ? {} : { key: Buffer.from(`key ${i}`) }),
      value: Buffer.from(`record ${i} ${"of a spool of thread ".repeat(i === 7 ? longest(compression) : 1)}`),
      headers: new Map(i === 3 ? [[Buffer.from("colour"), Buffer.from("grün")]] : []),
    }));
    const batch = createRecordsBatch(messages, {
      ...(compression === "none" ? {} : { compression }),
      producerId: 7n,
      producerEpoch: 1,
    });
    return `platformatic ${compression} ${batch.buffer.toString("hex")}`;
  });
}

/** Lets one kcat be the mock cluster, another produce to it, and fetches what has arrived. */
async function librdkafkaLines(): Promise<Line[]> {
  const mock = ["-X", "test.mock.num.brokers=1", "-d", "mock"];
  const cluster = spawn("kcat", ["-P", "-b", "mock", "-t", "unused", ...mock]);
  let log = "";
  cluster.stderr.on("data", (text) => (log += text));
  while (!log.includes("bootstrap.servers=")) await once(cluster.stderr, "data");
  const port = Number(/bootstrap\.servers=127\.0\.0\.1:(\d+)/.exec(log)![1]);
  const thread = "of a spool of thread ";
  const lines: Line[] = [];
  try {
    for (const [i, compression] of COMPRESSIONS.entries()) {
      const target = ["-b", `127.0.0.1:${port}`, "-t", `${i}`, "-p", "0", "-z", compression];
      const options = ["-K:", "-H", "colour=grün", "-X", "linger.ms=300"];
      const input = Array.from(
        { length: 20 },
        (_, n) => `key ${n}:record ${n} ${thread.repeat(n === 19 ? longest(compression) : 1)}\n`,
      ).join("");
      execFileSync("kcat", ["-P", ...target, ...options], { input });
      const batch = await fetchPartition(port, `${i}`);
      lines.push(`librdkafka ${compression} ${batch.toString("hex")}`);
    }
    return lines;
  } finally {
    cluster.stdin.end();
    await once(cluster, "exit");
  }
}

/** All that partition 0 of a topic with a name of one letter holds, by Fetch version 4. */
async function fetchPartition(port: number, topic: string): Promise<Buffer> {
  const header = "0001 0004 00000001 0000";
  const limits = "ffffffff 000003e8 00000001 00100000 00";
  const partition = "00000001 00000000 0000000000000000 00100000";
  const name = `0001 ${Buffer.from(topic).toString("hex")}`;
  const request = `${header} ${limits} 00000001 ${name} ${partition}`.replaceAll(" ", "");
  const size = (request.length / 2).toString(16).padStart(8, "0");
  const socket = connect(port, "127.0.0.1");
  socket.write(Buffer.from(size + request, "hex"));
  let answer = Buffer.alloc(0);
  for await (const chunk of socket) {
    answer = Buffer.concat([answer, chunk]);
    if (answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0)) break;
  }
  // Size, correlation id, throttle time, the topic and its name, the partition with its error and
  // two offsets; then the aborted transactions, and then the records.
  const abortedAt = 4 + 4 + 4 + 4 + 3 + 4 + 4 + 2 + 8 + 8;
  const recordsAt = abortedAt + 8 + Math.max(answer.readInt32BE(abortedAt), 0) * 16;
  return answer.subarray(recordsAt, recordsAt + answer.readInt32BE(recordsAt - 4));
}
