/**
 * Fields as they can be compared: ours, and those of Kafka's JSON, with what differs in writing but
 * not in meaning made alike.
 */
import type { Field, Fields } from "../../src/protocol/schema.ts";
import { includes, NO_VERSIONS, versionRange } from "../../src/protocol/versions.ts";
import type { VersionRange, Versions } from "../../src/protocol/versions.ts";
import type { KafkaField, KafkaMessage } from "./kafka-message-json.ts";

/** A field as it is in the versions that an API has. */
export interface Description {
  readonly name: string;
  readonly kind: string;
  readonly versions: readonly number[];
  readonly nullable: readonly number[];
  readonly default: unknown;
  readonly optional: boolean;
  readonly tag: number | undefined;
  /** Of a field that some version lacks, in what is not a response. */
  readonly ignorable: boolean;
  readonly fields: readonly Description[];
}

/** What our schema says of fields, in these of the versions. */
export function describeFields(fields: Fields, versions: readonly number[]): Description[] {
  return Object.entries(fields).map(([name, field]) => {
    const present = versions.filter((version) => includes(field.versions, version));
    return {
      name,
      kind: kindOf(field),
      versions: present,
      nullable: present.filter((version) => includes(field.nullable, version)),
      default: field.default instanceof Uint8Array ? undefined : field.default,
      optional: field.optional,
      tag: field.tag,
      ignorable: field.ignorable,
      fields: describeFields(field.fields ?? field.element?.fields ?? {}, present),
    };
  });
}

/** The same of the fields in Kafka's JSON. */
export function describeKafkaFields(
  fields: readonly KafkaField[],
  message: KafkaMessage,
  versions: readonly number[],
): Description[] {
  const isResponse = message.name.endsWith("Response");
  return fields
    .map((field) => {
      const common = message.commonStructs?.find(({ name }) => field.type.endsWith(name));
      const present = versions.filter((version) => includes(range(field.versions), version));
      const someLack = present.length < versions.length;
      // Not being throttled goes without saying, in every response.
      const hasDefault = field.default !== undefined || field.name === "ThrottleTimeMs";
      return {
        name: field.name.charAt(0).toLowerCase() + field.name.slice(1),
        kind: kindOfType(field.type),
        versions: present,
        nullable: present.filter((version) => includes(range(field.nullableVersions), version)),
        default: defaultOf(field),
        optional: someLack || hasDefault || field.tag !== undefined,
        tag: field.tag,
        ignorable: !isResponse && someLack && (field.ignorable ?? false),
        fields: describeKafkaFields(field.fields ?? common?.fields ?? [], message, present),
      };
    })
    .filter(({ versions: present }) => present.length > 0);
}

/** The range that Kafka's JSON says; none where it says nothing. */
export function range(text: string | undefined): VersionRange {
  return text === undefined || text === "none" ? NO_VERSIONS : versionRange(text as Versions);
}

function kindOf(field: Field): string {
  return field.element === undefined ? field.kind : `[]${kindOf(field.element)}`;
}

function kindOfType(type: string): string {
  if (type.startsWith("[]")) return `[]${kindOfType(type.slice(2))}`;
  return /^[A-Z]/.test(type) ? "struct" : type;
}

function defaultOf({ type, default: text }: KafkaField): unknown {
  if (text === "null") return null;
  if (type.startsWith("[]")) return [];
  if (type === "bool") return String(text).toLowerCase() === "true";
  if (type === "string") return text ?? "";
  if (type === "uuid") return "AAAAAAAAAAAAAAAAAAAAAA";
  if (type === "records") return null;
  if (type === "bytes" || /^[A-Z]/.test(type)) return undefined;
  const { MAX_SAFE_INTEGER } = Number;
  return Math.max(-MAX_SAFE_INTEGER, Math.min(MAX_SAFE_INTEGER, Number(text ?? 0)));
}
