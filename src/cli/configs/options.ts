/** The flags of `odradek configs`: what has configs, and how they are to change. */
import type { ConfigChange } from "../../client/admin/configs.ts";
import { CommandError } from "../command-error.ts";
import type { ConnectFlags } from "../kafka-tool.ts";
import type { Properties } from "../properties.ts";
import { readPropertiesFile } from "../properties.ts";

export interface ConfigsFlags extends ConnectFlags {
  readonly alter?: true;
  readonly describe?: true;
  readonly all?: true;
  readonly entityType?: readonly string[];
  /** The names of `--entity-name`, and an empty one for `--entity-default`. */
  readonly entityName?: readonly string[];
  readonly addConfig?: string;
  readonly addConfigFile?: string;
  readonly deleteConfig?: readonly string[];
  readonly topic?: string;
  readonly broker?: string;
  readonly brokerDefaults?: true;
  readonly brokerLogger?: string;
  readonly clientMetrics?: string;
  readonly group?: string;
}

/** What the flags are about: a type, and a name if they give one; it is empty for the defaults. */
export interface Entity {
  readonly type: EntityType;
  readonly name: string | null;
}

export const ENTITY_TYPES = [
  "topics",
  "brokers",
  "broker-loggers",
  "client-metrics",
  "groups",
] as const;

export type EntityType = (typeof ENTITY_TYPES)[number];

/** Types that Kafka's tool knows beside these: they have quotas and credentials, not configs. */
const QUOTA_TYPES: readonly string[] = ["users", "clients", "ips"];

/** Flags that name a type and an entity at once. */
const SHORT_FLAGS = [
  ["topic", "topics"],
  ["broker", "brokers"],
  ["brokerLogger", "broker-loggers"],
  ["clientMetrics", "client-metrics"],
  ["group", "groups"],
] as const;

/** The entity that the flags are about. Throws when they are about none, or about several. */
export function entityOf(flags: ConfigsFlags): Entity {
  if ((flags.alter === undefined) === (flags.describe === undefined)) {
    throw new CommandError("Command must include exactly one action: --describe, --alter");
  }
  const short: Entity[] = SHORT_FLAGS.flatMap(([flag, type]) => {
    const name = flags[flag];
    return name === undefined ? [] : [{ type, name }];
  });
  if (flags.brokerDefaults) short.push({ type: "brokers", name: "" });
  const { entityType = [], entityName = [] } = flags;
  const types = [...entityType.map(checkedType), ...short.map(({ type }) => type)];
  if (types.length === 0) throw new CommandError("At least one entity type must be specified");
  if (short.length > 0 && entityName.length > 0) {
    throw new CommandError(
      "--entity-{type,name,default} should not be used in conjunction with specific entity flags",
    );
  }
  if (new Set(types).size < types.length) {
    throw new CommandError(`Duplicate entity type(s) specified: ${types[0]}`);
  }
  if (types.length > 1) {
    throw new CommandError("Only 'users' and 'clients' entity types may be specified together");
  }
  const name = short[0]?.name ?? entityName[0] ?? null;
  checkName(flags, types[0]!, name);
  return { type: types[0]!, name };
}

function checkedType(text: string): EntityType {
  const type = ENTITY_TYPES.find((each) => each === text);
  if (type !== undefined) return type;
  if (QUOTA_TYPES.includes(text)) {
    throw new CommandError(`Quotas and credentials of ${text} are not supported by this command.`);
  }
  const possible = ENTITY_TYPES.join(", ");
  throw new CommandError(
    `Invalid entity type ${text}, the entity type must be one of ${possible} with a \
--bootstrap-server argument`,
  );
}

function checkName(flags: ConfigsFlags, type: EntityType, name: string | null): void {
  const isBroker = type === "brokers" || type === "broker-loggers";
  if (isBroker && name && !/^\d+$/.test(name)) {
    throw new CommandError(
      `The entity name for ${type} must be a valid integer broker id, but it is: ${name}`,
    );
  }
  if (flags.describe) {
    if (name === "" && type !== "brokers") {
      throw new CommandError(`--entity-default must not be specified with --describe of ${type}`);
    }
    if (!name && type === "broker-loggers") {
      throw new CommandError(`An entity name must be specified with --describe of ${type}`);
    }
    return;
  }
  const isNamed = type === "brokers" ? name !== null : Boolean(name);
  if (!isNamed) throw new CommandError(`An entity name must be specified with --alter of ${type}`);
}

/** The changes that `--alter` asks for: deletions first. */
export function configChanges(flags: ConfigsFlags): ConfigChange[] {
  const { addConfig, addConfigFile, deleteConfig } = flags;
  if (addConfig !== undefined && addConfigFile !== undefined) {
    throw new CommandError("Only one of --add-config or --add-config-file must be specified");
  }
  if (addConfig === undefined && addConfigFile === undefined && deleteConfig === undefined) {
    throw new CommandError(
      "At least one of --add-config, --add-config-file, or --delete-config must be specified \
with --alter",
    );
  }
  const added =
    addConfigFile === undefined ? parseAddConfig(addConfig) : readPropertiesFile(addConfigFile);
  for (const name of added.keys()) {
    if (!/^[$a-zA-Z0-9._-]*$/.test(name)) {
      throw new CommandError(`Invalid character found for config key: ${name}`);
    }
  }
  return [
    ...(deleteConfig ?? []).map((name) => ({ name: name.trim(), value: null })),
    ...[...added].map(([name, value]) => ({ name, value })),
  ];
}

/** `k1=v1,k2=[v1,v2]`: brackets group a value that has commas. */
export function parseAddConfig(text = ""): Properties {
  if (text === "") return new Map();
  const pairs = text
    .split(/,(?=[^\]]*(?:\[|$))/)
    .map((pair) => pair.split(/\s*=\s*(?=[^\]]*(?:\[|$))/));
  if (pairs.some((pair) => pair.length !== 2)) {
    throw new CommandError(
      'requirement failed: Invalid entity config: all configs to be added must be in the format \
"key=val" or  "key=[val1,val2]" to group values which contain commas.',
    );
  }
  return new Map(pairs.map(([name, value]) => [name!.trim(), value!.replace(/[[\]]/g, "").trim()]));
}
