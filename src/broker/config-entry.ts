/** One config as DescribeConfigs tells it, whatever resource has it. */
import type { ConfigDefinition, ConfigStrings, ConfigType } from "../config/config-definition.ts";
import { parseConfigValue } from "../config/config-value.ts";

/** Where a value comes from, in the codes of DescribeConfigs (KIP-226, KIP-848). */
export const ConfigSource = {
  DYNAMIC_TOPIC_CONFIG: 1,
  DYNAMIC_BROKER_CONFIG: 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 3,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
  DYNAMIC_GROUP_CONFIG: 8,
} as const;

/** KIP-569. */
const TYPE_CODES: Readonly<Record<ConfigType, number>> = {
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
  readonly type: ConfigType;
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

/** Values that come from one place. */
export interface ConfigLayer {
  readonly source: number;
  readonly values: ConfigStrings;
}

/** A value as Kafka shows it once it has read it. */
export function shownValue(config: ConfigDefinition, text: string): string {
  const parsed = parseConfigValue(config, text);
  if (!("value" in parsed)) return text;
  const { value } = parsed;
  if (typeof value === "object") return value.join(",");
  if (typeof value === "boolean") return String(value);
  if (config.type === "double") return asJavaDouble(Number(text));
  return typeof value === "number" ? asWholeNumber(text.trim()) : text.trim();
}

/** A whole number of any size as it is written without a plus and without zeros in front. */
function asWholeNumber(text: string): string {
  return text.replace(/^\+/, "").replace(/^(-?)0+(?=\d)/, "$1");
}

/** Java writes at least one digit behind the point, and an exponent below a thousandth. */
function asJavaDouble(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-3;
  const isLarge = Math.abs(value) >= 1e7;
  const [digits, exponent] = isSmall || isLarge ? value.toExponential().split("e") : [`${value}`];
  const withPoint = digits!.includes(".") ? digits! : `${digits}.0`;
  return exponent === undefined ? withPoint : `${withPoint}E${exponent.replace("+", "")}`;
}
