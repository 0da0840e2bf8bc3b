/** Changes of configs, whatever has them: what there is to change, and what comes of it. */
import type { ConfigStrings } from "../config/config-definition.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type {
  DynamicConfigRecord,
  DynamicConfigsChangedRecord,
  MetadataRecord,
} from "./records.ts";

/** A change of one config. A list's values are appended to it and subtracted from it. */
export type ConfigChange =
  | { readonly operation: "DELETE"; readonly name: string }
  | {
      readonly operation: "SET" | "APPEND" | "SUBTRACT";
      readonly name: string;
      readonly value: string;
    };

/** A resource, named once in a request, and changes that name each config once. */
export interface ResourceToAlter {
  readonly type: "topic" | "broker" | "group";
  readonly name: string;
  readonly changes: readonly ConfigChange[];
  /** Whether configs that are not named return to their defaults, as in AlterConfigs. */
  readonly replacesAll: boolean;
}

/** Why a change is not made. */
export interface Refusal {
  readonly error: ErrorName;
  readonly message: string;
}

export function refuse(error: ErrorName, message: string): Refusal {
  return { error, message };
}

/** The list that a change appends to where none was set, or why there is none. */
export type ListDefault = (
  operation: "APPEND" | "SUBTRACT",
  name: string,
) => { readonly list: string } | Refusal;

/** The configs of a resource once it is changed, or why one of the changes makes no sense. */
export function changedConfigs(
  before: ConfigStrings,
  { changes, replacesAll }: ResourceToAlter,
  listDefault: ListDefault,
): { readonly configs: ConfigStrings } | Refusal {
  const configs = new Map(replacesAll ? [] : Object.entries(before));
  for (const change of changes) {
    const { name, operation } = change;
    if (operation === "DELETE") {
      configs.delete(name);
      continue;
    }
    if (operation === "SET") {
      configs.set(name, change.value);
      continue;
    }
    const fallback = listDefault(operation, name);
    if ("error" in fallback) return fallback;
    const values = partsOf(configs.get(name) ?? fallback.list).filter((part) => part !== "");
    for (const part of partsOf(change.value)) {
      const index = values.indexOf(part);
      if (operation === "APPEND" && index === -1) values.push(part);
      if (operation === "SUBTRACT" && index !== -1) values.splice(index, 1);
    }
    configs.set(name, values.join(","));
  }
  return { configs: Object.fromEntries(configs) };
}

/** A list's values without the empty ones at its end; an empty list is one empty value. */
function partsOf(list: string): string[] {
  return list === "" ? [""] : list.replace(/,+$/, "").split(",");
}

/** For resources whose lists are those of these definitions, in Kafka's words. */
export function listsOf(
  find: (name: string) => { readonly type: string; readonly default: string | null } | undefined,
): ListDefault {
  return (operation, name) => {
    const known = find(name);
    // A list that was never set begins with Kafka's own default, whatever the broker's is.
    if (known?.type === "list") return { list: known.default ?? "" };
    const why = `Can't ${operation} to key ${name} because its type is not LIST.`;
    return refuse("INVALID_CONFIG", why);
  };
}

/** The longest value in UTF-16 units, as Kafka counts them. */
const MAX_VALUE_LENGTH = 32_767;

/** Whether one of the values is too long to be stored. */
export function tooLong(configs: ConfigStrings): Refusal | null {
  if (Object.values(configs).every((value) => value.length <= MAX_VALUE_LENGTH)) return null;
  const why = `The configuration value cannot be added because it exceeds the maximum value size of ${MAX_VALUE_LENGTH} bytes.`;
  return refuse("INVALID_CONFIG", why);
}

/** What is different afterwards; null is a config that is not set any more. */
export function differences(
  before: ConfigStrings,
  after: ConfigStrings,
): { readonly name: string; readonly value: string | null }[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const value = after[name] ?? null;
    return value === (before[name] ?? null) ? [] : [{ name, value }];
  });
}

/** The records of configs that are set while the cluster runs; none where nothing has changed. */
export function dynamicConfigRecords(
  owner: Pick<DynamicConfigRecord, "resourceType" | "resource">,
  changed: ReturnType<typeof differences>,
  acts: Pick<DynamicConfigsChangedRecord, "actsByTheClock" | "isOfGroups">,
): MetadataRecord[] {
  if (changed.length === 0) return [];
  return [
    ...changed.map((each): MetadataRecord => ({ type: "DynamicConfig", ...owner, ...each })),
    { type: "DynamicConfigsChanged", ...owner, ...acts },
  ];
}
