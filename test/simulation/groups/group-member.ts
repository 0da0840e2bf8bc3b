/** A member of a group as the world sees it, whichever protocol it speaks. */
import type { CoordinatorClient } from "./coordinator-client.ts";
import type { OwnedPartition } from "./positions.ts";

export interface MemberOptions {
  readonly name: string;
  readonly instanceId: string | null;
  readonly topics: readonly string[];
  /** In place of topics, for members that speak the consumer protocol. */
  readonly regex: string | null;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How long it may take at most until it gives up partitions. */
  readonly slownessMs: number;
  /** How old its client is: 0 is the oldest. */
  readonly age: number;
  /** Whether it gives up only what others are to have (KIP-429); for classic members. */
  readonly isCooperative: boolean;
  readonly commitChance: number;
}

export interface GroupMember {
  readonly options: MemberOptions;
  readonly client: CoordinatorClient;
  readonly protocol: "classic" | "consumer";
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly owned: readonly OwnedPartition[];
  /** Whether it has nothing to do but to consume. */
  readonly isSettled: boolean;
  /** Lives until it leaves, or its client is stopped. */
  run(): Promise<void>;
  /** Subscribes to other topics. */
  subscribe(topics: readonly string[]): void;
  /** Gives up what it has and goes, for good or, if it is static, to come back. */
  leave(isForGood: boolean): void;
  describe(): string;
}
