/** What can have configs, by the codes of the config APIs. */
export const ResourceType = {
  TOPIC: 2,
  BROKER: 4,
  BROKER_LOGGER: 8,
  CLIENT_METRICS: 16,
  GROUP: 32,
} as const;

export interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

/** Whether a broker's name is a number that Kafka reads as its id. */
export function isBrokerId(name: string): boolean {
  return /^[+-]?\d+$/.test(name) && Math.abs(Number(name)) < 2 ** 31;
}

/** Whether it is of one of Kafka's types. */
export function isOfKnownType({ resourceType }: Resource): boolean {
  return Object.values<number>(ResourceType).includes(resourceType);
}

/** Why requests about client metrics and loggers are refused, whatever they ask. */
export function unsupportedResource(resourceType: number): string | null {
  if (resourceType === ResourceType.CLIENT_METRICS) {
    return "Client metrics are not supported by this version of Odradek.";
  }
  return resourceType === ResourceType.BROKER_LOGGER
    ? "The log levels of brokers cannot be described or changed."
    : null;
}
