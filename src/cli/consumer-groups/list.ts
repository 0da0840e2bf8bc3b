/** What `consumer-groups --list` prints: ids, and with `--state` or `--type` a table. */
import type { GroupListing } from "../../client/admin/groups.ts";
import { listConsumerGroups } from "../../client/admin/groups.ts";
import type { Cluster } from "../../client/cluster.ts";
import { row, widthOf } from "../columns.ts";
import { UsageError } from "../usage-error.ts";
import type { GroupsFlags } from "./options.ts";

/** The states and the types that there are, as Kafka writes them. */
const STATES = [
  "PreparingRebalance",
  "CompletingRebalance",
  "Stable",
  "Dead",
  "Empty",
  "Assigning",
  "Reconciling",
];
const TYPES = ["Classic", "Consumer"];

/** The lines for all groups that the flags ask for. */
export async function listLines(cluster: Cluster, flags: GroupsFlags): Promise<string[]> {
  const { state, type } = flags;
  if (state === undefined && type === undefined) {
    return (await listConsumerGroups(cluster)).map(({ groupId }) => groupId);
  }
  const filter = {
    states: filterOf(state, STATES, "state"),
    types: filterOf(type, TYPES, "type"),
  };
  return tableLines(await listConsumerGroups(cluster, filter), flags);
}

/** The table of groups with the columns that the flags ask for. */
export function tableLines(groups: readonly GroupListing[], flags: GroupsFlags): string[] {
  const ids = groups.map(({ groupId }) => groupId);
  const widths = [widthOf(15, ids) + 10, 20, 20];
  const cells = (id: string, groupType: string, groupState: string) => [
    id,
    ...(flags.type === undefined ? [] : [groupType]),
    ...(flags.state === undefined ? [] : [groupState]),
  ];
  const typeOf = (text: string) => TYPES.find((type) => type.toLowerCase() === text.toLowerCase());
  return [
    row(widths, cells("GROUP", "TYPE", "STATE")),
    ...groups.map(({ groupId, groupType, groupState }) =>
      row(widths, cells(groupId, typeOf(groupType) ?? "Unknown", groupState || "Unknown")),
    ),
  ];
}

/** The names that a flag lists, in Kafka's spelling whatever theirs is. */
function filterOf(
  value: string | true | undefined,
  known: readonly string[],
  what: string,
): string[] {
  if (value === undefined || value === true) return [];
  return value.split(",").map((text) => {
    const wanted = text.trim().toLowerCase();
    const found = known.find((name) => name.toLowerCase() === wanted);
    if (found !== undefined) return found;
    const list = what === "type" ? "types list" : "state list";
    const valid = `Valid ${what}s are: ${known.join(", ")}`;
    throw new UsageError("consumer-groups", `Invalid ${list} '${value}'. ${valid}`);
  });
}
