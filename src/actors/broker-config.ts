/**
 * The broker configs that this Worker was started with, read and checked once, while it loads: with
 * one that is not valid it does not start and says which, instead of failing one request after the
 * other.
 */
import { env } from "cloudflare:workers";

import { invalidBrokerConfig } from "../config/config-reader.ts";
import { invalidGroupDefaults } from "../config/group-configs.ts";
import { parseBrokerConfig } from "../controller/broker-config.ts";
import { unknownAssignor } from "../group/group-config.ts";
import type { Env } from "./env.ts";

const { BROKER_CONFIG } = env as unknown as Env;

const values = JSON.parse(BROKER_CONFIG) as Record<string, string>;

for (const [name, value] of Object.entries(values)) refuse(invalidBrokerConfig(name, value));
refuse(invalidGroupDefaults(values));
refuse(unknownAssignor(values));

export const brokerConfig = parseBrokerConfig(values);

function refuse(invalid: string | null): void {
  if (invalid !== null) throw new Error(`Invalid broker config: ${invalid}`);
}
