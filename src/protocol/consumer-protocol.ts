/**
 * The consumer protocol, which members of a classic group speak among themselves: a subscription is
 * the metadata that a consumer joins with, an assignment is what the group's leader gives it. To
 * the broker both are opaque bytes until it wants to know a group's topics, or has classic members
 * in a consumer group. Each begins with its version.
 *
 * A client can send anything in their place. Who decodes them catches the MalformedFrame: the group
 * coordinator, for which such a member has either no known topics or an inconsistent protocol.
 */
import { concatBytes } from "../base/concat-bytes.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";
import { compile } from "./compile.ts";
import type { Codec } from "./compile.ts";
import { Reader } from "./reader.ts";
import { array, bytes, int32, string } from "./schema.ts";
import type { DecodedMessage, GivenMessage } from "./schema.ts";
import { NO_VERSIONS } from "./versions.ts";
import { Writer } from "./writer.ts";

/** What a group that speaks this protocol has as its protocol type. */
export const CONSUMER_PROTOCOL_TYPE = "consumer";

/** The newest version. A message of a later one is read as this one, as far as this one goes. */
const NEWEST_VERSION = 3;

export const consumerProtocolSubscription = {
  topics: array(string()),
  userData: bytes({ nullable: "0+", default: null }),
  ownedPartitions: array(
    { topic: string(), partitions: array(int32()) },
    { versions: "1+", ignorable: true },
  ),
  generationId: int32({ versions: "2+", default: -1, ignorable: true }),
  rackId: string({ versions: "3+", nullable: "3+", default: null, ignorable: true }),
};

export const consumerProtocolAssignment = {
  assignedPartitions: array({ topic: string(), partitions: array(int32()) }),
  userData: bytes({ nullable: "0+", default: null }),
};

export type ConsumerProtocolSubscription = DecodedMessage<typeof consumerProtocolSubscription>;
export type ConsumerProtocolAssignment = DecodedMessage<typeof consumerProtocolAssignment>;

const shape = {
  direction: "data",
  versions: { min: 0, max: NEWEST_VERSION },
  flexible: NO_VERSIONS,
} as const;
const subscriptions = compile({
  ...shape,
  name: "ConsumerProtocolSubscription",
  fields: consumerProtocolSubscription,
});
const assignments = compile({
  ...shape,
  name: "ConsumerProtocolAssignment",
  fields: consumerProtocolAssignment,
});

/**
 * The version that a subscription or an assignment says it has. A member that sent this one can
 * read what is of the same version.
 */
export function consumerProtocolVersion(message: Uint8Array): number {
  return readVersion(new Reader(message));
}

/** Reads a subscription; `userData` is a view into the bytes. */
export function decodeSubscription(message: Uint8Array): ConsumerProtocolSubscription {
  return decode(subscriptions, message) as ConsumerProtocolSubscription;
}

/** Reads an assignment; `userData` is a view into the bytes. */
export function decodeAssignment(message: Uint8Array): ConsumerProtocolAssignment {
  return decode(assignments, message) as ConsumerProtocolAssignment;
}

/** Writes of a subscription as much as the version has, which may be one that is yet to come. */
export function encodeSubscription(
  subscription: GivenMessage<typeof consumerProtocolSubscription>,
  version: number = NEWEST_VERSION,
): Uint8Array {
  return encode(subscriptions, subscription, version);
}

/** Writes an assignment in a version, which may be one that is yet to come. */
export function encodeAssignment(
  assignment: GivenMessage<typeof consumerProtocolAssignment>,
  version: number = NEWEST_VERSION,
): Uint8Array {
  return encode(assignments, assignment, version);
}

function decode(codec: Codec, message: Uint8Array): unknown {
  const reader = new Reader(message);
  return codec.decode(reader, Math.min(readVersion(reader), NEWEST_VERSION));
}

function encode(codec: Codec, message: unknown, version: number): Uint8Array {
  const known = Math.min(version, NEWEST_VERSION);
  const writer = new Writer();
  writer.int16(known);
  codec.encode(writer, known, message);
  return concatBytes(writer.finish());
}

function readVersion(reader: Reader): number {
  const version = reader.int16();
  if (version < 0) throw new MalformedFrame(`the consumer protocol has no version ${version}`, 0);
  return version;
}
