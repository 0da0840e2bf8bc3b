/** A member of a classic group: what it said when it joined, and what it waits for. */
import type { Millis } from "../../base/clock.ts";
import type { ClassicProtocol, Client } from "../group-calls.ts";
import type { Ticket } from "../turn.ts";

/** The assignment of a member that has none, and its metadata where there is none. */
export const NO_BYTES = new Uint8Array(0);

/** What a member says of itself. */
export interface ClassicMemberIdentity {
  readonly memberId: string;
  /** Null for a dynamic member. */
  readonly groupInstanceId: string | null;
  readonly client: Client;
  readonly rebalanceTimeoutMs: Millis;
  readonly sessionTimeoutMs: Millis;
  /** Most preferred first, and at least one. The group keeps their bytes. */
  readonly protocols: readonly ClassicProtocol[];
}

export class ClassicMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly client: Client;
  rebalanceTimeoutMs: Millis;
  sessionTimeoutMs: Millis;
  protocols: readonly ClassicProtocol[];

  /** Given by the leader, in the protocol that the group has chosen. */
  assignment: Uint8Array;

  /**
   * Whether it waits for the end of its first join. It has no heartbeats to send yet, and should
   * its client be gone, nothing but its session's end would tell.
   */
  isNew = false;

  /** The JoinGroup that waits, if one does; changed by `Membership` alone, which counts them. */
  joinTicket: Ticket | null = null;
  /** The SyncGroup that waits, if one does. */
  syncTicket: Ticket | null = null;

  /**
   * When the member is removed unless it is heard of. Null once that has passed while the group
   * kept it waiting: the session starts anew with the answer.
   */
  sessionDeadline: Millis | null = null;

  constructor(
    said: ClassicMemberIdentity,
    assignment: Uint8Array = NO_BYTES,
    memberId: string = said.memberId,
  ) {
    this.memberId = memberId;
    this.groupInstanceId = said.groupInstanceId;
    this.client = said.client;
    this.rebalanceTimeoutMs = said.rebalanceTimeoutMs;
    this.sessionTimeoutMs = said.sessionTimeoutMs;
    this.protocols = said.protocols;
    this.assignment = assignment;
  }

  get isStatic(): boolean {
    return this.groupInstanceId !== null;
  }

  get isAwaitingJoin(): boolean {
    return this.joinTicket !== null;
  }

  /** Whether it may be silent, since it is the group that keeps it waiting. */
  get isExcusedFromHeartbeats(): boolean {
    return !this.isNew && (this.joinTicket !== null || this.syncTicket !== null);
  }

  /** What it said in a protocol, or undefined if it does not support it. */
  metadata(protocolName: string): Uint8Array | undefined {
    return this.protocols.find((protocol) => protocol.name === protocolName)?.metadata;
  }

  renewSession(now: Millis): void {
    this.sessionDeadline = now + this.sessionTimeoutMs;
  }
}
