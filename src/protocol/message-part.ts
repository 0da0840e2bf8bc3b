/**
 * What the compiler of codecs works on: a message, or something in it, in versions in a row in
 * which it is encoded in one way. A part has one function that reads it and one that writes it.
 */
import { changesOf } from "./schema.ts";
import type { Field, Fields } from "./schema.ts";
import { includes } from "./versions.ts";
import type { VersionRange } from "./versions.ts";

/** A message as the compiler takes it. */
export interface MessageSchema {
  /** `ProduceRequest`, say. */
  readonly name: string;
  /** What is neither is "data", as in Kafka's JSON; it is as strict as a request. */
  readonly direction: "request" | "response" | "data";
  readonly versions: VersionRange;
  readonly flexible: VersionRange;
  readonly fields: Fields;
}

/** A part of a message. */
export interface Part {
  readonly message: MessageSchema;
  /** Where it is: `ProduceRequest.topicData.partitionData`. */
  readonly path: string;
  readonly versions: VersionRange;
  readonly flexible: boolean;
}

/** The whole message, once for each of its encodings, oldest first. */
export function wholeMessage(message: MessageSchema): Part[] {
  const changes = changesOf(message.fields);
  const parts: Part[] = [];
  let version = message.versions.min;
  while (version <= message.versions.max) {
    const versions = unchangedAround(message, version, changes);
    const flexible = includes(message.flexible, version);
    parts.push({ message, path: message.name, versions, flexible });
    version = versions.max + 1;
  }
  return parts;
}

/**
 * A field of a part. What is made of other fields may have one encoding in more versions than the
 * part.
 */
export function fieldOf(part: Part, name: string, field: Field): Part {
  const { message, flexible } = part;
  const isScalar = field.fields === undefined && field.element === undefined;
  const versions = isScalar
    ? part.versions
    : unchangedAround(message, part.versions.min, field.changes);
  return { message, path: `${part.path}.${name}`, versions, flexible };
}

/** Whether the part's versions have `field`. */
export function has({ versions }: Part, field: Field): boolean {
  return includes(field.versions, versions.min);
}

/** Whether `field` may be null in the part's versions. */
export function isNullable({ versions }: Part, field: Field): boolean {
  return includes(field.nullable, versions.min);
}

/** The name of the part's function: `readProduceRequest_topicData_9`, from version 9 on. */
export function functionName(verb: string, { path, versions }: Part): string {
  return `${verb}${path.replaceAll(".", "_")}_${versions.min}`;
}

/** The name of the reader's or writer's method for the values of a scalar. */
export function methodOf(part: Part, field: Field): string {
  if (field.kind !== "string" && field.kind !== "bytes" && field.kind !== "records") {
    return field.kind;
  }
  const type = field.kind === "string" ? "String" : "Bytes";
  return methodName(part, field, type);
}

/** `String` as `string`, `compactString`, `nullableString` or `nullableCompactString`. */
export function methodName(part: Part, field: Field, type: string): string {
  const compact = part.flexible ? `Compact${type}` : type;
  if (isNullable(part, field)) return `nullable${compact}`;
  return compact.charAt(0).toLowerCase() + compact.slice(1);
}

/** The value of `field` where it is left out, as source text; a fresh one each time it is run. */
export function defaultLiteral(field: Field): string {
  if (field.default === null) return "null";
  if (field.kind === "array") return "[]";
  if (field.kind === "bytes") return "new Uint8Array(0)";
  if (field.fields === undefined) return JSON.stringify(field.default);
  const nested = Object.entries(field.fields);
  return `{ ${nested.map(([name, inner]) => `${name}: ${defaultLiteral(inner)}`).join(", ")} }`;
}

function unchangedAround(
  message: MessageSchema,
  version: number,
  changes: readonly number[],
): VersionRange {
  let { min, max } = message.versions;
  const cutAt = (change: number): void => {
    if (change <= version) min = Math.max(min, change);
    else max = Math.min(max, change - 1);
  };
  cutAt(message.flexible.min);
  changes.forEach(cutAt);
  return { min, max };
}
