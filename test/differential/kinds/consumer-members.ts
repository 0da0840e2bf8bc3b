/** Members of consumer groups (KIP-848), who say all that they say in heartbeats. */
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { consumerGroupHeartbeat } from "../../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import { consumerGroupDescribe } from "../../../src/protocol/messages/69-consumer-group-describe.ts";
import type { Draw } from "../draw.ts";
import { kind } from "../kind.ts";
import type { ConsumerMember, KnownGroup, Memory } from "../memory.ts";

const LONG_MS = 60_000;
const MEMBERS = ["m1", "m2", "m3"];
/** Before all ids that a cluster may give: who is assigned what depends on the order of the ids. */
const FIRST_OF_IDS = "!";
const JOINING = 0;
const LEAVING = -1;
const LEAVING_FOR_A_WHILE = -2;
/** Whose assignments are the same everywhere, whatever is odd in them. */
const ASSIGNOR = "range";

const beat = kind({
  api: consumerGroupHeartbeat,
  weight: 12,
  draw: (draw, memory, version) => {
    const group = memory.group(memory.drawGroupId(draw));
    const known = group.consumers.length > 0 ? draw.pick(group.consumers) : null;
    const isFull = group.consumers.length === MEMBERS.length;
    const isMember = known !== null && (isFull || draw.chance(0.75));
    const givenIds = memory.givenIds(group);
    // The order of ids that clusters give is chance.
    if (!isMember && givenIds > (group.consumers.length === 0 ? 1 : 0)) return null;
    const mayBeGiven = version === 0 && givenIds + group.consumers.length === 0;
    const request = isMember ? ofMember(draw, memory, known) : ofNewcomer(draw, memory, mayBeGiven);
    return { groupId: group.groupId, ...request };
  },
  learn: (memory, request, response) => {
    const { errorCode, memberEpoch, assignment } = response;
    const group = memory.group(request.groupId);
    const memberId = request.memberId === "" ? (response.memberId ?? "") : request.memberId;
    const { instanceId = null } = request;
    if (GONE.includes(errorCode)) forget(group, memberId, null);
    if (errorCode !== ErrorCode.NONE) return;
    if (memberEpoch < 0) return forget(group, memberId, instanceId);
    const before = group.consumers.find((member) => member.memberId === memberId);
    const assigned = assignment?.topicPartitions ?? before?.assigned ?? [];
    forget(group, memberId, instanceId);
    group.consumers.push({ memberId, instanceId, epoch: memberEpoch, assigned });
  },
});

const GONE: readonly number[] = [ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.GROUP_ID_NOT_FOUND];

function forget(group: KnownGroup, memberId: string, instanceId: string | null): void {
  group.consumers = group.consumers.filter(
    (member) =>
      member.memberId !== memberId && (instanceId === null || member.instanceId !== instanceId),
  );
}

function ofNewcomer(draw: Draw, memory: Memory, mayBeGiven: boolean) {
  const memberId = `${FIRST_OF_IDS}${memory.prefix}-${draw.pick(MEMBERS)}`;
  const newcomer = {
    // Before version 1 the group gives the id.
    memberId: mayBeGiven ? draw.mostly("", [memberId], 0.3) : memberId,
    memberEpoch: draw.mostly(JOINING, [1, LEAVING, LEAVING_FOR_A_WHILE, -3], 0.05),
    instanceId: draw.mostly(null, ["i1", "i2", ""], 0.2),
    rackId: null,
    rebalanceTimeoutMs: draw.mostly(LONG_MS, [-1, 0], 0.04),
    subscribedTopicNames: drawSubscription(draw, memory, 0.04),
    serverAssignor: draw.mostly(ASSIGNOR, ["nobody's", ""], 0.03),
    topicPartitions: draw.mostly<ConsumerMember["assigned"] | null>([], [null], 0.04),
  };
  // Kafka loses sight of what a dynamic member has that joins again as a static one.
  if (newcomer.instanceId !== null && newcomer.memberId !== "") newcomer.memberId += "-static";
  return newcomer;
}

function ofMember(
  draw: Draw,
  memory: Memory,
  { memberId, instanceId, epoch, assigned }: ConsumerMember,
) {
  const epochs = [epoch - 1, epoch + 1, JOINING, LEAVING, LEAVING, LEAVING_FOR_A_WHILE];
  const memberEpoch = draw.mostly(epoch, epochs, 0.15);
  const says = draw.chance(0.25);
  if (memberEpoch === JOINING) return { ...ofNewcomer(draw, memory, false), memberId, instanceId };
  return {
    memberId,
    memberEpoch,
    instanceId: draw.mostly(instanceId, [null, "i1"], 0.03),
    rebalanceTimeoutMs: -1,
    subscribedTopicNames: says ? drawSubscription(draw, memory, 0.1) : null,
    serverAssignor: null,
    topicPartitions: draw.mostly<ConsumerMember["assigned"] | null>(
      draw.chance(0.7) ? assigned : null,
      [[], [{ topicId: memory.drawTopic(draw).topicId, partitions: [0] }]],
      0.15,
    ),
  };
}

function drawSubscription(draw: Draw, memory: Memory, odd: number): string[] | null {
  const names = [...new Set(draw.some(memory.topicNames, 2))];
  return draw.mostly<string[] | null>(names, [null, [], [`${memory.prefix}-none`]], odd);
}

const describe = kind({
  api: consumerGroupDescribe,
  weight: 3,
  draw: (draw, memory) => ({
    groupIds: draw.mostly(
      draw.list(1, 2, () => memory.drawGroupId(draw)),
      [[]],
      0.03,
    ),
    includeAuthorizedOperations: draw.chance(0.2),
  }),
});

export const consumerMemberKinds = [beat, describe];
