/** The brokers of a cluster that answer at the moment. */
import type { Cluster } from "../cluster.ts";

/** Their ids. */
export function liveBrokers(cluster: Cluster): Promise<Set<number>> {
  return cluster.retry("Listing the brokers", async () => {
    const { brokers } = await cluster.metadata([]);
    return new Set(brokers.map(({ nodeId }) => nodeId));
  });
}
