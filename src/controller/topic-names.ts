/** Kafka's rules for topic names. */

const MAX_NAME_LENGTH = 249;

/** Why `name` is no valid topic name, in Kafka's words, or null. */
export function invalidTopicName(name: string): string | null {
  if (name === "") return "Topic name is invalid: the empty string is not allowed";
  if (name === "." || name === "..") return `Topic name is invalid: '${name}' is not allowed`;
  if (name.length > MAX_NAME_LENGTH) {
    return (
      "Topic name is invalid: the length of " +
      `'${name}' is longer than the max allowed length ${MAX_NAME_LENGTH}`
    );
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return (
      `Topic name is invalid: '${name}' contains one or more characters ` +
      "other than ASCII alphanumerics, '.', '_' and '-'"
    );
  }
  return null;
}

/**
 * Topics whose names differ only in `.` and `_` collide, because metric names cannot tell them
 * apart.
 */
export function collisionKey(name: string): string {
  return name.replaceAll(".", "_");
}

/** The log of the controller's records in Kafka. It is no topic, and no topic has its name. */
export const METADATA_TOPIC = "__cluster_metadata";

/** Whether Kafka keeps the topic for itself. */
export function isInternalTopic(name: string): boolean {
  return (
    name === "__consumer_offsets" ||
    name === "__transaction_state" ||
    name === "__share_group_state"
  );
}
