/** A group in a simulated cluster without faults: its coordinator, its disk, and time. */
import { ZERO_UUID } from "../../src/base/uuid.ts";
import type { Broker } from "../../src/broker/broker.ts";
import type { GroupPort, JoinGroupCall } from "../../src/group/group-calls.ts";
import { encodeSubscription } from "../../src/protocol/consumer-protocol.ts";
import { Cluster, groupName } from "../simulation/cluster.ts";
import type { Fate } from "../simulation/network.ts";
import { World } from "../simulation/world.ts";

export const SESSION_TIMEOUT_MS = 10_000;

export class GroupInWorld {
  readonly world = new World(1);
  readonly cluster: Cluster;
  readonly broker: Broker;
  readonly groupId: string;

  constructor(
    groupId = "group",
    config: Readonly<Record<string, string>> = {},
    fate: (from: string, to: string, method: string) => Fate = () => "made",
  ) {
    this.groupId = groupId;
    const initialDelay = { "group.initial.rebalance.delay.ms": "0" };
    this.cluster = new Cluster(this.world, {
      maxDelayMs: 1,
      maxDiskLatencyMs: 1,
      config: { ...initialDelay, ...config },
      fate,
    });
    this.broker = this.cluster.gateway(1).broker;
  }

  /** The group, as a gateway reaches it. */
  get port(): GroupPort {
    return this.broker.ports.group(this.groupId);
  }

  /** Lets the promise come true in simulated time. */
  async settle<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settled = () => (isSettled = true);
    promise.then(settled, settled);
    for (let ms = 0; !isSettled && ms < 120_000; ms++) await this.world.runFor(1);
    return promise;
  }

  async newTopic(name: string): Promise<string> {
    const topic = { name, numPartitions: 3, replicationFactor: 1, assignments: [], configs: [] };
    const { controller } = this.broker.ports;
    const [created] = await this.settle(controller.createTopics([topic], false));
    if (created!.error !== null) throw new Error(created!.message);
    return created!.topicId;
  }

  async deleteTopic(name: string): Promise<void> {
    const topic = { name, topicId: ZERO_UUID };
    await this.settle(this.broker.ports.controller.deleteTopics([topic]));
  }

  commit(topic: string, offset: number, topicId = ZERO_UUID) {
    const partition = { partitionIndex: 0, committedOffset: offset };
    const partitions = [{ ...partition, committedLeaderEpoch: -1, committedMetadata: null }];
    return this.port.commitOffsets({
      generationIdOrMemberEpoch: -1,
      memberId: "",
      groupInstanceId: null,
      retentionTimeMs: -1,
      apiVersion: 9,
      topics: [{ name: topic, topicId, partitions }],
    });
  }

  async committed(): Promise<Record<string, number>> {
    const call = { memberId: null, memberEpoch: -1, topics: null, requireStable: false };
    const { topics } = await this.settle(this.port.fetchOffsets(call));
    return Object.fromEntries(
      topics.map(({ name, partitions }) => [name, partitions[0]!.committedOffset]),
    );
  }

  /** A classic member that has joined as the only one and has its assignment. */
  async join(
    call: Partial<JoinGroupCall> = {},
  ): Promise<{ memberId: string; generationId: number }> {
    const metadata = encodeSubscription({ topics: ["orders"], userData: null }, 0);
    const { memberId, generationId } = await this.settle(
      this.port.joinGroup({
        memberId: "",
        groupInstanceId: null,
        protocolType: "consumer",
        protocols: [{ name: "range", metadata }],
        sessionTimeoutMs: SESSION_TIMEOUT_MS,
        rebalanceTimeoutMs: SESSION_TIMEOUT_MS,
        client: { clientId: "client", clientHost: "/127.0.0.1" },
        requiresKnownMemberId: false,
        supportsSkippingAssignment: true,
        ...call,
      }),
    );
    const member = { memberId, groupInstanceId: null, generationId };
    const protocol = { protocolType: "consumer", protocolName: "range" };
    await this.settle(this.port.syncGroup({ ...member, ...protocol, assignments: [] }));
    return { memberId, generationId };
  }

  /** The tables that the coordinator's disk has. */
  get tables(): string[] {
    const disk = this.cluster.disks.get(groupName(this.groupId));
    const rows = disk?.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'");
    return (rows ?? []).map(({ name }) => name).sort();
  }

  /** What the controller lists of all groups. */
  async listed() {
    const { controller } = this.broker.ports;
    return this.settle(controller.listGroups({ from: "", limit: 100 }));
  }
}
