/**
 * Records of `__consumer_offsets` as the JSON that Kafka's formatters make of them: the fields of
 * the record's version by name, bytes in base64, tagged fields only where they say something.
 */
import type { CoordinatorRecord } from "../../protocol/coordinator-records.ts";
import { decodeCoordinatorRecord } from "../../protocol/coordinator-records.ts";
import { groupMetadata } from "../../protocol/coordinator-records/group-metadata.ts";
import {
  legacyOffsetCommit,
  offsetCommit,
} from "../../protocol/coordinator-records/offset-commit.ts";
import { Reader } from "../../protocol/reader.ts";
import type { Fields } from "../../protocol/schema.ts";
import { includes } from "../../protocol/versions.ts";
import type { RecordFormatter } from "./record-formatter.ts";

const TYPES = { OffsetCommit: offsetCommit, GroupMetadata: groupMetadata } as const;

/**
 * Writes the records of one type and passes over all others. No newline parts them, as in Kafka.
 */
export function coordinatorFormatter(type: keyof typeof TYPES): RecordFormatter {
  return ({ key, value }, _, write) => {
    const record = key === null ? null : decodeCoordinatorRecord(key, value);
    if (record?.type === type) write(JSON.stringify(recordJson(record, key!, value)));
  };
}

function recordJson(record: CoordinatorRecord, key: Uint8Array, value: Uint8Array | null) {
  const { type } = record;
  const id = new Reader(key).int16();
  const schema = TYPES[type as keyof typeof TYPES];
  const keys = id === legacyOffsetCommit.id ? legacyOffsetCommit.key : schema.key;
  const version = value === null ? -1 : new Reader(value).int16();
  return {
    key: { type: id, data: messageJson(keys, 0, record.key) },
    value:
      record.value === null
        ? null
        : { version, data: messageJson(schema.value, version, record.value) },
  };
}

function messageJson(fields: Fields, version: number, message: object): object {
  const json: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value: unknown = message[name as keyof typeof message];
    if (!includes(field.versions, version)) continue;
    if (field.tag !== undefined && value === field.default) continue;
    json[name] = valueJson(field.element?.fields, version, value);
  }
  return json;
}

function valueJson(element: Fields | undefined, version: number, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (!Array.isArray(value) || element === undefined) return value;
  return value.map((each: object) => messageJson(element, version, each));
}
