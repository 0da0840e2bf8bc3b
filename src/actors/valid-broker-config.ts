/**
 * Checks the broker configs while the Worker loads: with one that is not valid it does not start
 * and says which, instead of failing one request after the other. The actors rely on it.
 */
import { env } from "cloudflare:workers";

import { parseBrokerConfig } from "../controller/broker-config.ts";
import { invalidBrokerConfig } from "../log/log-config.ts";
import type { Env } from "./env.ts";

const { BROKER_CONFIG } = env as unknown as Env;
const { values } = parseBrokerConfig(JSON.parse(BROKER_CONFIG) as Record<string, string>);
for (const [name, value] of Object.entries(values)) {
  const invalid = invalidBrokerConfig(name, value);
  if (invalid !== null) throw new Error(invalid);
}
