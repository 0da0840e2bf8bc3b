/**
 * A group as its clients know it: a name, the broker that coordinates it, and members. Whatever a
 * case leaves of it is deleted when the cluster is closed.
 */
import { setTimeout as sleep } from "node:timers/promises";

import type { RequestInput } from "../../src/protocol/api.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { describeGroups } from "../../src/protocol/messages/15-describe-groups.ts";
import type { DescribeGroupsResponse } from "../../src/protocol/messages/15-describe-groups.ts";
import { listGroups } from "../../src/protocol/messages/16-list-groups.ts";
import type { ListGroupsResponse } from "../../src/protocol/messages/16-list-groups.ts";
import { deleteGroups } from "../../src/protocol/messages/42-delete-groups.ts";
import { consumerGroupDescribe } from "../../src/protocol/messages/69-consumer-group-describe.ts";
import type { ConsumerGroupDescribeResponse } from "../../src/protocol/messages/69-consumer-group-describe.ts";
import { bytes } from "./batches.ts";
import { ClassicMember, PROTOCOL_TYPE, leave } from "./classic-member.ts";
import type { MemberOptions } from "./classic-member.ts";
import type { Cluster } from "./cluster.ts";
import { ConsumerMember, LEAVING } from "./consumer-member.ts";
import { commitOffsets, deleteOffsets, fetchOffsets } from "./group-offsets.ts";
import type { CommitOptions, FetchOffsetsOptions, OffsetOf, PartitionOf } from "./group-offsets.ts";
import { named } from "./partition.ts";
import type { Named } from "./partition.ts";
import type { Wire } from "./wire.ts";

const SETTLING_MS = 15_000;
const RETRY_MS = 20;

/** Of what a coordinator answers that is still beginning. */
const NOT_YET: readonly number[] = [
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
];

type Described = Named<DescribeGroupsResponse["groups"][number]>;
type ConsumerDescribed = Named<ConsumerGroupDescribeResponse["groups"][number]>;
type Listed = ListGroupsResponse["groups"][number];
type Filters = RequestInput<typeof listGroups>;

/** The broker that coordinates a group. */
export interface Coordinator {
  readonly nodeId: number;
  readonly address: string;
}

/** A group that need not be there yet. */
export class Group {
  readonly id: string;
  readonly cluster: Cluster;
  readonly coordinator: Coordinator;
  /** To the coordinator, for what is answered at once. */
  readonly wire: Wire;

  private constructor(id: string, cluster: Cluster, coordinator: Coordinator, wire: Wire) {
    this.id = id;
    this.cluster = cluster;
    this.coordinator = coordinator;
    this.wire = wire;
  }

  /** A group that nobody has, once its coordinator answers; if somebody has it, it stays. */
  static async unused(cluster: Cluster, id = cluster.unusedName()): Promise<Group> {
    const coordinator = await coordinatorOf(cluster, id);
    const group = new Group(id, cluster, coordinator, await cluster.wire(coordinator.address));
    await until(async () => !NOT_YET.includes((await group.describe()).errorCode));
    const isNew = (await group.describe()).error === "GROUP_ID_NOT_FOUND";
    if (isNew) cluster.beforeClose(() => group.#disband());
    return group;
  }

  /** Groups that nobody has and that one broker coordinates. */
  static async together(cluster: Cluster, count: number): Promise<Group[]> {
    const groups = [await Group.unused(cluster)];
    while (groups.length < count) {
      const group = await Group.unused(cluster);
      if (group.coordinator.nodeId === groups[0]!.coordinator.nodeId) groups.push(group);
    }
    return groups;
  }

  /** A client on a new connection, which may become a classic member. */
  async classicMember(options: MemberOptions = {}): Promise<ClassicMember> {
    const own = await this.cluster.open(this.coordinator.address);
    return new ClassicMember(this.id, { own, shared: this.wire }, options);
  }

  /** A client that may become a consumer member. */
  consumerMember(others: { instanceId?: string | null } = {}): ConsumerMember {
    return new ConsumerMember(this.id, this.wire, others);
  }

  /** New members that have joined one generation, none of which has synced. The first one leads. */
  async joined(count: number, options: MemberOptions = {}): Promise<ClassicMember[]> {
    return this.joinedAs(Array.from({ length: count }, () => options));
  }

  /** As {@link joined}, and each member is like this. */
  async joinedAs(options: readonly MemberOptions[]): Promise<ClassicMember[]> {
    const members = await Promise.all(options.map((each) => this.classicMember(each)));
    const [leader, ...others] = members;
    const answers = [await leader!.join()];
    if (others.length > 0) {
      const joins = others.map((member) => member.join());
      await this.#has(members.length);
      answers.push(...(await Promise.all([leader!.join(), ...joins])));
    }
    for (const { error } of answers) if (error !== "NONE") throw new Error(`Joined: ${error}.`);
    return members;
  }

  /** New members of a Stable group, each with {@link assignmentOf} it. The first one leads. */
  async stable(count: number, options: MemberOptions = {}): Promise<ClassicMember[]> {
    return this.stableAs(Array.from({ length: count }, () => options));
  }

  /** As {@link stable}, and each member is like this. */
  async stableAs(options: readonly MemberOptions[]): Promise<ClassicMember[]> {
    const members = await this.joinedAs(options);
    await syncAll(members);
    return members;
  }

  async #has(members: number): Promise<void> {
    await until(async () => (await this.describe()).members.length === members);
  }

