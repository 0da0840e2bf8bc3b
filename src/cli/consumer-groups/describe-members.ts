/** What `consumer-groups --describe --members` prints: who is in the group, and has what. */
import type { GroupDescription, GroupMember } from "../../client/admin/describe-groups.ts";
import type { TopicPartition } from "../../client/topic-partition.ts";
import { byTopic } from "../../client/topic-partition.ts";
import { row, widthOf } from "../columns.ts";
import type { GroupsFlags } from "./options.ts";

const MISSING = "-";

interface Column {
  readonly title: string;
  /** Null where it is the last one, which is not padded. */
  readonly width: number | null;
  readonly cell: (member: GroupMember) => string;
}

/** The table of a group's members, with an empty line before it. */
export function memberLines(
  group: GroupDescription,
  { verbose }: Pick<GroupsFlags, "verbose">,
): string[] {
  const columns = [...identityColumns(group), ...(verbose ? assignmentColumns(group) : [])];
  const widths = columns.map(({ width }) => width ?? 0);
  // Without more columns, Kafka still leaves the blank that would part them from the last.
  const end = verbose ? "" : " ";
  const titles = columns.map(({ title }) => title);
  const cells = (member: GroupMember) => columns.map(({ cell }) => cell(member));
  return ["", ...[titles, ...group.members.map(cells)].map((each) => row(widths, each) + end)];
}

function identityColumns({ groupId, members }: GroupDescription): Column[] {
  const column = (title: string, minimum: number, cell: (member: GroupMember) => string) => ({
    title,
    width: widthOf(minimum, members.map(cell)),
    cell,
  });
  const isStatic = members.some(({ groupInstanceId }) => groupInstanceId !== null);
  return [
    column("GROUP", 15, () => groupId),
    column("CONSUMER-ID", 15, ({ memberId }) => memberId),
    ...(isStatic
      ? [column("GROUP-INSTANCE-ID", 17, ({ groupInstanceId }) => groupInstanceId ?? "")]
      : []),
    column("HOST", 15, ({ clientHost }) => clientHost),
    column("CLIENT-ID", 15, ({ clientId }) => clientId),
    { title: "#PARTITIONS", width: 15, cell: ({ assignment }) => `${assignment.length}` },
  ];
}

function assignmentColumns({ members, targetAssignmentEpoch }: GroupDescription): Column[] {
  const current = ({ assignment }: GroupMember) => assignmentText(assignment);
  const target = ({ targetAssignment }: GroupMember) => assignmentText(targetAssignment);
  // A group is on its way from one protocol to the other while it has members of both.
  const isMixed = [true, false].every((kind) => members.some((each) => each.isUpgraded === kind));
  return [
    { title: "CURRENT-EPOCH", width: 15, cell: ({ memberEpoch }) => `${memberEpoch ?? MISSING}` },
    { title: "CURRENT-ASSIGNMENT", width: widthOf(20, members.map(current)), cell: current },
    { title: "TARGET-EPOCH", width: 15, cell: () => `${targetAssignmentEpoch ?? MISSING}` },
    { title: "TARGET-ASSIGNMENT", width: widthOf(20, members.map(target)), cell: target },
    ...(isMixed
      ? [
          {
            title: "UPGRADED",
            width: null,
            cell: ({ isUpgraded }: GroupMember) => `${isUpgraded ?? MISSING}`,
          },
        ]
      : []),
  ];
}

/** Partitions as in `orders:0,1;payments:3`. */
export function assignmentText(partitions: readonly TopicPartition[]): string {
  if (partitions.length === 0) return MISSING;
  return [...byTopic(partitions)]
    .map(([topic, ofTopic]) => {
      const ids = ofTopic.map(({ partition }) => partition).toSorted((a, b) => a - b);
      return `${topic}:${ids.join(",")}`;
    })
    .toSorted()
    .join(";");
}
