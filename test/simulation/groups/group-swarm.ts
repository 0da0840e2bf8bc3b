/**
 * What a seed makes of a world of groups: what may go wrong in it, which topics there are, and who
 * consumes them. Each fault is in some worlds and not in others, because one can hide another.
 */
import type { SeededRandom } from "../seeded-random.ts";
import type { MemberOptions } from "./group-member.ts";
import type { TopicPlan } from "./topics.ts";

export type GroupFault =
  | "crashGroup"
  | "crashController"
  | "crashGateway"
  | "crashReplica"
  | "evictIdle"
  | "disconnect"
  | "freeze"
  | "vanish"
  | "leave"
  | "changeProtocol"
  | "subscribe"
  | "changeTopic"
  | "disband"
  | "resetOffsets"
  | "remakeOffsetsTopic"
  | "jumpClock";

export type Protocol = "classic" | "consumer";

/** A place in a group, which one process after the other may have. */
export interface Seat extends Omit<MemberOptions, "name"> {
  readonly protocol: Protocol;
}

export interface GroupPlan {
  readonly groupId: string;
  readonly seats: readonly Seat[];
}

export interface GroupSwarm {
  readonly maxDelayMs: number;
  readonly maxDiskLatencyMs: number;
  /** How likely a call is to break while there is trouble. */
  readonly breakChance: number;
  /** How likely a call of a group is to be followed by the end of its coordinator. */
  readonly crashChance: number;
  readonly faults: readonly GroupFault[];
  readonly faultChance: number;
  readonly pieceCount: number;
  readonly maxPauseMs: number;
  readonly config: Readonly<Record<string, string>>;
  readonly topics: readonly TopicPlan[];
  readonly groups: readonly GroupPlan[];
}

const FAULTS: readonly GroupFault[] = [
  "crashGroup",
  "crashController",
  "crashGateway",
  "crashReplica",
  "evictIdle",
  "disconnect",
  "freeze",
  "vanish",
  "leave",
  "changeProtocol",
  "subscribe",
  "changeTopic",
  "disband",
  "resetOffsets",
  "remakeOffsetsTopic",
  "jumpClock",
];

/** How many kinds of clients there are: see the tables of ages of both kinds of members. */
const AGE_COUNT = 5;
/** The first that knows static members, and the first that knows regular expressions. */
const FIRST_STATIC_AGE = 1;
const FIRST_REGEX_AGE = 1;

const GROUP_CONFIG = {
  "group.min.session.timeout.ms": "1000",
  "offsets.topic.num.partitions": "3",
};

export function newGroupSwarm(random: SeededRandom): GroupSwarm {
  const faults = FAULTS.filter(() => random.chance(0.4));
  const topics = newTopics(random, faults.includes("changeTopic"));
  const groupCount = random.pick([1, 1, 1, 2, 3]);
  return {
    maxDelayMs: random.pick([1, 4, 20]),
    maxDiskLatencyMs: random.pick([0, 3, 15]),
    breakChance: random.chance(0.5) ? 0 : random.pick([0.01, 0.05]),
    crashChance: faults.includes("crashGroup") ? random.pick([0, 0.005, 0.02]) : 0,
    faults,
    faultChance: random.pick([0.2, 0.5, 0.8]),
    pieceCount: random.pick([20, 40]),
    maxPauseMs: random.pick([500, 1500, 4000]),
    config: {
      ...GROUP_CONFIG,
      "group.initial.rebalance.delay.ms": random.pick(["0", "500", "3000"]),
      "group.consumer.session.timeout.ms": random.pick(["3000", "6000"]),
      "group.consumer.heartbeat.interval.ms": "1000",
      "group.consumer.assignment.interval.ms": random.pick(["0", "1000"]),
      "group.consumer.assignors": random.pick(["uniform,range", "range,uniform"]),
    },
    topics,
    groups: Array.from({ length: groupCount }, (_, index) =>
      newGroup(random, `group-${index}`, { topics, faults }),
    ),
  };
}

/** Few groups of many: all that they do is in proportion. */
export function newLargeGroupSwarm(random: SeededRandom, protocol: Protocol): GroupSwarm {
  const topics = Array.from({ length: 4 }, (_, index) => ({
    name: `topic-${index}`,
    partitionCount: 250,
    isChurned: false,
  }));
  const seat: Seat = {
    protocol,
    instanceId: null,
    topics: topics.map(({ name }) => name),
    regex: null,
    sessionTimeoutMs: 20_000,
    rebalanceTimeoutMs: 20_000,
    heartbeatMs: 5000,
    slownessMs: 500,
    age: 4,
    isCooperative: false,
    commitChance: 0.05,
  };
  const faults: readonly GroupFault[] = ["crashGroup", "vanish", "leave", "freeze", "disconnect"];
  return {
    maxDelayMs: 4,
    maxDiskLatencyMs: 3,
    breakChance: 0,
    crashChance: 0,
    faults: faults.filter(() => random.chance(0.7)),
    faultChance: 0.5,
    pieceCount: 10,
    maxPauseMs: 4000,
    config: {
      ...GROUP_CONFIG,
      "group.initial.rebalance.delay.ms": "3000",
      "group.consumer.session.timeout.ms": "20000",
    },
    topics,
    groups: [{ groupId: "large", seats: Array.from({ length: 200 }, () => seat) }],
  };
}

function newTopics(random: SeededRandom, hasChurn: boolean): TopicPlan[] {
  const topic = (name: string, isChurned: boolean) => ({
    name,
    partitionCount: random.pick([1, 2, 3, 6, 12]),
    isChurned,
  });
  const steady = Array.from({ length: random.int(1, 2) }, (_, index) =>
    topic(`steady-${index}`, false),
  );
  return hasChurn ? [...steady, topic("churned-0", true), topic("churned-1", true)] : steady;
}

function newGroup(
  random: SeededRandom,
  groupId: string,
  { topics, faults }: Pick<GroupSwarm, "topics" | "faults">,
): GroupPlan {
  const kind = random.pick(["classic", "consumer", "mixed"] as const);
  const isCooperative = random.chance(0.4);
  const [steady] = topics;
  const seats = Array.from({ length: random.pick([1, 2, 3, 3, 5, 8]) }, (_, index): Seat => {
    const age = random.int(0, AGE_COUNT - 1);
    const isStatic = age >= FIRST_STATIC_AGE && random.chance(0.3);
    const isPicky = random.chance(0.3);
    const protocol = kind === "mixed" ? random.pick(["classic", "consumer"] as const) : kind;
    return {
      protocol,
      instanceId: isStatic ? `${groupId}-instance-${index}` : null,
      // Somebody always wants the first.
      topics: topics
        .filter((topic) => topic === steady || !isPicky || random.chance(0.5))
        .map(({ name }) => name),
      regex:
        age >= FIRST_REGEX_AGE && random.chance(0.3)
          ? random.pick(["(steady|churned).*", "steady-."])
          : null,
      sessionTimeoutMs: random.pick([3000, 6000]),
      rebalanceTimeoutMs: random.pick([3000, 8000]),
      heartbeatMs: random.pick([500, 1000]),
      slownessMs: random.pick([0, 200, faults.includes("freeze") ? 9000 : 2000]),
      age,
      isCooperative,
      commitChance: random.pick([0.1, 0.5]),
    };
  });
  return { groupId, seats };
}
