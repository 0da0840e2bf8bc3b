/**
 * What to do about an error that Kafka's tools only name. The hint goes to standard error, so that
 * whoever reads the output of a tool finds in it what Kafka's own would print.
 */
import { KafkaError } from "../client/kafka-error.ts";
import type { ErrorName } from "../protocol/errors.ts";

const HINTS: Partial<Readonly<Record<ErrorName, string>>> = {
  TOPIC_ALREADY_EXISTS: "With --if-not-exists that is no error.",
  UNKNOWN_TOPIC_OR_PARTITION: "odradek topics --list shows all topics.",
  GROUP_ID_NOT_FOUND: "odradek consumer-groups --list shows all groups.",
  NON_EMPTY_GROUP: "Stop its members first; --describe --members shows them.",
  UNKNOWN_MEMBER_ID: "Stop the group's members first; --describe --members shows them.",
  UNSUPPORTED_VERSION: "odradek api-versions shows what each broker serves.",
  REQUEST_TIMED_OUT: "Do the brokers run, and is --bootstrap-server (or KAFKA_BOOTSTRAP) theirs?",
  NETWORK_EXCEPTION: "Do the brokers run, and is --bootstrap-server (or KAFKA_BOOTSTRAP) theirs?",
};

/** What may help after an error, or null. */
export function hintFor(error: unknown): string | null {
  return error instanceof KafkaError ? (HINTS[error.code] ?? null) : null;
}

/** Makes the process end with 1, with a hint if there is one. */
export function failWith(hint: string | null): void {
  if (hint !== null) console.error(hint);
  process.exitCode = 1;
}
