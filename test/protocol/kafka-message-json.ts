/**
 * Kafka's published message JSON, read out of its jars where the machine has them: in the cache
 * that `npm run oracle` fills.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";

import { KAFKA_VERSION, kafkaLibrary } from "../oracle/kafka-jars.ts";

/** A field as Kafka's JSON has it, as far as it matters on the wire. */
export interface KafkaField {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly default?: string | number | boolean | null;
  readonly tag?: number;
  readonly ignorable?: boolean;
  readonly fields?: readonly KafkaField[];
}

/** A message as Kafka's JSON has it. */
export interface KafkaMessage {
  readonly apiKey: number;
  readonly name: string;
  readonly validVersions: string;
  readonly flexibleVersions: string;
  readonly latestVersionUnstable?: boolean;
  readonly fields: readonly KafkaField[];
  readonly commonStructs?: readonly KafkaField[];
}

const folder = kafkaLibrary();

/** Null where Kafka's message JSON is at hand, else a sentence that says what is missing. */
export function kafkaMessagesMissing(): string | null {
  return existsSync(folder) ? null : `Kafka's jars are not there: ${folder} (npm run oracle)`;
}

/** All messages that one of Kafka's jars has, by name. */
export function kafkaMessages(
  jar: "kafka-clients" | "kafka-group-coordinator" = "kafka-clients",
): ReadonlyMap<string, KafkaMessage> {
  const messages = new Map<string, KafkaMessage>();
  for (const [path, bytes] of entriesOfZip(
    readFileSync(join(folder, `${jar}-${KAFKA_VERSION}.jar`)),
  )) {
    const name = /^common\/message\/(\w+)\.json$/.exec(path)?.[1];
    if (name === undefined) continue;
    const withoutComments = bytes()
      .toString("utf8")
      .replaceAll(/^\s*\/\/.*$/gm, "");
    messages.set(name, JSON.parse(withoutComments) as KafkaMessage);
  }
  return messages;
}

/** The files of a zip archive: their paths, and their bytes when asked for. */
function* entriesOfZip(zip: Buffer): Generator<[path: string, bytes: () => Buffer]> {
  const end = zip.lastIndexOf("PK\x05\x06", -1, "latin1");
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) =>
      zip.readUInt16LE(at + field),
    ) as [number, number, number];
    const compressedSize = zip.readUInt32LE(at + 20);
    const header = zip.readUInt32LE(at + 42);
    const path = zip.toString("utf8", at + 46, at + 46 + nameSize);
    yield [
      path,
      () => {
        const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
        return inflateRawSync(zip.subarray(start, start + compressedSize));
      },
    ];
    at += 46 + nameSize + extraSize + commentSize;
  }
}
