/**
 * A server-side assignor of the consumer protocol (KIP-848): who of a group's members reads which
 * partitions. It is a pure function from what the group is to what its target assignment shall be;
 * when members give up and get their partitions is no business of its.
 *
 * Groups find assignors by name. There may be others than Kafka's own two: the Worker that embeds
 * Odradek imports this module and registers them before it imports Odradek's own entry, which
 * refuses names in `group.consumer.assignors` that it does not know.
 */
import type { Uuid } from "../../base/uuid.ts";
import { rangeAssignor } from "./range.ts";
import { uniformAssignor } from "./uniform.ts";

/** The partitions of one member by topic id, those of a topic ascending. No topic has none. */
export type MemberAssignment = ReadonlyMap<Uuid, readonly number[]>;

/** What each member is assigned, by member id. A member that is not in it gets nothing. */
export type GroupAssignment = ReadonlyMap<string, MemberAssignment>;

export interface MemberSpec {
  /** By name and by regular expression; of topics that exist. */
  readonly subscribedTopicIds: ReadonlySet<Uuid>;
  /** Null unless the member is static. */
  readonly instanceId: string | null;
  readonly rackId: string | null;
  /**
   * Its target assignment so far; for a static member that takes the place of another, the other's.
   * It may name topics that are deleted or that the member does not subscribe to any more.
   */
  readonly assignment: MemberAssignment;
}

export interface GroupSpec {
  /** By member id. Where an assignor is free to choose, this order decides. */
  readonly members: ReadonlyMap<string, MemberSpec>;
  /** Whether all members subscribe to the same topics, which makes balance a simpler thing. */
  readonly subscriptionType: SubscriptionType;
  /** How many partitions a topic has; one that is not here has none. */
  readonly topics: ReadonlyMap<Uuid, number>;
}

/** Kafka's names of it. */
export type SubscriptionType = "HOMOGENEOUS" | "HETEROGENEOUS";

export interface Assignor {
  /** As members ask for it, and as `group.consumer.assignors` lists it. */
  readonly name: string;

  /**
   * Gives every partition to one member that subscribes to its topic. The same spec gives the same
   * assignment.
   */
  assign(spec: GroupSpec): GroupAssignment;
}

const assignors = new Map<string, Assignor>();

registerAssignor(uniformAssignor);
registerAssignor(rangeAssignor);

/** Makes an assignor known to all groups of this Worker, in place of one that has its name. */
export function registerAssignor(assignor: Assignor): void {
  assignors.set(assignor.name, assignor);
}

export function assignorNames(): string[] {
  return [...assignors.keys()];
}

export function findAssignor(name: string): Assignor | undefined {
  return assignors.get(name);
}
