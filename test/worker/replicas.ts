/** Replicas under test: their names, and what a gateway would send to them. */
import { env } from "cloudflare:workers";

import { random } from "../../src/actors/host.ts";
import { replicaName } from "../../src/actors/names.ts";
import { randomUuid } from "../../src/base/uuid.ts";
import type { ReplicaKey } from "../../src/controller/records.ts";

/** A replica of a topic that the controller does not know. */
export function newReplica(): { readonly key: ReplicaKey; readonly name: string } {
  const key = { topicId: randomUuid(random), partition: 0, nodeId: 1 };
  return { key, name: replicaName(env.CLUSTER_ID, key) };
}
