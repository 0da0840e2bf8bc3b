/**
 * A type of record of `__consumer_offsets`: how its key and its value are read and written. A key
 * begins with the number of its type and is never flexible; a value begins with its version.
 */
import { concatBytes } from "../../base/concat-bytes.ts";
import { MalformedFrame } from "../../base/malformed-frame.ts";
import { compile } from "../compile.ts";
import type { Reader } from "../reader.ts";
import type { DecodedMessage, Fields } from "../schema.ts";
import { NO_VERSIONS, includes, versionRange } from "../versions.ts";
import type { VersionRange, Versions } from "../versions.ts";
import { Writer } from "../writer.ts";

/** What a file of record formats says of one type. */
interface RecordTypeDefinition<Type extends string, Key extends Fields, Value extends Fields> {
  readonly type: Type;
  /** What the key begins with. */
  readonly id: number;
  readonly key: Key;
  readonly value: Value;
  /** The versions of the value that exist; "0", unless said. */
  readonly versions?: Versions;
  readonly flexible?: `${number}+`;
  /** The version that Kafka writes; 0, unless said. */
  readonly writtenVersion?: (value: DecodedMessage<Value>) => number;
}

/** A type of record with its codecs. What they take and give is {@link RecordOf} it. */
export interface RecordType<
  Type extends string = string,
  Key extends Fields = Fields,
  Value extends Fields = Fields,
> {
  readonly type: Type;
  readonly id: number;
  /** The schemas, as written. */
  readonly key: Key;
  readonly value: Value;
  readonly versions: VersionRange;
  readonly flexible: VersionRange;

  encodeKey(key: unknown): Uint8Array;
  encodeValue(value: unknown): Uint8Array;
  /** Reads what follows the type's number. */
  decodeKey(reader: Reader): unknown;
  /** Byte arrays in the value are views into the reader's bytes. */
  decodeValue(reader: Reader): unknown;
}

/** A record of a type; a value that is null is a tombstone. */
export type RecordOf<T extends RecordType> =
  T extends RecordType<infer Type, infer Key, infer Value>
    ? {
        readonly type: Type;
        readonly key: Immutable<DecodedMessage<Key>>;
        readonly value: Immutable<DecodedMessage<Value>> | null;
      }
    : never;

// Records are facts: machines build them of their state, which is immutable as well.
type Immutable<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Element)[]
    ? readonly Immutable<Element>[]
    : { readonly [Name in keyof T]: Immutable<T[Name]> };

/** Makes a type of its definition. Compiles code, so it can only be called while modules load. */
export function recordType<
  const Type extends string,
  const Key extends Fields,
  const Value extends Fields,
>(definition: RecordTypeDefinition<Type, Key, Value>): RecordType<Type, Key, Value> {
  const { type, id, key, value, writtenVersion = () => 0 } = definition;
  const versions = versionRange(definition.versions ?? "0");
  const flexible =
    definition.flexible === undefined ? NO_VERSIONS : versionRange(definition.flexible);
  const direction = "data";
  const keys = compile({
    name: `${type}Key`,
    direction,
    versions: versionRange("0"),
    flexible: NO_VERSIONS,
    fields: key,
  });
  const values = compile({ name: `${type}Value`, direction, versions, flexible, fields: value });
  return {
    type,
    id,
    key,
    value,
    versions,
    flexible,
    encodeKey: (given) => written(id, (writer) => keys.encode(writer, 0, given)),
    encodeValue(given) {
      const version = writtenVersion(given as DecodedMessage<Value>);
      return written(version, (writer) => values.encode(writer, version, given));
    },
    decodeKey: (reader) => keys.decode(reader, 0),
    decodeValue(reader) {
      const version = reader.int16();
      if (includes(versions, version)) return values.decode(reader, version);
      throw new MalformedFrame(`${type}Value has no version ${version}`, 0);
    },
  };
}

function written(prefix: number, write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  writer.int16(prefix);
  write(writer);
  return concatBytes(writer.finish());
}
