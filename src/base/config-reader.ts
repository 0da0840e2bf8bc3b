/**
 * Reads Kafka's broker configs from text. What is not valid is an error in Kafka's own words, since
 * people search for them.
 */
export class ConfigReader {
  readonly #values: Readonly<Record<string, string>>;

  constructor(values: Readonly<Record<string, string>>) {
    this.#values = values;
  }

  bool(name: string, fallback: boolean): boolean {
    return this.choice(name, fallback ? "true" : "false", ["true", "false"]) === "true";
  }

  int(name: string, fallback: number, minimum = 0): number {
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
    const value = this.#values[name];
    return value === undefined ? fallback : value.split(",").map((item) => item.trim());
  }

  /** One of several words, in whichever case. */
  choice<const Choice extends string>(
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
}

function invalid(name: string, value: string, why: string): Error {
  return new Error(`Invalid value ${value} for configuration ${name}: ${why}`);
}
