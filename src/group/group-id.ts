/** What a group may be called. */

/**
 * A coordinator is called by its group's id, and an actor's name has at most 1,024 bytes, with the
 * cluster's id in front. Kafka takes ids of up to 32 KB.
 */
const MAX_GROUP_ID_BYTES = 900;

/** A UTF-16 unit is at most three bytes of UTF-8. */
const MAX_BYTES_OF_UNIT = 3;

const utf8 = new TextEncoder();

/** Whether there can be a group of this name. */
export function isPossibleGroupId(groupId: string): boolean {
  return (
    groupId.length * MAX_BYTES_OF_UNIT <= MAX_GROUP_ID_BYTES ||
    utf8.encode(groupId).length <= MAX_GROUP_ID_BYTES
  );
}
