/** Asks of configs and changes them, as cases do that are about configs. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { describeConfigs } from "../../src/protocol/messages/32-describe-configs.ts";
import { incrementalAlterConfigs } from "../../src/protocol/messages/44-incremental-alter-configs.ts";
import type { Wire } from "./wire.ts";

/** What has configs, and a type that nothing has. */
export const [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP, NOTHING] = [
  2, 4, 8, 16, 32, 3,
] as const;
/** The operations of IncrementalAlterConfigs. */
export const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3] as const;
const [SETTLING_MS, RETRY_MS] = [15_000, 10];

interface Asked {
  readonly keys?: string[] | null;
  readonly version?: number;
  readonly includeSynonyms?: boolean;
  readonly includeDocumentation?: boolean;
}

/** What is said of one resource, with its configs by name. */
export async function describe(
  wire: Wire,
  resourceType: number,
  resourceName: string,
  { keys = null, version = 4, ...details }: Asked = {},
) {
  const resources = [{ resourceType, resourceName, configurationKeys: keys }];
  const { results } = await wire.call(describeConfigs, version, { resources, ...details });
  expect(results).toMatchObject([{ resourceType, resourceName }]);
  const { errorCode, errorMessage, configs } = results[0]!;
  const byName = Object.fromEntries(configs.map(({ name, ...config }) => [name, config]));
  return { error: errorName(errorCode), errorMessage, names: Object.keys(byName), byName };
}

export type Change = [name: string, configOperation: number, value: string | null];

export function resource(resourceType: number, resourceName: string, ...changes: Change[]) {
  const configs = changes.map(([name, configOperation, value]) => ({
    name,
    configOperation,
    value,
  }));
  return { resourceType, resourceName, configs };
}

/** What a change is answered that is made. */
export const OK = ["NONE", null];

export async function alter(
  wire: Wire,
  resources: ReturnType<typeof resource>[],
  { version = 1, validateOnly = false } = {},
) {
  const request = { resources, validateOnly };
  const { responses } = await wire.call(incrementalAlterConfigs, version, request);
  expect(responses).toMatchObject(
    resources.map(({ resourceType, resourceName }) => ({ resourceType, resourceName })),
  );
  return responses.map(({ errorCode, errorMessage }) => [errorName(errorCode), errorMessage]);
}

/** Repeats a question until it has this answer: not all brokers hear of a change at once. */
export async function until<Answer>(ask: () => Promise<Answer>, expected: Answer): Promise<void> {
  const deadline = Date.now() + SETTLING_MS;
  for (;;) {
    const answer = await ask();
    if (JSON.stringify(answer) === JSON.stringify(expected)) return;
    if (Date.now() > deadline) return expect(answer).toEqual(expected);
    await sleep(RETRY_MS);
  }
}