  /** The group as DescribeGroups tells of it. */
  async describe(version = describeGroups.servedVersions.max): Promise<Described> {
    const { groups } = await this.wire.call(describeGroups, version, { groups: [this.id] });
    return named(groups[0]!);
  }

  /** The group as ConsumerGroupDescribe tells of it. */
  async describeConsumer(
    version = consumerGroupDescribe.servedVersions.max,
  ): Promise<ConsumerDescribed> {
    const request = { groupIds: [this.id], includeAuthorizedOperations: false };
    const { groups } = await this.wire.call(consumerGroupDescribe, version, request);
    return named(groups[0]!);
  }

  /** Its entries in what the coordinator lists. */
  async listed(
    filters: Filters = {},
    version = listGroups.servedVersions.max,
    wire = this.wire,
  ): Promise<Listed[]> {
    const { groups } = await wire.call(listGroups, version, filters);
    return groups.filter(({ groupId }) => groupId === this.id);
  }

  /** Commits offsets, for a consumer that is no member unless the options say more. */
  commit(offsets: readonly OffsetOf[], options: CommitOptions = {}): Promise<ErrorName[]> {
    return commitOffsets(this.wire, this.id, offsets, options);
  }

  /** What the group has committed. */
  fetchOffsets(partitions: readonly PartitionOf[] | null, options: FetchOffsetsOptions = {}) {
    return fetchOffsets(this.wire, this.id, partitions, options);
  }

  /** Deletes offsets of the group. */
  deleteOffsets(partitions: readonly PartitionOf[]): Promise<ErrorName | ErrorName[]> {
    return deleteOffsets(this.wire, this.id, partitions);
  }

  /** Deletes the group. */
  async delete(version = deleteGroups.servedVersions.max): Promise<ErrorName> {
    const { results } = await this.wire.call(deleteGroups, version, { groupsNames: [this.id] });
    return errorName(results[0]!.errorCode);
  }

  /** Takes out whoever is still in the group, and deletes it. */
  async #disband(): Promise<void> {
    await until(async () => {
      const { members: consumers } = await this.describeConsumer();
      for (const { memberId, instanceId } of consumers) {
        const member = new ConsumerMember(this.id, this.wire, { instanceId });
        member.memberId = memberId;
        await member.beat({ memberEpoch: LEAVING });
      }
      const { members } = await this.describe();
      await leave(
        this.wire,
        this.id,
        members.map(({ memberId }) => ({ memberId })),
      );
      return (await this.delete()) !== "NON_EMPTY_GROUP";
    });
  }
}

/** The assignment that a member gets where a case does not say another one. */
export function assignmentOf({ memberId }: { memberId: string }): string {
  return `assignment of ${memberId}`;
}

/**
 * Has all members of a Stable group join once more, the first one of which leads, and each of them
 * like this from now on. None of them has synced then.
 */
export async function rejoin(
  [leader, ...others]: readonly ClassicMember[],
  ...options: readonly MemberOptions[]
): Promise<void> {
  for (const [index, member] of [leader!, ...others].entries()) {
    member.options = { ...member.options, ...options[index % options.length] };
  }
  const joined = leader!.join();
  await until(async () => (await others[0]!.heartbeat()) === "REBALANCE_IN_PROGRESS");
  await Promise.all([joined, ...others.map((member) => member.join())]);
}

/** Has the first member bring everybody's assignment, and all others ask for theirs. */
export async function syncAll(members: readonly ClassicMember[]): Promise<void> {
  const assignments = members.map((member) => {
    return { memberId: member.memberId, assignment: bytes(assignmentOf(member)) };
  });
  const answers = await Promise.all(
    members.map((member, index) => member.sync(index === 0 ? assignments : [])),
  );
  for (const { error } of answers) if (error !== "NONE") throw new Error(`Synced: ${error}.`);
}

/**
 * The shortest session that the cluster allows, of one second and of Kafka's default. Its clients
 * wait for sessions to end, and those who test a cluster would rather not wait long.
 */
export async function shortestSessionMs({ wire, id }: Group): Promise<number> {
  const second = 1000;
  const { errorCode } = await wire.call(joinGroup, 0, {
    groupId: id,
    sessionTimeoutMs: second,
    memberId: "nobody",
    protocolType: PROTOCOL_TYPE,
    protocols: [],
  });
  return errorCode === ErrorCode.INVALID_SESSION_TIMEOUT ? 6 * second : second;
}

/** Whether a promise is still pending after a moment. */
export async function isPending(promise: Promise<unknown>, forMs = 100): Promise<boolean> {
  const pending = Symbol("pending");
  return (await Promise.race([promise, sleep(forMs, pending)])) === pending;
}

/** Asks again and again until the answer is yes. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + SETTLING_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error("It did not come to that.");
    await sleep(RETRY_MS);
  }
}

/** The coordinator of a group; asks again while a cluster is still making its first one. */
async function coordinatorOf(cluster: Cluster, id: string): Promise<Coordinator> {
  const wire = await cluster.wire();
  let found: Coordinator | null = null;
  await until(async () => {
    const { coordinators } = await wire.call(findCoordinator, 4, { coordinatorKeys: [id] });
    const { errorCode, nodeId, host, port } = coordinators[0]!;
    if (errorCode === ErrorCode.NONE) found = { nodeId, address: `${host}:${port}` };
    return found !== null;
  });
  return found!;
}
