/** Walks over messages, which are objects, lists and scalars, and over their schemas. */
import type { Field, Fields } from "../../src/protocol/schema.ts";
import { includes } from "../../src/protocol/versions.ts";

/** A message, or a struct in one. */
export type Message = Record<string, unknown>;

/** What becomes of a scalar; `field` is the name of the field that holds it, alone or in a list. */
export type ChangeScalar = (value: unknown, field: string) => unknown;

/** What becomes of a list before its elements are looked at. */
type ChangeList = (list: readonly unknown[], field: string) => readonly unknown[];

/** A copy with every list and then every scalar changed. Bytes are scalars. */
export function changed(
  value: unknown,
  scalar: ChangeScalar,
  list: ChangeList = (same) => same,
  field = "",
): unknown {
  if (Array.isArray(value)) {
    return list(value, field).map((each) => changed(each, scalar, list, field));
  }
  if (!isMessage(value)) return scalar(value, field);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, changed(inner, scalar, list, name)]),
  );
}

/** Whether a value has fields. */
export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}

/**
 * As much of a message as a version has: fields that it lacks are left out, and where it knows no
 * null there is what the field is without a value.
 */
export function fitted(fields: Fields, version: number, message: Message): Message {
  const entries = Object.entries(fields)
    .filter(([name, { versions }]) => includes(versions, version) && message[name] !== undefined)
    .map(([name, field]) => [name, fittedValue(field, version, message[name])]);
  return Object.fromEntries(entries) as Message;
}

function fittedValue(field: Field, version: number, value: unknown): unknown {
  if (value === null) {
    if (includes(field.nullable, version)) return null;
    return field.default ?? (field.kind === "array" ? [] : "");
  }
  if (field.kind === "struct") return fitted(field.fields!, version, value as Message);
  if (field.kind !== "array") return value;
  return (value as unknown[]).map((each) => fittedValue(field.element!, version, each));
}
