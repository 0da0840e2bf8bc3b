/** Where clients are told that a broker is. */
import type { Env } from "./env.ts";

/**
 * `ADVERTISED_HOST` or else the host by which the client came; broker n's port is n - 1 above the
 * first.
 */
export function advertisedEndpoint(
  env: Env,
  nodeId: number,
  host: string,
): { host: string; port: number } {
  return { host: env.ADVERTISED_HOST || host, port: Number(env.KAFKA_PORT) + nodeId - 1 };
}
