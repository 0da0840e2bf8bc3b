/**
 * A record as JSON text, for HTTP and live subscribers. Bytes that are not what the format shows
 * are never an error: text is read as UTF-8 with replacement characters, and a value that is no
 * JSON is shown as text. A JSON value goes into the text as it is, so that no number loses a digit.
 */
import type { KafkaRecord, RecordHeader } from "../protocol/records/record.ts";
import type { RecordFormat } from "./record-parameters.ts";

const utf8 = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** The record of a partition in its JSON form. */
export function recordJson(record: KafkaRecord, partition: number, format: RecordFormat): string {
  const { offset, timestamp, key, value, headers } = record;
  const place = `"partition":${partition},"offset":${offset},"timestamp":${timestamp}`;
  const shown = format === "json" ? jsonOrText(value) : bytesJson(value, format);
  const shownHeaders = headersJson(headers, format);
  return `{${place},"key":${bytesJson(key, format)},"value":${shown},"headers":${shownHeaders}}`;
}

function headersJson(headers: readonly RecordHeader[], format: RecordFormat): string {
  const items = headers.map(
    ({ key, value }) => `{"key":${JSON.stringify(key)},"value":${bytesJson(value, format)}}`,
  );
  return `[${items.join(",")}]`;
}

function bytesJson(bytes: Uint8Array | null, format: RecordFormat): string {
  if (bytes === null) return "null";
  return format === "base64" ? `"${bytes.toBase64()}"` : JSON.stringify(utf8.decode(bytes));
}

function jsonOrText(bytes: Uint8Array | null): string {
  if (bytes === null) return "null";
  const text = utf8.decode(bytes);
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}
