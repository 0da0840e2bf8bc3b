/** Members of classic groups: they join, sync, send heartbeats and leave. */
import {
  CONSUMER_PROTOCOL_TYPE,
  encodeAssignment,
  encodeSubscription,
} from "../../../src/protocol/consumer-protocol.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { joinGroup } from "../../../src/protocol/messages/11-join-group.ts";
import { heartbeat } from "../../../src/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../../src/protocol/messages/13-leave-group.ts";
import { syncGroup } from "../../../src/protocol/messages/14-sync-group.ts";
import { bytes } from "../../conformance/batches.ts";
import type { Draw } from "../draw.ts";
import { kind } from "../kind.ts";
import type { ClassicMember, KnownGroup, Memory } from "../memory.ts";

/** Longer than any sequence: no session ends by itself, and no rebalance. */
const LONG_MS = 60_000;
const MOST_MEMBERS = 3;
const PROTOCOLS = ["range", "roundrobin", "mine"];
const OTHER_TYPE = "other";
const NOBODY = "nobody";

/** Ids of members that are waiting are in their requests; those of new ones are not known yet. */
function keysOf({ memberId, groupInstanceId }: Known<Identity>): string[] {
  return [memberId, groupInstanceId].filter((key): key is string => Boolean(key));
}

/** As much of it as is known. */
type Known<Whole> = { [Field in keyof Whole]?: Whole[Field] | undefined };

interface Identity {
  memberId: string;
  groupInstanceId: string | null;
}

const join = kind({
  api: joinGroup,
  weight: 10,
  mayWait: true,
  draw: (draw, memory) => {
    const group = memory.group(memory.drawGroupId(draw));
    const joiner = drawJoiner(draw, group);
    // Who is assigned what in a consumer group depends on the order of members' ids.
    const isChancy = group.consumers.length > 0 && memory.givenIds(group) > 0;
    if (joiner.memberId === "" && isChancy) return null;
    // One that replaced another would leave it without an answer for ever, in Kafka.
    if (keysOf(joiner).some((key) => group.waiting.has(key))) return null;
    const known = group.classic.find(({ memberId }) => memberId === joiner.memberId);
    const usualType = (known ?? group.classic[0])?.protocolType ?? CONSUMER_PROTOCOL_TYPE;
    const protocolType = draw.mostly(usualType, [OTHER_TYPE, CONSUMER_PROTOCOL_TYPE, ""], 0.06);
    return {
      groupId: group.groupId,
      sessionTimeoutMs: draw.mostly(LONG_MS, [0, 5999, 1_800_001, -1], 0.03),
      rebalanceTimeoutMs: LONG_MS,
      ...joiner,
      protocolType,
      protocols: drawProtocols(draw, memory, protocolType),
    };
  },
  sent: (memory, request) => {
    const group = memory.group(request.groupId);
    group.joining += 1;
    for (const key of keysOf(request)) group.waiting.add(key);
  },
  learn: (memory, request, response) => {
    const group = memory.group(request.groupId);
    group.joining -= 1;
    for (const key of keysOf(request)) group.waiting.delete(key);
    const { errorCode, memberId, generationId, protocolName, leader, members } = response;
    const { groupInstanceId = null, protocolType } = request;
    const itself = { memberId, instanceId: groupInstanceId, protocolType };
    if (errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      group.classic.push({ ...itself, generation: -1, protocol: null, isLeader: false });
    }
    if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID) forget(group, { memberId: request.memberId });
    if (errorCode !== ErrorCode.NONE) return;
    forget(group, { memberId, groupInstanceId });
    const joined = { generation: generationId, protocol: protocolName };
    group.classic.push({ ...itself, ...joined, isLeader: leader === memberId });
    for (const { memberId: id, groupInstanceId: instanceId } of members) {
      if (group.classic.some((member) => member.memberId === id)) continue;
      group.classic.push({ memberId: id, instanceId, protocolType, ...joined, isLeader: false });
    }
  },
});

/** Who joins: one that was given an id, a member again, or somebody new. */
function drawJoiner(draw: Draw, { classic }: KnownGroup): Identity {
  const pending = classic.find(({ generation }) => generation === -1);
  if (pending && draw.chance(0.8)) return identityOf(pending);
  const isFull = classic.length >= MOST_MEMBERS;
  if (classic.length > 0 && (isFull || draw.chance(0.6))) {
    const { memberId, groupInstanceId } = identityOf(draw.pick(classic));
    return {
      memberId: draw.mostly(memberId, [NOBODY, ""], 0.05),
      groupInstanceId: draw.mostly(groupInstanceId, [null, "i1", "i2"], 0.05),
    };
  }
  return {
    memberId: draw.mostly("", [NOBODY], 0.05),
    groupInstanceId: draw.mostly(null, ["i1", "i2"], 0.25),
  };
}

