/** The flags of `odradek console-consumer`, and what they mean when they come together. */
import { OffsetSpec } from "../../client/admin/list-offsets.ts";
import type { ConnectFlags } from "../kafka-tool.ts";
import { commandConfig } from "../kafka-tool.ts";
import type { Properties } from "../properties.ts";
import { keyValues, merged, readPropertiesFile } from "../properties.ts";
import { UsageError } from "../usage-error.ts";

export interface ConsumerFlags extends ConnectFlags {
  readonly topic?: string;
  readonly include?: string;
  readonly partition?: number;
  readonly offset?: string;
  readonly fromBeginning?: true;
  readonly group?: string;
  readonly maxMessages?: number;
  readonly timeoutMs?: number;
  readonly isolationLevel?: string;
  readonly skipMessageOnError?: true;
  readonly formatter: string;
  readonly formatterProperty?: readonly string[];
  readonly formatterConfig?: string;
  readonly property?: readonly string[];
  readonly keyDeserializer?: string;
  readonly valueDeserializer?: string;
  readonly commandProperty?: readonly string[];
  readonly consumerProperty?: readonly string[];
  readonly "consumer.config"?: string;
  readonly enableSystestEvents?: true;
}

/** Says what is wrong with the flags as a whole, or returns null. */
export function invalidConsumerFlags(flags: ConsumerFlags): string | null {
  if ((flags.topic === undefined) === (flags.include === undefined)) {
    return "Exactly one of the following arguments is required: [topic], [include]";
  }
  if (flags.partition !== undefined) {
    if (flags.topic === undefined) return "The topic is required when partition is specified.";
    if (flags.fromBeginning && flags.offset !== undefined) {
      return "Options from-beginning and offset cannot be specified together.";
    }
  } else if (flags.offset !== undefined) {
    return "The partition is required when offset is specified.";
  }
  for (const [old, current] of [
    ["consumer-property", "command-property"],
    ["consumer.config", "command-config"],
    ["property", "formatter-property"],
  ] as const) {
    if (given(flags, old) && given(flags, current)) {
      return `Options --${old} and --${current} cannot be specified together.`;
    }
  }
  return null;
}

/** What to tell somebody who uses a flag that Kafka is about to give up, in Kafka's words. */
export function deprecations(flags: ConsumerFlags): string[] {
  return (
    [
      ["consumer-property", "command-property"],
      ["consumer.config", "command-config"],
      ["property", "formatter-property"],
    ] as const
  )
    .filter(([old]) => given(flags, old))
    .map(
      ([old, current]) =>
        `Option --${old} is deprecated and will be removed in a future version. \
Use --${current} instead.`,
    );
}

/**
 * The configs of the consumer, from files and flags; the group's id is among them if it has one.
 */
export function consumerProperties(flags: ConsumerFlags): Properties {
  const file = commandConfig({ ...flags, ...commandConfigOf(flags) });
  const pairs = keyValues(flags.commandProperty ?? flags.consumerProperty ?? []);
  const properties = merged(file, pairs);
  const groupIds = new Set(
    [flags.group, file.get("group.id"), pairs.get("group.id")].filter((id) => id !== undefined),
  );
  if (groupIds.size > 1) {
    const ids = [...groupIds].map((id) => `'${id}'`).join(", ");
    refuse(`The group ids provided in different places (directly using '--group', via \
'--consumer-property', or via '--consumer.config') do not match. Detected group ids: ${ids}`);
  }
  if (groupIds.size > 0 && flags.partition !== undefined) {
    refuse("Options group and partition cannot be specified together.");
  }
  for (const groupId of groupIds) properties.set("group.id", groupId);
  const reset = properties.get("auto.offset.reset");
  if (flags.fromBeginning && reset !== undefined && reset !== "earliest") {
    refuse(`Can't simultaneously specify --from-beginning and 'auto.offset.reset=${reset}', \
please remove one option`);
  }
  properties.set("auto.offset.reset", reset ?? (flags.fromBeginning ? "earliest" : "latest"));
  if (flags.isolationLevel !== undefined) properties.set("isolation.level", flags.isolationLevel);
  if (!properties.has("client.id")) properties.set("client.id", "console-consumer");
  return properties;
}

/** What the formatter is told. */
export function formatterProperties(flags: ConsumerFlags): Properties {
  const { formatterConfig, keyDeserializer, valueDeserializer } = flags;
  const file = formatterConfig === undefined ? new Map() : readPropertiesFile(formatterConfig);
  const named = new Map<string, string>();
  if (keyDeserializer) named.set("key.deserializer", keyDeserializer);
  if (valueDeserializer) named.set("value.deserializer", valueDeserializer);
  return merged(file, named, keyValues(flags.formatterProperty ?? flags.property ?? []));
}

/** The offset, or the OffsetSpec, at which `--partition` is read from. */
export function startOffset({ offset, fromBeginning }: ConsumerFlags): number {
  if (offset === undefined) return fromBeginning ? OffsetSpec.EARLIEST : OffsetSpec.LATEST;
  if (offset.toLowerCase() === "earliest") return OffsetSpec.EARLIEST;
  if (offset.toLowerCase() === "latest") return OffsetSpec.LATEST;
  if (/^\d+$/.test(offset) && Number.isSafeInteger(Number(offset))) return Number(offset);
  return refuse(`The provided offset value '${offset}' is incorrect. Valid values are \
'earliest', 'latest', or a non-negative long.`);
}

function commandConfigOf(flags: ConsumerFlags): ConnectFlags {
  const file = flags.commandConfig ?? flags["consumer.config"];
  return file === undefined ? {} : { commandConfig: file };
}

function given(flags: ConsumerFlags, name: string): boolean {
  const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return flags[camel as keyof ConsumerFlags] !== undefined;
}

function refuse(message: string): never {
  throw new UsageError("console-consumer", message);
}
