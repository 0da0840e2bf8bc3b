/** The topics that the members of a classic group subscribe to, as far as they can be known. */
import { MalformedFrame } from "../../base/malformed-frame.ts";
import { CONSUMER_PROTOCOL_TYPE, decodeSubscription } from "../../protocol/consumer-protocol.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { NO_BYTES } from "./classic-member.ts";

const VERSION_BYTES = 2;

/**
 * What all members together subscribe to in the protocol that was chosen. Null where it is another
 * protocol type, where none is chosen, and where a member's metadata is not what its type says: the
 * group works, and no topic of it is known.
 */
export function subscribedTopics(group: ClassicGroup): ReadonlySet<string> | null {
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE) return null;
  const topics = new Set<string>();
  if (group.members.size === 0) return topics;
  if (group.protocolName === null) return null;
  try {
    for (const member of group.members.values()) {
      const metadata = member.metadata(group.protocolName) ?? NO_BYTES;
      for (const topic of topicsOfSubscription(metadata)) topics.add(topic);
    }
  } catch (error) {
    if (error instanceof MalformedFrame) return null;
    throw error;
  }
  return topics;
}

/**
 * Reads a subscription as one of version 0, with which those of all later versions begin: topics
 * are what matters here, and clients exist whose other fields are not those of their version.
 */
function topicsOfSubscription(metadata: Uint8Array): readonly string[] {
  return decodeSubscription(metadata.slice().fill(0, 0, VERSION_BYTES)).topics;
}