function drawProtocols(draw: Draw, memory: Memory, protocolType: string) {
  const names = draw.mostly(draw.some(PROTOCOLS), [[], ["odd"]], 0.04);
  return [...new Set(names)].map((name) => {
    const topics = draw.some(memory.topicNames, 2).toSorted();
    const isConsumer = protocolType === CONSUMER_PROTOCOL_TYPE;
    const metadata = isConsumer
      ? encodeSubscription({ topics: [...new Set(topics)] }, draw.int(0, 3))
      : bytes(`m${draw.int(0, 1)}`);
    return { name, metadata: draw.mostly(metadata, [new Uint8Array(0), bytes("odd")], 0.03) };
  });
}

function identityOf({ memberId, instanceId }: ClassicMember): Identity {
  return { memberId, groupInstanceId: instanceId };
}

/** Forgets the member with this id or this instance id. */
function forget(group: KnownGroup, { memberId, groupInstanceId }: Known<Identity>): void {
  group.classic = group.classic.filter(
    (member) => member.memberId !== memberId && (member.instanceId ?? "") !== groupInstanceId,
  );
}

/** A member of a group, as it would speak of itself, or now and then somebody else. */
function drawStanding(draw: Draw, { classic }: KnownGroup) {
  const joined = classic.filter(({ generation }) => generation >= 0);
  const members = joined.length > 0 ? draw.mostly(joined, [classic]) : classic;
  const member = members.length > 0 ? draw.pick(members) : null;
  const generation = member?.generation ?? -1;
  return {
    member,
    memberId: draw.mostly(member?.memberId ?? NOBODY, [NOBODY, ""], 0.04),
    generationId: draw.mostly(generation, [generation + 1, generation - 1, -1], 0.06),
    groupInstanceId: draw.mostly(member?.instanceId ?? null, ["i1", "i3", null], 0.04),
  };
}

const sync = kind({
  api: syncGroup,
  weight: 10,
  mayWait: true,
  draw: (draw, memory) => {
    const group = memory.group(memory.drawGroupId(draw));
    const { member, ...standing } = drawStanding(draw, group);
    if (member === null && draw.chance(0.9)) return null;
    if (keysOf(standing).some((key) => group.waiting.has(key))) return null;
    const brings = draw.mostly(member?.isLeader ?? false, [true, false], 0.1);
    return {
      groupId: group.groupId,
      ...standing,
      protocolType: draw.mostly(member?.protocolType ?? null, [OTHER_TYPE, null], 0.04),
      protocolName: draw.mostly(member?.protocol ?? null, ["odd", null], 0.04),
      assignments: brings ? drawAssignments(draw, memory, group) : [],
    };
  },
  sent: (memory, request) => {
    for (const key of keysOf(request)) memory.group(request.groupId).waiting.add(key);
  },
  learn: (memory, request) => {
    for (const key of keysOf(request)) memory.group(request.groupId).waiting.delete(key);
  },
});

function drawAssignments(draw: Draw, memory: Memory, { classic }: KnownGroup) {
  const assignments = classic.map(({ memberId, protocolType }) => {
    const assignedPartitions = [{ topic: draw.pick(memory.topicNames), partitions: [0] }];
    const assignment =
      protocolType === CONSUMER_PROTOCOL_TYPE
        ? encodeAssignment({ assignedPartitions })
        : bytes(`a${draw.int(0, 9)}`);
    return { memberId, assignment };
  });
  const toNobody = [...assignments, { memberId: NOBODY, assignment: bytes("a") }];
  return draw.mostly(assignments, [assignments.slice(1), toNobody], 0.1);
}

const beat = kind({
  api: heartbeat,
  weight: 6,
  draw: (draw, memory) => {
    const group = memory.group(memory.drawGroupId(draw));
    const { member, ...standing } = drawStanding(draw, group);
    if (member === null && draw.chance(0.9)) return null;
    return { groupId: group.groupId, ...standing };
  },
});

const leave = kind({
  api: leaveGroup,
  weight: 2,
  draw: (draw, memory) => {
    const group = memory.group(memory.drawGroupId(draw));
    if (group.classic.length === 0 && draw.chance(0.9)) return null;
    const members = draw.list(1, 2, () => {
      const { memberId, groupInstanceId } = drawStanding(draw, group);
      return {
        memberId: groupInstanceId ? draw.mostly("", [memberId], 0.5) : memberId,
        groupInstanceId,
      };
    });
    // Which of several others leads after a leader that left is chance, in Kafka.
    const others = group.classic.length - 1 + group.joining;
    if (others > 1 && members.some((member) => isLeader(group, member))) return null;
    return {
      groupId: group.groupId,
      memberId: members[0]!.memberId,
      members: draw.mostly(members, [[]], 0.03),
    };
  },
  learn: (memory, { groupId, memberId = "" }, { errorCode, members }) => {
    const left = members.length > 0 ? members : [{ memberId, groupInstanceId: null, errorCode }];
    for (const { errorCode: error, ...identity } of left) {
      if (error === ErrorCode.NONE) forget(memory.group(groupId), identity);
    }
  },
});

function isLeader({ classic }: KnownGroup, { memberId, groupInstanceId }: Identity): boolean {
  const leader = classic.find((member) => member.isLeader);
  if (leader === undefined) return false;
  return leader.memberId === memberId || (leader.instanceId ?? "") === groupInstanceId;
}

export const classicMemberKinds = [join, sync, beat, leave];
