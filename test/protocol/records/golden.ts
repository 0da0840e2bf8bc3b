/** The batches that other clients made, and records as the Java client prints them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { CompressionType } from "../../../src/protocol/records/attributes.ts";
import type { KafkaRecord } from "../../../src/protocol/records/record.ts";

export interface GoldenBatch {
  program: string;
  name: string;
  compression: CompressionType;
  bytes: Uint8Array;
  /** Offset, timestamp, key, value and headers of each record, in hex. */
  records: string[];
}

/** All golden batches, freshly read, so that a test may change their bytes. */
export function goldenBatches(): GoldenBatch[] {
  return ["java", "kafkajs", "librdkafka", "platformatic"].flatMap((file) => {
    const path = join(import.meta.dirname, "../../golden/records", `${file}.json`);
    const { program, batches } = JSON.parse(readFileSync(path, "utf8"));
    return batches.map((batch: GoldenBatch & { hex: string }) => ({
      program,
      name: batch.name,
      compression: batch.compression,
      bytes: Uint8Array.fromHex(batch.hex),
      records: batch.records,
    }));
  });
}

/** A record in the golden files' form; values of more than 499 bytes stand as their SHA-256. */
export function printed(record: KafkaRecord): string {
  const headers = record.headers.map(
    (header) => ` ${new TextEncoder().encode(header.key).toHex()}=${hex(header.value)}`,
  );
  const fields = [record.offset, record.timestamp, hex(record.key), hex(record.value)];
  return fields.join(" ") + headers.join("");
}

function hex(bytes: Uint8Array | null): string {
  if (bytes === null) return "null";
  if (bytes.length < 500) return bytes.toHex();
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
