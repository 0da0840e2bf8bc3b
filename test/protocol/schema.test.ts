import { expect, test } from "vitest";

import type { Field, Fields } from "../../src/protocol/schema.ts";
import { includes, NO_VERSIONS, versionRange } from "../../src/protocol/versions.ts";
import type { VersionRange, Versions } from "../../src/protocol/versions.ts";
import { allApis, halvesOf, versionsOf } from "./all-apis.ts";
import { kafkaMessages, kafkaMessagesMissing } from "./kafka-message-json.ts";
import type { KafkaField, KafkaMessage } from "./kafka-message-json.ts";

/** A field as it is in the versions that an API has. */
interface Description {
  readonly name: string;
  readonly kind: string;
  readonly versions: readonly number[];
  readonly nullable: readonly number[];
  readonly default: unknown;
  readonly optional: boolean;
  readonly tag: number | undefined;
  /** Of a request's field that some version lacks. */
  readonly ignorable: boolean;
  readonly fields: readonly Description[];
}

const missing = kafkaMessagesMissing();

for (const { api } of allApis) {
  test(`${api.name} is what Kafka's message JSON says, field by field`, ({ skip }) => {
    if (missing !== null) return skip(missing);
    const messages = kafkaMessages();
    for (const half of Object.values(halvesOf(api))) {
      const kafka = messages.get(half.name)!;
      expect(kafka.apiKey).toBe(api.key);
      expect(range(kafka.validVersions)).toEqual(api.versions);
      expect(range(kafka.flexibleVersions)).toEqual(api.flexible);
      const ours = describeFields(half.fields, versionsOf(api));
      expect(ours).toEqual(describeKafkaFields(kafka.fields, kafka, versionsOf(api)));
    }
    const isUnstable = messages.get(`${api.name}Request`)!.latestVersionUnstable ?? false;
    expect(api.servedVersions.max).toBe(api.versions.max - (isUnstable ? 1 : 0));
  });
}

function describeFields(fields: Fields, versions: readonly number[]): Description[] {
  return Object.entries(fields).map(([name, field]) => {
    const present = versions.filter((version) => includes(field.versions, version));
    return {
      name,
      kind: kindOf(field),
      versions: present,
      nullable: present.filter((version) => includes(field.nullable, version)),
      default: field.kind === "bytes" ? undefined : field.default,
      optional: field.optional,
      tag: field.tag,
      ignorable: field.ignorable,
      fields: describeFields(field.fields ?? field.element?.fields ?? {}, present),
    };
  });
}

function describeKafkaFields(
  fields: readonly KafkaField[],
  message: KafkaMessage,
  versions: readonly number[],
): Description[] {
  const isRequest = message.name.endsWith("Request");
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
        ignorable: isRequest && someLack && (field.ignorable ?? false),
        fields: describeKafkaFields(field.fields ?? common?.fields ?? [], message, present),
      };
    })
    .filter(({ versions: present }) => present.length > 0);
}

function range(text: string | undefined): VersionRange {
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
