/** A classic group as DescribeGroups tells of it. */
import type { ClassicGroupDescription } from "../group-calls.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { NO_BYTES } from "./classic-member.ts";

/** While the group rebalances, neither its protocol nor what members said in it is shown. */
export function describeClassicGroup(group: ClassicGroup): ClassicGroupDescription {
  const protocolName = group.state === "Stable" ? (group.protocolName ?? "") : "";
  return {
    error: null,
    errorMessage: null,
    groupState: group.state,
    protocolType: group.protocolType,
    protocolData: protocolName,
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.client.clientId,
      clientHost: member.client.clientHost,
      memberMetadata: member.metadata(protocolName) ?? NO_BYTES,
      memberAssignment: member.assignment,
    })),
  };
}
