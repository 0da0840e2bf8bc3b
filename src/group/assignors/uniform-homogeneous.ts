/**
 * The uniform assignor where all members subscribe to the same topics. Then one partition is as
 * good as another, whatever its topic, and all of them are shared out at once.
 */
import type { GroupAssignment, GroupSpec } from "./assignor.ts";
import { evenShares } from "./even-shares.ts";
import { assignmentOf, countOwned, deal, ownersOf } from "./owners.ts";

export function assignHomogeneousGroup(spec: GroupSpec): GroupAssignment {
  const ownersByTopic = ownersOf(spec);
  const topics = [...ownersByTopic.values()];
  const partitionCount = topics.reduce((count, owners) => count + owners.length, 0);
  const owned = countOwned(topics, spec.members.size);
  const nothing = owned.map(() => 0);
  deal(topics, evenShares(partitionCount, owned, nothing));
  return assignmentOf(spec, ownersByTopic);
}
