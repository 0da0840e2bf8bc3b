/**
 * What a seed makes of a world: how slow its network and disks are, what may go wrong in it, and
 * who works in it. Each fault is in some worlds and not in others, because one can hide another.
 */
import type { FetcherOptions } from "./fetcher.ts";
import type { ProducerOptions } from "./producer.ts";
import type { SeededRandom } from "./seeded-random.ts";

export interface Swarm {
  readonly maxDelayMs: number;
  readonly maxDiskLatencyMs: number;
  /** How likely a call is to break while there is trouble. */
  readonly breakChance: number;
  /** What happens in times of trouble, and how likely one is before each piece of work. */
  readonly faults: readonly Fault[];
  readonly faultChance: number;
  /** How much work there is in times of trouble, and how far apart its pieces are at most. */
  readonly pieceCount: number;
  readonly maxPauseMs: number;
  readonly topics: readonly { readonly name: string; readonly partitionCount: number }[];
  readonly producers: readonly ProducerOptions[];
  readonly fetchers: readonly FetcherOptions[];
}

export type Fault =
  | "crashGateway"
  | "crashReplica"
  | "crashController"
  | "disconnect"
  | "remakeTopic"
  | "jumpClock"
  | "evictIdle";

/** Faults after which nobody has to find out anything by himself. */
const HARMLESS: readonly Fault[] = [
  "remakeTopic",
  "jumpClock",
  "evictIdle",
  "crashGateway",
  "disconnect",
];
const HARMFUL: readonly Fault[] = ["crashReplica", "crashController"];

/** The topic that is deleted and made anew. */
export const CHURNED = "churned";

/** Most fetchers take all there is at once; some wait for more, and some take a batch at a time. */
const APPETITES = [
  { minBytes: 1, partitionMaxBytes: 1 << 20 },
  { minBytes: 1, partitionMaxBytes: 1 << 20 },
  { minBytes: 500, partitionMaxBytes: 1 << 20 },
  { minBytes: 1, partitionMaxBytes: 150 },
] as const;

export function newSwarm(random: SeededRandom): Swarm {
  const isHarmless = random.chance(0.4);
  const candidates = isHarmless ? HARMLESS : [...HARMLESS, ...HARMFUL];
  const faults = candidates.filter(() => random.chance(0.5));
  const topics = [{ name: "steady", partitionCount: random.int(1, 7) }];
  if (faults.includes("remakeTopic")) {
    topics.push({ name: CHURNED, partitionCount: random.int(1, 4) });
  }
  const onTopics = (count: number) =>
    topics.flatMap(({ name }) =>
      Array.from({ length: count }, (_, index) => ({
        topic: name,
        isChurned: name === CHURNED,
        index,
      })),
    );
  // Where appends are far apart, none can make up for a wake-up that another has lost.
  const isSparse = random.chance(0.4);
  return {
    maxDelayMs: random.pick([1, 4, 20]),
    maxDiskLatencyMs: random.pick([0, 3, 15]),
    breakChance: isHarmless || random.chance(0.5) ? 0 : random.pick([0.01, 0.1]),
    faults,
    faultChance: isSparse ? 0.6 : random.pick([0.03, 0.1, 0.3]),
    pieceCount: isSparse ? 60 : 200,
    maxPauseMs: isSparse ? 3000 : random.pick([5, 25, 120]),
    topics,
    producers: onTopics(random.int(1, 2)).map(({ topic, isChurned, index }) => ({
      name: `${topic}-${index}`,
      topic,
      isChurned,
      bulkChance: isSparse ? 0.1 : 0,
      isIdempotent: random.chance(0.8),
    })),
    fetchers: onTopics(random.int(1, 3)).map(({ topic, isChurned }) => ({
      topic,
      isChurned,
      maxWaitMs: random.pick([500, 3000, 10_000, 30_000]),
      ...random.pick(APPETITES),
    })),
  };
}
