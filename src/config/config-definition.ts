/** What is known of a config before anybody has set it, whatever resource has it. */

/** The types that Kafka gives configs. A LIST is written with commas. */
export type ConfigType = "boolean" | "short" | "int" | "long" | "double" | "string" | "list";

/** What a value may be, beyond its type. */
export type ConfigValidator =
  | { readonly min: number; readonly max?: number; readonly or?: number }
  /** The words with which a zero is refused: it would keep everybody out. */
  | { readonly min: number; readonly zero: string }
  | { readonly oneOf: readonly string[]; readonly ignoreCase?: true }
  /** What Kafka checks once it has read all configs, with other words for the same. */
  | { readonly atLeast: number }
  | "notEmpty"
  | "retention"
  | "throttledReplicas";

export interface ConfigDefinition {
  readonly name: string;
  readonly type: ConfigType;
  /** As DescribeConfigs shows it; null where nothing is set. */
  readonly default: string | null;
  readonly validator?: ConfigValidator | undefined;
  /** One sentence, for clients that ask DescribeConfigs for documentation (KIP-569). */
  readonly doc: string;
}

/** A broker config that sets a topic config's default. */
export interface ConfigSynonym {
  readonly name: string;
  /** Its unit, in that of the topic's. A negative value is no limit in every unit. */
  readonly times?: number;
  /** The topic config's, unless said. */
  readonly type?: ConfigType;
  readonly validator?: ConfigValidator;
}

export interface TopicConfig extends ConfigDefinition {
  /** In order of precedence: the first one that is set on the broker counts. */
  readonly synonyms: readonly ConfigSynonym[];
  /** Internal configs are accepted, never listed. */
  readonly internal?: true;
  /**
   * Whether logs act on it when its time comes, and not only when they are called: replicas that
   * are asleep have to be told of a change.
   */
  readonly actsByTheClock?: true;
}

/** Config values as they came, by name. */
export type ConfigStrings = Readonly<Record<string, string>>;
