/**
 * Errors as Kafka's tools print them where they print an exception: by the name of its Java class,
 * which follows from the name of the error in most cases.
 */
import type { KafkaError } from "../client/kafka-error.ts";
import type { ErrorName } from "../protocol/errors.ts";

/** The classes whose names do not follow. */
const NAMES: Partial<Readonly<Record<ErrorName, string>>> = {
  INVALID_TOPIC_EXCEPTION: "InvalidTopicException",
  MESSAGE_TOO_LARGE: "RecordTooLargeException",
  NETWORK_EXCEPTION: "NetworkException",
  NON_EMPTY_GROUP: "GroupNotEmptyException",
  REQUEST_TIMED_OUT: "TimeoutException",
  TOPIC_ALREADY_EXISTS: "TopicExistsException",
  INVALID_CONFIG: "InvalidConfigurationException",
};

/** `org.apache.kafka.common.errors.GroupIdNotFoundException: Group g not found.` and the like. */
export function javaException({ code, message }: KafkaError): string {
  const words = code.toLowerCase().split("_");
  const regular = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return `org.apache.kafka.common.errors.${NAMES[code] ?? `${regular}Exception`}: ${message}`;
}
