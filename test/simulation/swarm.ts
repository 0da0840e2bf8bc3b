/**
 * What a seed makes of a world: how slow its network and disks are, what may go wrong in it, and who
 * works in it. Each fault is in some worlds and not in others, because one can hide another.
 */
import type { FetcherOptions } from "./fetcher.ts";
import type { ProducerOptions } from "./producer.ts";
import type { SeededRandom } from "./seeded-random.ts";

export interface Swarm {
  readonly maxDelayMs: number;
  readonly maxDiskLatencyMs: number;
  /** How likely a call is to break while there is trouble. */
  readonly breakChance: number;
  /** What happens in times of trouble, each several times. */
  readonly faults: readonly Fault[];
  /** How likely a batch is to be too large for a push. */
  readonly bulkChance: number;
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
  const topics = [{ name: "steady", partitionCount: random.int(1, 3) }];
  if (faults.includes("remakeTopic")) {
    topics.push({ name: CHURNED, partitionCount: random.int(1, 2) });
  }
  const onTopics = (count: number) =>
    topics.flatMap(({ name }) =>
      Array.from({ length: count }, (_, index) => ({
        topic: name,
        isChurned: name === CHURNED,
        index,
      })),
    );
  const bulkChance = random.chance(0.3) ? 0.02 : 0;
  return {
    maxDelayMs: random.pick([1, 4, 20]),
    maxDiskLatencyMs: random.pick([0, 3, 15]),
    breakChance: isHarmless || random.chance(0.5) ? 0 : random.pick([0.01, 0.1]),
    faults,
    bulkChance,
    topics,
    producers: onTopics(random.int(1, 2)).map(({ topic, isChurned, index }) => ({
      name: `${topic}-${index}`,
      topic,
      isChurned,
      bulkChance,
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
