/** One config as DescribeConfigs tells it, whatever resource has it. */
import type { ConfigStrings } from "../log/log-config.ts";
import type { ConfigType } from "../log/topic-configs.ts";

/** Where a value comes from, in the codes of DescribeConfigs (KIP-226). */
export const ConfigSource = {
  DYNAMIC_TOPIC_CONFIG: 1,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
} as const;

/** KIP-569. */
const TYPE_CODES: Readonly<Record<ConfigEntry["type"], number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
};

export interface SynonymValue {
  readonly name: string;
  readonly value: string;
  readonly source: number;
}

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly type: ConfigType | "short";
  readonly readOnly: boolean;
  /** What the value is, and what it would be without; the first one counts. */
  readonly synonyms: readonly SynonymValue[];
  readonly doc: string;
}

/** What of an entry a request wants to know besides its value. */
export interface EntryDetails {
  readonly includeSynonyms: boolean;
  readonly includeDocumentation: boolean;
}

/** The entry in the words of the protocol. */
export function answeredEntry(entry: ConfigEntry, details: EntryDetails) {
  const { name, value, type, readOnly, synonyms, doc } = entry;
  return {
    name,
    value,
    readOnly,
    configSource: synonyms[0]?.source ?? ConfigSource.DEFAULT_CONFIG,
    isSensitive: false,
    synonyms: details.includeSynonyms ? synonyms : [],
    configType: TYPE_CODES[type],
    documentation: details.includeDocumentation ? doc : null,
  };
}

/** A broker config, and its default as Kafka writes it. */
export interface NamedDefault {
  readonly name: string;
  readonly default: string | null;
}

/**
 * The values among broker configs that stand for each other, given ones before defaults. As in
 * Kafka, those that come before the first config's own are left out: a default in hours alone is
 * the synonym of no config in ms.
 */
export function synonymValues(
  synonyms: readonly NamedDefault[],
  broker: ConfigStrings,
): SynonymValue[] {
  const { STATIC_BROKER_CONFIG, DEFAULT_CONFIG } = ConfigSource;
  const given = synonyms.map(({ name }) => [name, broker[name], STATIC_BROKER_CONFIG] as const);
  const defaults = synonyms.map((each) => [each.name, each.default, DEFAULT_CONFIG] as const);
  const values = [...given, ...defaults].flatMap(([name, value, source]) =>
    typeof value === "string" ? [{ name, value, source }] : [],
  );
  const first = values.findIndex(({ name }) => name === synonyms[0]?.name);
  return first === -1 ? [] : values.slice(first);
}
