/** A partition from its first record to its last, with every batch checked on the way. */
import { computeBatchCrc } from "../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../src/protocol/records/decode.ts";
import { batchesIn } from "../conformance/batches.ts";
import { LATEST, type Partition } from "../conformance/partition.ts";
import type { StoredRecord } from "./acknowledged-history.ts";

const FETCH_BYTES = 8 * 1024 * 1024;

/** All records of the partition; a torn batch or one with a wrong CRC is an error. */
export async function wholeLog(partition: Partition): Promise<StoredRecord[]> {
  const { offset: end } = await partition.listOffset(LATEST);
  const stored: StoredRecord[] = [];
  for (let offset = 0; offset < end;) {
    const limits = { fetchOffset: offset, maxBytes: FETCH_BYTES, partitionMaxBytes: FETCH_BYTES };
    const { error, records } = await partition.fetch(limits);
    const batches = batchesIn(records);
    if (error !== "NONE" || batches.length === 0) throw new Error(`${error} at ${offset}.`);
    for (const header of batches) {
      if (computeBatchCrc(records!, header.position) !== header.crc) {
        throw new Error(`The batch at offset ${header.baseOffset} has a wrong CRC.`);
      }
      stored.push(...decodeRecords(records!, header).map(parse));
      offset = header.baseOffset + header.lastOffsetDelta + 1;
    }
  }
  return stored;
}

function parse({ offset, value }: { offset: number; value: Uint8Array | null }): StoredRecord {
  const beginning = new TextDecoder().decode(value!.subarray(0, 40));
  const [producer, sequence] = beginning.split(" ").map(Number);
  return { offset, producer: producer!, sequence: sequence! };
}
