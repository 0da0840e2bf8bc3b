/**
 * How a line becomes a record: `headers TAB key TAB value`, as far as the properties say that there
 * are headers and a key, and with whatever separators they name. Kafka's LineMessageReader.
 */
import type { NewRecord, RecordHeader } from "../../protocol/records/record.ts";
import { CommandError } from "../command-error.ts";
import type { Properties } from "../properties.ts";

/** A record but for its timestamp. */
export type ReadRecord = Pick<NewRecord, "key" | "value" | "headers">;

/** Reads a line; the number of the line is for the errors. */
export type LineReader = (line: string, lineNumber: number) => ReadRecord;

interface Format {
  readonly parseKey: boolean;
  readonly keySeparator: string;
  readonly parseHeaders: boolean;
  readonly headersDelimiter: string;
  readonly headersSeparator: string;
  readonly headersKeySeparator: string;
  readonly ignoreError: boolean;
  readonly nullMarker: string | null;
}

const utf8 = new TextEncoder();

/** The reader that the properties describe. */
export function lineReader(properties: Properties): LineReader {
  const format = formatOf(properties);
  const isNull = (text: string) => text === format.nullMarker;
  const bytes = (text: string) => (isNull(text) ? null : utf8.encode(text));
  return (line, lineNumber) => {
    const { parseHeaders, headersDelimiter, parseKey, keySeparator } = format;
    const cut = (separator: string, name: string, start: number) =>
      cutField(line, start, separator, { name, lineNumber, ignoreError: format.ignoreError });
    const headers = parseHeaders ? cut(headersDelimiter, "headers delimiter", 0) : null;
    const keyStart = headers === null ? 0 : headers.length + headersDelimiter.length;
    const key = parseKey ? cut(keySeparator, "key separator", keyStart) : null;
    const valueStart = key === null ? keyStart : keyStart + key.length + keySeparator.length;
    return {
      key: key === null ? null : bytes(key),
      value: bytes(line.slice(valueStart)),
      headers: headers === null || isNull(headers) ? [] : readHeaders(headers, format, lineNumber),
    };
  };
}

function formatOf(properties: Properties): Format {
  const is = (name: string) => properties.get(name)?.trim().toLowerCase() === "true";
  const format = {
    parseKey: is("parse.key"),
    keySeparator: properties.get("key.separator") ?? "\t",
    parseHeaders: is("parse.headers"),
    headersDelimiter: properties.get("headers.delimiter") ?? "\t",
    headersSeparator: properties.get("headers.separator") ?? ",",
    headersKeySeparator: properties.get("headers.key.separator") ?? ":",
    ignoreError: is("ignore.error"),
    nullMarker: properties.get("null.marker") ?? null,
  };
  const { headersDelimiter, headersSeparator, headersKeySeparator, keySeparator } = format;
  differ("headers.delimiter", headersDelimiter, "headers.separator", headersSeparator);
  differ("headers.delimiter", headersDelimiter, "headers.key.separator", headersKeySeparator);
  differ("headers.separator", headersSeparator, "headers.key.separator", headersKeySeparator);
  differ("null.marker", format.nullMarker, "key.separator", keySeparator);
  differ("null.marker", format.nullMarker, "headers.separator", headersSeparator);
  differ("null.marker", format.nullMarker, "headers.delimiter", headersDelimiter);
  differ("null.marker", format.nullMarker, "headers.key.separator", headersKeySeparator);
  return format;
}

function differ(name: string, value: string | null, other: string, otherValue: string): void {
  if (value === otherValue) throw new CommandError(`${name} and ${other} may not be equal`);
}

/** What stands before a separator; null where there is none and that is no error. */
function cutField(
  line: string,
  start: number,
  separator: string,
  { name, lineNumber, ignoreError }: { name: string; lineNumber: number; ignoreError: boolean },
): string | null {
  const end = line.indexOf(separator, start);
  if (end >= 0) return line.slice(start, end);
  if (ignoreError) return null;
  throw new CommandError(`No ${name} found on line number ${lineNumber}: '${line}'`);
}

function readHeaders(text: string, format: Format, lineNumber: number): RecordHeader[] {
  const { headersSeparator, headersKeySeparator, ignoreError, nullMarker } = format;
  // Kafka takes this separator for a regular expression, and drops empty pairs at the end.
  const pairs = text.split(new RegExp(headersSeparator));
  while (pairs.length > 1 && pairs.at(-1) === "") pairs.pop();
  return pairs.map((pair) => {
    const end = pair.indexOf(headersKeySeparator);
    if (end < 0 && ignoreError) return { key: pair, value: null };
    if (end < 0) {
      throw new CommandError(
        `No header key separator found in pair '${pair}' on line number ${lineNumber}`,
      );
    }
    const key = pair.slice(0, end);
    if (key === nullMarker) {
      throw new CommandError(
        `Header keys should not be equal to the null marker '${key}' as they can't be null`,
      );
    }
    const value = pair.slice(end + headersKeySeparator.length);
    return { key, value: value === nullMarker ? null : utf8.encode(value) };
  });
}
