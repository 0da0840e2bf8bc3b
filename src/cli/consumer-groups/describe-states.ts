/** What `consumer-groups --describe --state` prints: one line about the group as a whole. */
import type { GroupDescription } from "../../client/admin/describe-groups.ts";
import { row, widthOf } from "../columns.ts";
import type { GroupsFlags } from "./options.ts";

const MISSING = "-";

/** The table of a group's state, with an empty line before it. */
export function stateLines(
  group: GroupDescription,
  { verbose }: Pick<GroupsFlags, "verbose">,
): string[] {
  const { groupId, assignor, groupState, groupEpoch, targetAssignmentEpoch, members } = group;
  const { host, port, nodeId } = group.coordinator;
  const coordinator = `${host}:${port}  (${nodeId})`;
  const widths = [widthOf(15, [groupId]), widthOf(25, [coordinator]), 20, 20];
  const titles = ["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE"];
  const cells = [groupId, coordinator, assignor === "" ? MISSING : assignor, groupState];
  if (verbose) {
    widths.push(15, 25);
    titles.push("GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH");
    cells.push(`${groupEpoch ?? MISSING}`, `${targetAssignmentEpoch ?? MISSING}`);
  }
  return ["", row(widths, [...titles, "#MEMBERS"]), row(widths, [...cells, `${members.length}`])];
}
