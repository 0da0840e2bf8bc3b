/**
 * One config value, from the string that a client sent to what it means, or to the sentence with
 * which Kafka refuses it. The wording is Kafka's, since people search for it.
 */
import type { ConfigDefinition, ConfigType, ConfigValidator } from "./config-definition.ts";

/** A value as its type reads it. LONG values beyond the safe integers saturate. */
export type ConfigValue = boolean | number | string | readonly string[];

/** What became of a string: its value, or why it is none. */
export type ParsedConfig = { readonly value: ConfigValue } | { readonly invalid: string };

/** What a value is read by. */
type Valued = Pick<ConfigDefinition, "name" | "type" | "validator">;

/** Reads `text` as a value of `config` and checks it. */
export function parseConfigValue(config: Valued, text: string): ParsedConfig {
  const value = typedValue(config.type, text.trim());
  if (value === null) return { invalid: invalidValue(config.name, text, notOfType(config.type)) };
  const invalid = config.validator ? refusal(config.name, value, config.validator) : null;
  return invalid === null ? { value } : { invalid };
}

/** Whatever unit it was set in. */
const NO_RETENTION =
  "requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1";

function typedValue(type: ConfigType, text: string): ConfigValue | null {
  switch (type) {
    case "boolean":
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === "true" : null;
    case "short":
      return integer(text, "32767", "32768");
    case "int":
      return integer(text, "2147483647", "2147483648");
    case "long":
      return integer(text, "9223372036854775807", "9223372036854775808");
    case "double":
      return double(text);
    case "string":
      return text;
    case "list":
      return text === "" ? [] : text.split(/\s*,\s*/);
  }
}

/** Compares digits, not numbers: a LONG is exact where a JavaScript number is not. */
function integer(text: string, max: string, negatedMin: string): number | null {
  const match = /^([+-]?)0*(\d+)$/.exec(text);
  if (!match) return null;
  const digits = match[2]!;
  const bound = match[1] === "-" ? negatedMin : max;
  if (digits.length > bound.length) return null;
  if (digits.length === bound.length && digits > bound) return null;
  const magnitude = Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
  return match[1] === "-" && magnitude > 0 ? -magnitude : magnitude;
}

function double(text: string): number | null {
  if (text === "NaN") return NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

function notOfType(type: ConfigType): string {
  if (type === "boolean") return "Expected value to be either true or false";
  return `Not a number of type ${type.toUpperCase()}`;
}

function refusal(name: string, value: ConfigValue, validator: ConfigValidator): string | null {
  if (validator === "throttledReplicas") return invalidThrottledReplicas(name, listOf(value));
  if (validator === "notEmpty") return empty(name, listOf(value));
  if (validator === "retention") return value === 0 ? NO_RETENTION : null;
  if ("oneOf" in validator) return invalidChoice(name, value, validator);
  if ("atLeast" in validator) {
    const { atLeast } = validator;
    if (Number(value) >= atLeast) return null;
    return `requirement failed: ${name} must be greater than or equal to ${atLeast}`;
  }
  const number = Number(value);
  if ("zero" in validator && number === 0) return validator.zero;
  const { min, max, or } = { max: undefined, or: undefined, ...validator };
  if (number === or) return null;
  const shown = showNumber(value, max === 1);
  if (or !== undefined && max !== undefined) {
    if (number >= min && number <= max) return null;
    return invalidValue(name, shown, `Value must be between ${min} and ${max} or equal to ${or}`);
  }
  if (number < min) return invalidValue(name, shown, `Value must be at least ${min}`);
  if (max !== undefined && number > max) {
    return invalidValue(name, shown, `Value must be no more than ${max}`);
  }
  return null;
}

function invalidChoice(
  name: string,
  value: ConfigValue,
  { oneOf: choices, ignoreCase = false }: { oneOf: readonly string[]; ignoreCase?: boolean },
): string | null {
  for (const text of listOf(value)) {
    const choice = ignoreCase ? text.toUpperCase() : text;
    if (choice === "" && typeof value === "object") {
      return `Configuration '${name}' values must not be empty.`;
    }
    if (choices.includes(choice)) continue;
    const where = ignoreCase ? " (case insensitive)" : "";
    return invalidValue(name, text, `String must be one of${where}: ${choices.join(", ")}`);
  }
  return null;
}

function empty(name: string, values: readonly string[]): string | null {
  if (values.includes("")) return `Configuration '${name}' values must not be empty.`;
  if (values.length > 0) return null;
  return `Configuration '${name}' must not be empty. Valid values include: any non-empty value`;
}

function invalidThrottledReplicas(name: string, replicas: readonly string[]): string | null {
  if (replicas.length === 1 && replicas[0] === "*") return null;
  if (replicas.every((replica) => /^\d+:\d+$/.test(replica))) return null;
  const format = "[partitionId]:[brokerId],[partitionId]:[brokerId],...";
  const why = `${name} must be the literal '*' or a list of replicas in the following format: ${format}`;
  return invalidValue(name, `[${replicas.join(", ")}]`, why);
}

function listOf(value: ConfigValue): readonly string[] {
  return typeof value === "object" ? value : [String(value)];
}

/** As Java prints it: a double has a point, and an exponent when it is large or small. */
function showNumber(value: ConfigValue, isDouble: boolean): string {
  const number = Number(value);
  if (!isDouble || !Number.isFinite(number)) return String(number);
  const size = Math.abs(number);
  const [digits, exponent] =
    size !== 0 && (size < 1e-3 || size >= 1e7)
      ? number.toExponential().replace("+", "").split("e")
      : [String(number)];
  const pointed = digits!.includes(".") ? digits! : `${digits}.0`;
  return exponent === undefined ? pointed : `${pointed}E${exponent}`;
}

function invalidValue(name: string, value: string, why: string): string {
  return `Invalid value ${value} for configuration ${name}: ${why}`;
}
