/**
 * How a record is written: its value and a newline, and before it whatever `print.*` asks for. What
 * this does, and in which order, is what Kafka's DefaultMessageFormatter does.
 */
import type { FetchedBatch } from "../../client/consumer/fetched-batches.ts";
import type { KafkaRecord } from "../../protocol/records/record.ts";
import type { Properties } from "../properties.ts";
import type { Deserializer } from "./deserializers.ts";
import { deserializer } from "./deserializers.ts";

/** Takes the bytes that are to be written. */
export type Write = (bytes: Uint8Array | string) => void;

/** Writes one record of a batch. */
export type RecordFormatter = (record: KafkaRecord, batch: FetchedBatch, write: Write) => void;

/** The formatter that the properties describe. */
export function recordFormatter(properties: Properties): RecordFormatter {
  const is = (name: string, otherwise = "false") =>
    (properties.get(name) ?? otherwise).trim().toLowerCase() === "true";
  const text = (name: string, otherwise: string) => properties.get(name) ?? otherwise;
  const separator = text("key.separator", "\t");
  const end = text("line.separator", "\n");
  const columns = columnsOf(is, {
    nullLiteral: Buffer.from(text("null.literal", "null")),
    headersSeparator: text("headers.separator", ","),
    key: deserializerOf(properties, "key.deserializer"),
    headers: deserializerOf(properties, "headers.deserializer"),
  });
  const value = deserializerOf(properties, "value.deserializer");
  const nullLiteral = Buffer.from(text("null.literal", "null"));
  const printsValue = is("print.value", "true");
  return (record, batch, write) => {
    for (const [index, column] of columns.entries()) {
      column(record, batch, write);
      write(printsValue || index < columns.length - 1 ? separator : end);
    }
    if (!printsValue) return;
    write(value(record.value ?? nullLiteral));
    write(end);
  };
}

interface ColumnOptions {
  readonly nullLiteral: Uint8Array;
  readonly headersSeparator: string;
  readonly key: Deserializer;
  readonly headers: Deserializer;
}

/** What comes before the value. */
function columnsOf(is: (name: string) => boolean, options: ColumnOptions): RecordFormatter[] {
  const { nullLiteral, headersSeparator } = options;
  const columns: RecordFormatter[] = [];
  if (is("print.timestamp")) {
    columns.push(({ timestamp }, { timestampType }, write) => {
      const isNone = timestamp === -1 && timestampType === "CreateTime";
      write(isNone ? "NO_TIMESTAMP" : `${timestampType}:${timestamp}`);
    });
  }
  if (is("print.partition"))
    columns.push((_, batch, write) => write(`Partition:${batch.partition}`));
  if (is("print.offset")) columns.push((record, _, write) => write(`Offset:${record.offset}`));
  if (is("print.delivery")) columns.push((_record, _batch, write) => write("Delivery:NOT_PRESENT"));
  // Kafka's console consumer does not hand the epoch on to its formatter.
  if (is("print.epoch")) columns.push((_record, _batch, write) => write("Epoch:NOT_PRESENT"));
  if (is("print.headers")) {
    columns.push(({ headers }, _, write) => {
      if (headers.length === 0) write("NO_HEADERS");
      for (const [index, { key, value }] of headers.entries()) {
        if (index > 0) write(headersSeparator);
        write(`${key}:`);
        write(options.headers(value ?? nullLiteral));
      }
    });
  }
  if (is("print.key")) {
    columns.push(({ key }, _, write) => write(options.key(key ?? nullLiteral)));
  }
  return columns;
}

function deserializerOf(properties: Properties, name: string): Deserializer {
  const className = properties.get(name);
  return className === undefined ? (bytes) => bytes : deserializer(className);
}
