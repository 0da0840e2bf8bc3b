/** Groups, as each broker lists those that it coordinates. */
import { CONSUMER_PROTOCOL_TYPE } from "../../protocol/consumer-protocol.ts";
import { listGroups as listGroupsApi } from "../../protocol/messages/16-list-groups.ts";
import { deleteGroups as deleteGroupsApi } from "../../protocol/messages/42-delete-groups.ts";
import type { Cluster } from "../cluster.ts";
import { throwErrorOf } from "../kafka-error.ts";

export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  /** Empty where the broker is too old to say, as is the type. */
  readonly groupState: string;
  readonly groupType: string;
}

/** What a list is restricted to; an empty filter restricts nothing. */
export interface GroupFilter {
  readonly states?: readonly string[];
  readonly types?: readonly string[];
}

/** All groups of any kind, by id. */
export function listGroups(cluster: Cluster, filter: GroupFilter = {}): Promise<GroupListing[]> {
  const { states = [], types = [] } = filter;
  return cluster.retry("Listing the groups", async () => {
    const { brokers } = await cluster.metadata([]);
    const lists = brokers.map(async ({ nodeId }) => {
      const connection = await cluster.broker(nodeId);
      const response = await connection.call(listGroupsApi, {
        ...(states.length > 0 && { statesFilter: states }),
        ...(types.length > 0 && { typesFilter: types }),
      });
      throwErrorOf(response.errorCode);
      return response.groups;
    });
    const listings = new Map((await Promise.all(lists)).flat().map((each) => [each.groupId, each]));
    return [...listings.values()].toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1));
  });
}

/** Groups of consumers: their protocol is the consumer protocol, or they have only offsets. */
export async function listConsumerGroups(
  cluster: Cluster,
  filter: GroupFilter = { types: ["classic", "consumer"] },
): Promise<GroupListing[]> {
  const listings = await listGroups(cluster, filter);
  return listings.filter(({ protocolType }) => ["", CONSUMER_PROTOCOL_TYPE].includes(protocolType));
}

/** Deletes a group that has no members. */
export function deleteGroup(cluster: Cluster, groupId: string): Promise<void> {
  return cluster.retry(`Deleting the group ${groupId}`, async () => {
    const coordinator = await cluster.coordinator(groupId);
    const { results } = await coordinator.call(deleteGroupsApi, { groupsNames: [groupId] });
    for (const { errorCode } of results) throwErrorOf(errorCode);
  });
}
