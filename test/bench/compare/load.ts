/** What is measured: a load is one thing done to a server, and gives one or more figures. */
import type { Target, TargetName } from "./target.ts";

/** How much each load does. */
export interface Sizes {
  /** Records of 100 B that are produced and consumed; the first fifth of them is warm-up. */
  readonly smallRecords: number;
  /** The same for records of 1 KB. */
  readonly largeRecords: number;
  /** Records of 1 KB that are produced before resident memory is read again. */
  readonly memoryRecords: number;
  /** Records that travel one by one. */
  readonly latencyRecords: number;
  /** How long a load of single records takes. */
  readonly seconds: number;
}

/** What a load is given beside its target. */
export interface LoadContext {
  readonly sizes: Sizes;
  /** Gives the load up. */
  readonly signal: AbortSignal;
}

/** A figure of a load, and the project's aims for it. */
export interface Figure {
  readonly name: string;
  readonly unit: "MB/s" | "per s" | "ms" | "s" | "MB" | "µs a record";
  readonly better: "higher" | "lower";
  /** What the ratio of Odradek's figure to another target's is meant to be, or better. */
  readonly aims?: Readonly<Partial<Record<TargetName, number>>>;
}

/** What one run gave, by the names of the load's figures. */
export type Measured = Readonly<Record<string, number>>;

export interface Load {
  /** For `--only` and the table. */
  readonly name: string;
  /** For `--help`. */
  readonly description: string;
  readonly figures: readonly Figure[];
  /** It tells of a server as it was started, whatever its topics; so it comes before a warm-up. */
  readonly ofServer?: true;
  /** Its client programs are Kafka's. */
  readonly needsJava?: true;
  run(target: Target, context: LoadContext): Promise<Measured>;
}
