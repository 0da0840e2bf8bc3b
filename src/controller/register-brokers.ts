/**
 * The brokers of a cluster are configured by their number: ids 1 to n, each a place for replicas.
 */
import type { ClusterImage } from "./image.ts";
import type { Step } from "./step.ts";

/** Registers the brokers that are configured and not known yet. */
export function registerBrokers(image: ClusterImage, count: number): Step<void> {
  const known = new Set(image.brokers().map((broker) => broker.nodeId));
  const nodeIds = Array.from({ length: count }, (_, index) => index + 1);
  const records = nodeIds
    .filter((nodeId) => !known.has(nodeId))
    .map((nodeId) => ({ type: "RegisterBroker", nodeId, rack: null }) as const);
  return { records, response: undefined, effects: [] };
}
