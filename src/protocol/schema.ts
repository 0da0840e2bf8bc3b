/**
 * The language that `messages/` is written in. It says what Kafka's message JSON says, in the same
 * order and with the same names: what fields a message has, in which versions, which of them may be
 * null or are tagged, and what a field is where a version lacks it.
 *
 * A schema is read twice: by the compiler, which infers the message's types from it, and once while
 * the module loads, when `compile.ts` turns it into codecs. `versions` and `nullable` are written
 * only where some version of the API differs.
 */
import type { Uuid } from "../base/uuid.ts";
import { ALL_VERSIONS, NO_VERSIONS, versionRange } from "./versions.ts";
import type { VersionRange, Versions } from "./versions.ts";

/**
 * What a field can be that is not made of other fields. `records` are bytes that hold record
 * batches.
 */
export type ScalarKind =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint16"
  | "uint32"
  | "float64"
  | "string"
  | "uuid"
  | "bytes"
  | "records";

/** Everything a field can be. */
export type Kind = ScalarKind | "struct" | "array";

/** What a field may be given besides its type. All of it has the meaning it has in Kafka's JSON. */
export interface FieldOptions<Value> {
  /** The versions that have the field; all, unless said. */
  readonly versions?: Versions;
  /** The versions in which it may be null. */
  readonly nullable?: Versions;
  /** What it is where it is left out: zero, false, the empty string or nothing, unless said. */
  readonly default?: Value | null;
  /** Makes it a tagged field (KIP-482) with this number. */
  readonly tag?: number;
  /** A request may be sent in a version that lacks the field, whatever value it has. */
  readonly ignorable?: true;
}

declare const types: unique symbol;

/** One field of a message: `Decoded` is what a decoder gives, `Given` what an encoder takes. */
export interface Field<Decoded = unknown, Given = unknown, Optional extends boolean = boolean> {
  readonly kind: Kind;
  readonly versions: VersionRange;
  readonly nullable: VersionRange;
  readonly default: unknown;
  readonly tag: number | undefined;
  readonly ignorable: boolean;
  /** Whether a message that is given to be encoded may leave it out. */
  readonly optional: boolean;
  /** The versions in which its encoding, or that of anything in it, differs from the one before. */
  readonly changes: readonly number[];
  /** An array's element, which has neither versions nor a default of its own. */
  readonly element: Field | undefined;
  /** A struct's fields, in the order in which they are written. */
  readonly fields: Fields | undefined;
  /** For the compiler alone. */
  readonly [types]?: { decoded: Decoded; given: Given; optional: Optional };
}

/**
 * The fields of a message or of a struct in it, by name, in the order in which they are written.
 */
export type Fields = { readonly [name: string]: Field };

type TypesOf<F extends Field> = NonNullable<F[typeof types]>;
type OptionalNames<F extends Fields> = {
  [Name in keyof F]: TypesOf<F[Name]>["optional"] extends true ? Name : never;
}[keyof F];
type RequiredNames<F extends Fields> = Exclude<keyof F, OptionalNames<F>>;

/**
 * A message as it is decoded: every field is there, with its default where the version lacks it.
 */
export type DecodedMessage<F extends Fields> = { [Name in keyof F]: TypesOf<F[Name]>["decoded"] };

/**
 * A message as it is given to be encoded: what has a default, or is not in all versions, may be
 * left out.
 */
export type GivenMessage<F extends Fields> = {
  readonly [Name in RequiredNames<F>]: TypesOf<F[Name]>["given"];
} & {
  readonly [Name in OptionalNames<F>]?: TypesOf<F[Name]>["given"] | undefined;
};

type OrNull<Value, O> = O extends { nullable: Versions } ? Value | null : Value;
type MayBeLeftOut<O> = O extends { versions: Versions } | { default: unknown } | { tag: number }
  ? true
  : false;
type FieldOf<Decoded, Given, O> = Field<OrNull<Decoded, O>, OrNull<Given, O>, MayBeLeftOut<O>>;

type Scalar<Value> = <const O extends FieldOptions<Value> = {}>(
  options?: O,
) => FieldOf<Value, Value, O>;

/** One byte: 1 is true, and so is any other byte but 0. */
export const bool = scalar<boolean>("bool", false);
export const int8 = scalar<number>("int8", 0);
export const int16 = scalar<number>("int16", 0);
export const int32 = scalar<number>("int32", 0);
/** A safe integer. What lies beyond, on the wire or as a default, is the nearest safe integer. */
export const int64 = scalar<number>("int64", 0);
export const uint16 = scalar<number>("uint16", 0);
export const uint32 = scalar<number>("uint32", 0);
export const float64 = scalar<number>("float64", 0);
export const string = scalar<string>("string", "");
export const uuid = scalar<Uuid>("uuid", "AAAAAAAAAAAAAAAAAAAAAA");
/** Decoded as a view into the frame. Encoded, large ones are taken by reference. */
export const bytes = scalar<Uint8Array>("bytes", new Uint8Array(0));
/** Record batches as they are: views and references, like {@link bytes}. */
export const records = scalar<Uint8Array>("records", null);

/** Fields within a field, all in one place. */
export function struct<
  const F extends Fields,
  const O extends FieldOptions<DecodedMessage<F>> = {},
>(fields: F, options?: O): FieldOf<DecodedMessage<F>, GivenMessage<F>, O> {
  return field("struct", undefined, options, { fields });
}

type ElementDecoded<E> =
  E extends Field<infer Decoded> ? Decoded : E extends Fields ? DecodedMessage<E> : never;
type ElementGiven<E> =
  E extends Field<unknown, infer Given> ? Given : E extends Fields ? GivenMessage<E> : never;

/** A list of scalars (`array(int32())`) or of structs (`array({ index: int32(), ... })`). */
export function array<
  const E extends Field | Fields,
  const O extends FieldOptions<readonly never[]> = {},
>(element: E, options?: O): FieldOf<ElementDecoded<E>[], readonly ElementGiven<E>[], O> {
  return field("array", [], options, { element: isField(element) ? element : struct(element) });
}

function scalar<Value>(kind: ScalarKind, zero: Value | null): Scalar<Value> {
  return (options) => field(kind, zero, options);
}

function field<F extends Field>(
  kind: Kind,
  zero: unknown,
  options: FieldOptions<unknown> = {},
  parts: { fields?: Fields; element?: Field } = {},
): F {
  const { fields, element } = parts;
  const versions = options.versions === undefined ? ALL_VERSIONS : versionRange(options.versions);
  const nullable = options.nullable === undefined ? NO_VERSIONS : versionRange(options.nullable);
  const made: Field = {
    kind,
    versions,
    nullable,
    default: options.default === undefined ? zero : options.default,
    tag: options.tag,
    ignorable: options.ignorable ?? false,
    optional: "versions" in options || "default" in options || "tag" in options,
    changes: changesOf(fields ?? {}, [versions, nullable], element?.changes),
    element,
    fields,
  };
  return made as F;
}

/** The versions in which any of these fields changes, or a range begins or has ended. */
export function changesOf(
  fields: Fields,
  ranges: readonly VersionRange[] = [],
  others: readonly number[] = [],
): number[] {
  const changes = new Set(others);
  for (const { min, max } of ranges) changes.add(min).add(max + 1);
  for (const field of Object.values(fields)) for (const each of field.changes) changes.add(each);
  return [...changes];
}

function isField(element: Field | Fields): element is Field {
  return typeof element["kind"] === "string";
}
