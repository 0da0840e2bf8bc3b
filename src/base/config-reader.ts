/**
 * Reads Kafka's broker configs from text. What is not valid is an error in Kafka's own words, since
 * people search for them.
 */

/** A config that somebody acts on, with its type and its default as Kafka writes them. */
export interface KnownConfig {
  readonly name: string;
  readonly type: "boolean" | "short" | "int" | "long" | "string" | "list";
  readonly default: string;
}

export class ConfigReader {
  /** All that was read so far, each with its default: what DescribeConfigs lists of a broker. */
  readonly known: KnownConfig[] = [];
  readonly #values: Readonly<Record<string, string>>;

  constructor(values: Readonly<Record<string, string>>) {
    this.#values = values;
  }

  bool(name: string, fallback: boolean): boolean {
    const choices = ["true", "false"] as const;
    this.#note(name, "boolean", String(fallback));
    return this.#choose(name, fallback ? "true" : "false", choices) === "true";
  }

  short(name: string, fallback: number, minimum = 0): number {
    this.#note(name, "short", String(fallback));
    return this.#number(name, fallback, minimum);
  }

  int(name: string, fallback: number, minimum = 0): number {
    this.#note(name, "int", String(fallback));
    return this.#number(name, fallback, minimum);
  }

  long(name: string, fallback: number, minimum = 0): number {
    this.#note(name, "long", String(fallback));
    return this.#number(name, fallback, minimum);
  }

  #number(name: string, fallback: number, minimum: number): number {
    const value = this.#values[name];
    if (value === undefined) return fallback;
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) {
      throw invalid(name, value, "not a number of type INT");
    }
    if (number < minimum) throw invalid(name, value, `Value must be at least ${minimum}`);
    return number;
  }

  /** Names that are joined by commas. */
  list(name: string, fallback: readonly string[]): readonly string[] {
    this.#note(name, "list", fallback.join(","));
    const value = this.#values[name];
    return value === undefined ? fallback : value.split(",").map((item) => item.trim());
  }

  /** One of several words, in whichever case. */
  choice<const Choice extends string>(
    name: string,
    fallback: NoInfer<Choice>,
    choices: readonly Choice[],
  ): Choice {
    // Kafka takes words in any case, and shows its defaults in lower case.
    this.#note(name, "string", fallback.toLowerCase());
    return this.#choose(name, fallback, choices);
  }

  #choose<Choice extends string>(
    name: string,
    fallback: NoInfer<Choice>,
    choices: readonly Choice[],
  ): Choice {
    const value = this.#values[name];
    if (value === undefined) return fallback;
    const chosen = choices.find((choice) => choice.toLowerCase() === value.toLowerCase());
    if (chosen !== undefined) return chosen;
    throw invalid(name, value, `must be one of: ${choices.join(", ")}`);
  }

  #note(name: string, type: KnownConfig["type"], fallback: string): void {
    this.known.push({ name, type, default: fallback });
  }
}

function invalid(name: string, value: string, why: string): Error {
  return new Error(`Invalid value ${value} for configuration ${name}: ${why}`);
}
