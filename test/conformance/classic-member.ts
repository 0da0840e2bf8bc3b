/**
 * A member of a classic group as its coordinator knows it: what it says in JoinGroup, SyncGroup,
 * Heartbeat and LeaveGroup, in the newest versions unless a case says otherwise. A JoinGroup and a
 * SyncGroup may take long to be answered, so each member has a connection of its own for them.
 */
import type { RequestInput } from "../../src/protocol/api.ts";
import {
  CONSUMER_PROTOCOL_TYPE,
  encodeSubscription,
} from "../../src/protocol/consumer-protocol.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import type { JoinGroupResponse } from "../../src/protocol/messages/11-join-group.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../src/protocol/messages/13-leave-group.ts";
import type { LeaveGroupResponse } from "../../src/protocol/messages/13-leave-group.ts";
import { syncGroup } from "../../src/protocol/messages/14-sync-group.ts";
import type { SyncGroupResponse } from "../../src/protocol/messages/14-sync-group.ts";
import { bytes, text } from "./batches.ts";
import { named } from "./partition.ts";
import type { Named } from "./partition.ts";
import type { Wire } from "./wire.ts";

/** A protocol type that no broker knows, so that all that members say is opaque to it. */
export const PROTOCOL_TYPE = "conformance";

/** What a member is like; all of it has a default. */
export interface MemberOptions {
  readonly groupInstanceId?: string | null;
  readonly protocolType?: string;
  /** The member's metadata by the name of the protocol, most preferred first. */
  readonly protocols?: Readonly<Record<string, string | Uint8Array>>;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  /** The versions of JoinGroup and of SyncGroup that it speaks. */
  readonly joinVersion?: number;
  readonly syncVersion?: number;
}

type SyncRequest = RequestInput<typeof syncGroup>;
type Assignments = SyncRequest["assignments"];

/** Where a member stands: what another request of it might say instead. */
export interface Standing {
  readonly memberId?: string;
  readonly generationId?: number;
  readonly groupInstanceId?: string | null;
}

/** A member, or a client that would like to become one. */
export class ClassicMember {
  readonly groupId: string;
  /** To the coordinator, and for nobody else. */
  readonly wire: Wire;
  /** To the coordinator as well, for what is answered at once. */
  readonly #aside: Wire;
  /** May be changed at any time; the next request says it. */
  options: MemberOptions;
  /** As the last answers to JoinGroup said, and empty before. */
  memberId = "";
  generationId = -1;
  protocolName: string | null = null;

  constructor(groupId: string, wires: { own: Wire; shared: Wire }, options: MemberOptions) {
    this.groupId = groupId;
    this.wire = wires.own;
    this.#aside = wires.shared;
    this.options = options;
  }

  /** Joins, and again with the id that the coordinator may have asked for. */
  async join(options: MemberOptions = {}): Promise<Named<JoinGroupResponse>> {
    const answer = await this.joinOnce(options);
    return answer.error === "MEMBER_ID_REQUIRED" ? this.joinOnce(options) : answer;
  }

  /** Sends one JoinGroup, and keeps what it brings. */
  async joinOnce(options: MemberOptions & Standing = {}): Promise<Named<JoinGroupResponse>> {
    const { joinVersion: version = joinGroup.servedVersions.max, ...said } = {
      ...this.options,
      ...options,
    };
    const { protocols = { range: "metadata" } } = said;
    const answer = await this.wire.call(joinGroup, version, {
      groupId: this.groupId,
      sessionTimeoutMs: said.sessionTimeoutMs ?? 10_000,
      rebalanceTimeoutMs: said.rebalanceTimeoutMs ?? 10_000,
      memberId: said.memberId ?? this.memberId,
      groupInstanceId: said.groupInstanceId,
      protocolType: said.protocolType ?? PROTOCOL_TYPE,
      protocols: Object.entries(protocols).map(([name, metadata]) => {
        return { name, metadata: bytes(metadata) };
      }),
      reason: "a case of the suite",
    });
    const isIn = answer.errorCode === ErrorCode.NONE;
    if (isIn || answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED) this.memberId = answer.memberId;
    if (isIn) {
      this.generationId = answer.generationId;
      this.protocolName = answer.protocolName;
    }
    return named(answer);
  }

  /** Asks for its assignment, as a leader with everybody's. */
  async sync(
    assignments: Assignments = [],
    { version, ...said }: Partial<SyncRequest> & { version?: number } = {},
  ): Promise<Named<SyncGroupResponse> & { readonly told: string }> {
    const { groupId, generationId, memberId, protocolName } = this;
    const { groupInstanceId, syncVersion, protocolType = PROTOCOL_TYPE } = this.options;
    const inVersion = version ?? syncVersion ?? syncGroup.servedVersions.max;
    const itself = { groupId, generationId, memberId, groupInstanceId };
    const request = { ...itself, protocolType, protocolName, assignments, ...said };
    const answer = await this.wire.call(syncGroup, inVersion, request);
    return { ...named(answer), told: text(answer.assignment) };
  }

  /** The error of a heartbeat. */
  async heartbeat({
    version = heartbeat.servedVersions.max,
    ...said
  }: Standing & { version?: number } = {}): Promise<ErrorName> {
    const { groupId, memberId, generationId } = this;
    const { groupInstanceId } = this.options;
    const request = { groupId, memberId, generationId, groupInstanceId, ...said };
    const { errorCode } = await this.#aside.call(heartbeat, version, request);
    return errorName(errorCode);
  }

  /** Leaves, and says only who it is. */
  async leave(said: Standing = {}): Promise<ErrorName> {
    const { memberId, options } = this;
    const { groupInstanceId = null } = options;
    const leaving = { memberId, groupInstanceId, reason: "a case of the suite", ...said };
    const { members } = await leave(this.#aside, this.groupId, [leaving]);
    return members[0]!.error;
  }
}

/** What a member is like that consumes these topics. */
export function consumerOf(topics: string[], others: MemberOptions = {}): MemberOptions {
  const range = encodeSubscription({ topics }, 1);
  return { protocolType: CONSUMER_PROTOCOL_TYPE, protocols: { range }, ...others };
}

/** A LeaveGroup of many members, with the error of each. */
export async function leave(
  wire: Wire,
  groupId: string,
  members: readonly { memberId: string; groupInstanceId?: string | null }[],
  version = leaveGroup.servedVersions.max,
): Promise<{ error: ErrorName; members: Named<LeaveGroupResponse["members"][number]>[] }> {
  const answer = await wire.call(leaveGroup, version, {
    groupId,
    ...(version < 3 ? { memberId: members[0]!.memberId } : { members }),
  });
  return { error: errorName(answer.errorCode), members: answer.members.map(named) };
}
