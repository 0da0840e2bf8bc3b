/**
 * What a sequence knows of its topics, producers, sessions and groups: all that the answers so far
 * have said. Most requests are drawn from it, so that they are about something. Ids are names.
 */
import { ZERO_UUID } from "../../src/base/uuid.ts";
import type { Draw } from "./draw.ts";

const MAX_INT32 = 2_147_483_647;

/** An id that no topic has. */
export const UNKNOWN_TOPIC_ID = "odradekHasNoSuchTopicA";

export interface KnownTopic {
  readonly name: string;
  topicId: string;
  partitions: number;
}

/** Where the log of a partition begins and ends. */
export interface KnownLog {
  start: number;
  end: number;
}

export interface KnownProducer {
  readonly producerId: number;
  epoch: number;
  /** The sequence of the next batch, by partition. */
  readonly next: Map<string, number>;
}

export interface KnownSession {
  readonly sessionId: number;
  /** Whether it names topics by their ids. */
  readonly byId: boolean;
  epoch: number;
}

/** A member of a classic group. A pending one has an id, and generation -1. */
export interface ClassicMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly protocolType: string;
  generation: number;
  protocol: string | null;
  isLeader: boolean;
}

/** A member of a consumer group. */
export interface ConsumerMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  epoch: number;
  assigned: { topicId: string; partitions: number[] }[];
}

/** Names of ids that the cluster gave: each cluster has them in another order. */
const GIVEN_ID = /^member:/;

export interface KnownGroup {
  readonly groupId: string;
  /** Members, by their ids or instance ids, whose JoinGroup or SyncGroup is under way. */
  readonly waiting: Set<string>;
  /** How many JoinGroups are under way. */
  joining: number;
  classic: ClassicMember[];
  consumers: ConsumerMember[];
}

export class Memory {
  /** With it begins the name of each topic and group of the sequence. */
  readonly prefix: string;
  readonly topics = new Map<string, KnownTopic>();
  /** Topics that are gone, with the ids that they had. */
  readonly gone: KnownTopic[] = [];
  readonly logs = new Map<string, KnownLog>();
  readonly producers: KnownProducer[] = [];
  readonly sessions: KnownSession[] = [];
  readonly groups = new Map<string, KnownGroup>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** The names that topics may have. */
  get topicNames(): string[] {
    return ["a", "b", "c"].map((letter) => `${this.prefix}-${letter}`);
  }

  /** The names that groups may have. */
  get groupIds(): string[] {
    return ["x", "y"].map((letter) => `${this.prefix}-${letter}`);
  }

  /** Notes that a topic exists. */
  created(name: string, topicId: string, partitions: number): void {
    const known = this.topics.get(name);
    if (known && (topicId === ZERO_UUID || known.topicId === topicId)) {
      known.partitions = partitions;
      return;
    }
    this.deleted(name);
    this.topics.set(name, { name, topicId, partitions });
  }

  /** Notes that a topic does not exist. */
  deleted(name: string): void {
    const topic = this.topics.get(name);
    if (!topic) return;
    this.topics.delete(name);
    this.gone.push(topic);
    for (let index = 0; index < topic.partitions; index++) this.logs.delete(`${name}/${index}`);
  }

  /** The log of a partition. */
  log(name: string, partition: number): KnownLog {
    const key = `${name}/${partition}`;
    const log = this.logs.get(key) ?? { start: 0, end: 0 };
    this.logs.set(key, log);
    return log;
  }

  /** A group, known to have members or not. */
  group(groupId: string): KnownGroup {
    const group = this.groups.get(groupId) ?? newGroup(groupId);
    this.groups.set(groupId, group);
    return group;
  }

  /** One of the groups, or now and then one that there is not. */
  drawGroupId(draw: Draw): string {
    return draw.mostly(draw.pick(this.groupIds), ["", `${this.prefix}-nobody`], 0.03);
  }

  /** One of the groups, and not the one without a name, which is the same for all sequences. */
  drawOwnGroupId(draw: Draw): string {
    return this.drawGroupId(draw) || this.groupIds[0]!;
  }

  /** How many members have ids that the cluster gave. Of a consumer group one at most is to. */
  givenIds({ classic, consumers }: KnownGroup): number {
    return classic.length + consumers.filter(({ memberId }) => GIVEN_ID.test(memberId)).length;
  }

  /** A topic that exists, or now and then one that does not. */
  drawTopic(draw: Draw): KnownTopic {
    const existing = [...this.topics.values()];
    const others = this.topicNames.filter((name) => !this.topics.has(name));
    const nobody = { name: draw.pick([...others, `${this.prefix}-none`]), partitions: 1 };
    const missing = draw.mostly<KnownTopic>(
      { ...nobody, topicId: draw.pick([UNKNOWN_TOPIC_ID, ZERO_UUID]) },
      [{ name: "", topicId: ZERO_UUID, partitions: 1 }, ...this.gone],
      0.3,
    );
    return existing.length === 0 ? missing : draw.mostly(draw.pick(existing), [missing]);
  }

  /** A partition of a topic, or now and then one that it does not have. */
  drawPartition(draw: Draw, { partitions }: KnownTopic): number {
    const odd = [partitions, -1, MAX_INT32];
    return draw.mostly(draw.int(0, Math.max(0, partitions - 1)), odd, 0.04);
  }

  /** Topics, each with some of its partitions, for requests that are about partitions. */
  drawPartitions<Partition>(
    draw: Draw,
    make: (partition: number, topic: KnownTopic) => Partition,
    max = 3,
  ): { topic: KnownTopic; partitions: Partition[] }[] {
    const topics = draw.list(1, 2, () => this.drawTopic(draw));
    const distinct = topics.filter(
      ({ name, topicId }, index) =>
        !topics.slice(0, index).some((each) => each.name === name || each.topicId === topicId),
    );
    const chosen = distinct.map((topic) => {
      const indexes = draw.list(1, max, () => this.drawPartition(draw, topic));
      return { topic, partitions: [...new Set(indexes)].map((index) => make(index, topic)) };
    });
    return draw.mostly(chosen, [[]], 0.02);
  }

  /** An offset near an edge of a log, or one that no log has. */
  drawOffset(draw: Draw, name: string, partition: number): number {
    const { start, end } = this.logs.get(`${name}/${partition}`) ?? { start: 0, end: 0 };
    const edges = [start, end, draw.int(start, end), Math.max(0, end - 1)];
    return draw.mostly(
      draw.pick(edges),
      [start - 1, end + 1, -1, -2, 1_000_000, 2 ** 53 - 1],
      0.15,
    );
  }
}

function newGroup(groupId: string): KnownGroup {
  return { groupId, waiting: new Set(), joining: 0, classic: [], consumers: [] };
}
