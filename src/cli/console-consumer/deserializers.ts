/** Kafka's deserializers, by the names of their classes, as far as their text is of use here. */
import { CommandError } from "../command-error.ts";

/** The text of bytes, as bytes. */
export type Deserializer = (bytes: Uint8Array) => Uint8Array;

const PACKAGE = "org.apache.kafka.common.serialization.";

const asText =
  (size: number, read: (view: DataView) => unknown): Deserializer =>
  (bytes) => {
    if (bytes.length !== size) {
      throw new CommandError(`Size of data received by the deserializer is not ${size}`);
    }
    return Buffer.from(String(read(new DataView(bytes.buffer, bytes.byteOffset, size))));
  };

const DESERIALIZERS: Readonly<Record<string, Deserializer>> = {
  StringDeserializer: (bytes) => bytes,
  ByteArrayDeserializer: (bytes) => bytes,
  BytesDeserializer: (bytes) => bytes,
  ShortDeserializer: asText(2, (view) => view.getInt16(0)),
  IntegerDeserializer: asText(4, (view) => view.getInt32(0)),
  // A long has digits that a number has no room for.
  LongDeserializer: asText(8, (view) => view.getBigInt64(0)),
  BooleanDeserializer: asText(1, (view) => view.getUint8(0) === 1),
};

/** The deserializer of a class. */
export function deserializer(className: string): Deserializer {
  const name = className.startsWith(PACKAGE) ? className.slice(PACKAGE.length) : className;
  const found = Object.hasOwn(DESERIALIZERS, name) ? DESERIALIZERS[name] : undefined;
  if (found !== undefined) return found;
  throw new CommandError(`There is no deserializer ${className} here. There are:
  ${Object.keys(DESERIALIZERS).join("\n  ")}`);
}
