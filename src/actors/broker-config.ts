/**
 * The broker configs of this Worker, read and checked once, while it loads: with one that is not
 * valid it does not start and says which, instead of failing one request after the other.
 */
import { env } from "cloudflare:workers";

import { parseBrokerConfig } from "../controller/broker-config.ts";
import { parseGroupConfig } from "../group/group-config.ts";
import { invalidBrokerConfig } from "../log/log-config.ts";
import type { Env } from "./env.ts";

const { BROKER_CONFIG } = env as unknown as Env;

export const brokerConfig = parseBrokerConfig(JSON.parse(BROKER_CONFIG) as Record<string, string>);

/** What of it groups act on. */
export const groupConfig = parseGroupConfig(brokerConfig.values);

for (const [name, value] of Object.entries(brokerConfig.values)) {
  const invalid = invalidBrokerConfig(name, value);
  if (invalid !== null) throw new Error(invalid);
}
