import { ClassicGroup } from "../../../src/group/classic/classic-group.ts";
import type { GroupMetadata } from "../../../src/group/classic/classic-group.ts";
import { describeClassicGroup } from "../../../src/group/classic/describe-classic-group.ts";
import { expireClassicGroup } from "../../../src/group/classic/expire-classic-group.ts";
import { emptyGroupMetadata, newClassicGroup } from "../../../src/group/classic/group-metadata.ts";
import { heartbeatClassicGroup } from "../../../src/group/classic/heartbeat-classic-group.ts";
import { joinClassicGroup } from "../../../src/group/classic/join-classic-group.ts";
import { leaveClassicGroup } from "../../../src/group/classic/leave-classic-group.ts";
import { syncClassicGroup } from "../../../src/group/classic/sync-classic-group.ts";
import type {
  ClassicProtocol,
  CommitOffsetsCall,
  JoinGroupAnswer,
  JoinGroupCall,
  SyncGroupAnswer,
  SyncGroupCall,
} from "../../../src/group/group-calls.ts";
import type { Ticket } from "../../../src/group/turn.ts";
/** A classic group, its clients and its clock, in the words of a test. */
import { encodeSubscription } from "../../../src/protocol/consumer-protocol.ts";
import type { ErrorName } from "../../../src/protocol/errors.ts";
import { TestTurn } from "../test-turn.ts";

export const SESSION_TIMEOUT_MS = 10_000;
export const REBALANCE_TIMEOUT_MS = 60_000;
export const INITIAL_DELAY_MS = 3000;

/** What a test says of a join besides who joins. */
export type JoinOptions = Partial<JoinGroupCall> & { readonly clientId?: string };

/** A protocol of the consumer type with a subscription to `topics`. */
export function protocol(name: string, ...topics: string[]): ClassicProtocol {
  return { name, metadata: encodeSubscription({ topics, userData: null }, 0) };
}

export const RANGE = protocol("range", "orders");
export const STICKY = protocol("sticky", "orders");

export class GroupUnderTest {
  readonly turn: TestTurn;
  group: ClassicGroup;
  #nextTicket = 1;

  constructor(configs: Readonly<Record<string, string>> = {}, seed = 1) {
    this.turn = new TestTurn(configs, () => {}, seed);
    this.group = newClassicGroup("group", this.turn.now);
    this.turn.record(emptyGroupMetadata(this.group));
  }

  /** A join of the version before ids had to be known, unless the options say otherwise. */
  join(memberId: string, { clientId = "client", ...options }: JoinOptions = {}): Ticket {
    const ticket = this.#nextTicket++;
    const call: JoinGroupCall = {
      memberId,
      groupInstanceId: null,
      protocolType: "consumer",
      protocols: [RANGE],
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      client: { clientId, clientHost: "/127.0.0.1" },
      requiresKnownMemberId: false,
      supportsSkippingAssignment: false,
      ...options,
    };
    joinClassicGroup(this.group, call, ticket, this.turn);
    return ticket;
  }

  /** The answer to a join, or undefined while it waits. */
  joined(ticket: Ticket): JoinGroupAnswer | undefined {
    return this.turn.joins.get(ticket);
  }

  /** A join that is answered at once. */
  joinNow(memberId: string, options: JoinOptions = {}): JoinGroupAnswer {
    const answer = this.joined(this.join(memberId, options));
    if (answer === undefined) throw new Error("The join waits.");
    return answer;
  }

  sync(
    memberId: string,
    assignments: Readonly<Record<string, string>> = {},
    options: Partial<SyncGroupCall> = {},
  ): Ticket {
    const ticket = this.#nextTicket++;
    const call: SyncGroupCall = {
      memberId,
      groupInstanceId: null,
      generationId: this.group.generationId,
      protocolType: null,
      protocolName: null,
      assignments: Object.entries(assignments).map(([id, text]) => ({
        memberId: id,
        assignment: new TextEncoder().encode(text),
      })),
      ...options,
    };
    syncClassicGroup(this.group, call, ticket, this.turn);
    return ticket;
  }

  /** The answer to a sync, or undefined while it waits. */
  synced(ticket: Ticket): SyncGroupAnswer | undefined {
    return this.turn.syncs.get(ticket);
  }

  heartbeat(memberId: string, generationId = this.group.generationId): ErrorName | null {
    const call = { memberId, groupInstanceId: null, generationId };
    return heartbeatClassicGroup(this.group, call, this.turn);
  }

  /** What each member is told; one that is named by its instance id begins with `@`. */
  leave(...names: string[]): (ErrorName | null)[] {
    const members = names.map((name) =>
      name.startsWith("@")
        ? { memberId: "", groupInstanceId: name.slice(1) }
        : { memberId: name, groupInstanceId: null },
    );
    return leaveClassicGroup(this.group, { members }, this.turn).members.map(({ error }) => error);
  }

  commit(memberId: string, generationIdOrMemberEpoch = this.group.generationId) {
    const call: CommitOffsetsCall = {
      generationIdOrMemberEpoch,
      memberId,
      groupInstanceId: null,
      retentionTimeMs: -1,
      apiVersion: 8,
      topics: [],
    };
    const result = this.group.validateOffsetCommit(call);
    return typeof result === "string" ? result : null;
  }

  describe() {
    return describeClassicGroup(this.group);
  }

  /** Lets time pass, in which everything happens when it is due. */
  pass(ms: number): void {
    const end = this.turn.now + ms;
    for (;;) {
      const next = this.group.nextDeadline();
      if (next === null || next > end) break;
      this.turn.now = Math.max(this.turn.now, next);
      expireClassicGroup(this.group, this.turn);
    }
    this.turn.now = end;
  }

  /** New members of these names form a stable group; their ids, of which the first leads. */
  stable(...clientIds: string[]): string[] {
    const ids = this.completing(...clientIds);
    for (const id of ids)
      this.sync(id, Object.fromEntries(ids.map((each) => [each, `of ${each}`])));
    return ids;
  }

  /** New members of these names have all been told of a generation. */
  completing(...clientIds: string[]): string[] {
    const tickets = clientIds.map((clientId) => this.join("", { clientId }));
    this.pass(INITIAL_DELAY_MS);
    if (this.group.state === "PreparingRebalance") this.pass(INITIAL_DELAY_MS);
    return tickets.map((ticket) => this.joined(ticket)!.memberId);
  }

  get memberIds(): string[] {
    return [...this.group.members.keys()];
  }

  get lastMetadata(): GroupMetadata {
    const metadata = this.turn.records.findLast((record) => record.type === "GroupMetadata");
    if (metadata === undefined || metadata.value === null) throw new Error("It is not stored.");
    return metadata.value;
  }

  /** The generations that were begun, as stored. */
  get begunGenerations(): number[] {
    return this.turn.records.flatMap(({ type, value }) =>
      type === "ClassicGeneration" && value !== null ? [value.generationId] : [],
    );
  }

  /** All that was in memory is lost, and the group is loaded from its records. */
  restart(): void {
    const begun = this.begunGenerations.at(-1) ?? 0;
    this.group = ClassicGroup.load("group", this.lastMetadata, begun, this.turn.now);
  }
}
