/** Whoever lists groups, describes them and deletes them. */
import { ZERO_UUID } from "../../../src/base/uuid.ts";
import { ErrorCode, type ErrorName, errorName } from "../../../src/protocol/errors.ts";
import { offsetCommit } from "../../../src/protocol/messages/08-offset-commit.ts";
import { findCoordinator } from "../../../src/protocol/messages/10-find-coordinator.ts";
import { describeGroups } from "../../../src/protocol/messages/15-describe-groups.ts";
import { listGroups } from "../../../src/protocol/messages/16-list-groups.ts";
import { deleteGroups } from "../../../src/protocol/messages/42-delete-groups.ts";
import { consumerGroupDescribe } from "../../../src/protocol/messages/69-consumer-group-describe.ts";
import { Client } from "../client.ts";
import { BROKER_COUNT } from "../cluster.ts";
import { OUTSIDERS_EPOCH } from "./committed-offsets.ts";
import type { GroupHistory } from "./group-history.ts";

/** A group as it is described, whichever protocol its members speak. */
export interface DescribedGroup {
  readonly state: string;
  readonly memberIds: readonly string[];
}

export class GroupAdmin extends Client {
  /** The ids of the groups that the brokers list, one broker after the other. */
  async list(): Promise<{ readonly groupId: string; readonly state: string }[]> {
    const listed = [];
    for (let nodeId = 1; nodeId <= BROKER_COUNT; nodeId++) {
      const { errorCode, groups } = await this.connection(nodeId).call(listGroups, 5, {
        statesFilter: [],
        typesFilter: [],
      });
      if (errorCode !== ErrorCode.NONE) throw new Error(`ListGroups: ${errorName(errorCode)}`);
      listed.push(...groups.map(({ groupId, groupState }) => ({ groupId, state: groupState })));
    }
    return listed;
  }

  /** Null for a group that there is not. */
  async describeGroup(history: GroupHistory): Promise<DescribedGroup | null> {
    return (await this.#describeConsumerGroup(history)) ?? (await this.#describeClassic(history));
  }

  /** Sees to it that there is the topic that groups write to. */
  async findCoordinator(groupId: string): Promise<void> {
    const connection = this.connection(this.random.int(1, BROKER_COUNT));
    await connection.call(findCoordinator, 4, { coordinatorKeys: [groupId] });
  }

  /** Commits an offset for a group without members, as tools do to have it begin elsewhere. */
  async resetOffset({ stored, offsets }: GroupHistory, topic: string): Promise<void> {
    const outsider = { name: "outsider", memberId: "", epoch: OUTSIDERS_EPOCH, topicId: ZERO_UUID };
    const offset = this.random.int(0, 100);
    const commit = offsets.sending({ ...outsider, topic, partition: 0, offset });
    const committedMetadata = String(commit.id);
    const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata }];
    const connection = this.connection(this.random.int(1, BROKER_COUNT));
    const { topics } = await connection.call(offsetCommit, 9, {
      groupId: stored.groupId,
      generationIdOrMemberEpoch: OUTSIDERS_EPOCH,
      memberId: "",
      topics: [{ name: topic, partitions }],
    });
    if (topics[0]!.partitions[0]!.errorCode === ErrorCode.NONE) offsets.acknowledged(commit);
  }

  async delete(groupId: string): Promise<ErrorName> {
    const connection = this.connection(this.random.int(1, BROKER_COUNT));
    const { results } = await connection.call(deleteGroups, 2, { groupsNames: [groupId] });
    return errorName(results[0]!.errorCode);
  }

  async #describeConsumerGroup(history: GroupHistory): Promise<DescribedGroup | null> {
    const { groupId, life } = history.stored;
    const connection = this.connection(this.random.int(1, BROKER_COUNT));
    const { groups } = await connection.call(consumerGroupDescribe, 1, {
      groupIds: [groupId],
      includeAuthorizedOperations: false,
    });
    const [group] = groups;
    if (group?.errorCode !== ErrorCode.NONE) return null;
    const { groupState: state, members } = group;
    if (life === history.stored.life && group.groupEpoch > Math.max(1, history.stored.number)) {
      history.fail(`Epoch ${group.groupEpoch} was described before it was stored.`);
    }
    const owners = new Map<string, string>();
    for (const { memberId, assignment } of members) {
      for (const { topicId, partitions } of assignment.topicPartitions) {
        for (const partition of partitions) {
          const place = `${topicId}/${partition}`;
          const owner = owners.get(place);
          if (owner) history.fail(`${place} is described as ${owner}'s and ${memberId}'s.`);
          owners.set(place, memberId);
        }
      }
    }
    return { state, memberIds: members.map(({ memberId }) => memberId) };
  }

  async #describeClassic(history: GroupHistory): Promise<DescribedGroup | null> {
    const { groupId } = history.stored;
    const connection = this.connection(this.random.int(1, BROKER_COUNT));
    const { groups } = await connection.call(describeGroups, 6, {
      groups: [groupId],
      includeAuthorizedOperations: false,
    });
    const [group] = groups;
    if (group?.errorCode !== ErrorCode.NONE) return null;
    const { groupState: state, members } = group;
    return { state, memberIds: members.map(({ memberId }) => memberId) };
  }
}
