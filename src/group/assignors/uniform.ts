/**
 * Kafka's uniform assignor, and its default: all members have equally many partitions, or one more
 * or less, and as few partitions as possible move. Balance comes before stickiness. Racks are of no
 * account, as in Kafka.
 */
import type { Assignor } from "./assignor.ts";
import { assignHeterogeneousGroup } from "./uniform-heterogeneous.ts";
import { assignHomogeneousGroup } from "./uniform-homogeneous.ts";

export const uniformAssignor: Assignor = {
  name: "uniform",
  assign: (spec) =>
    spec.subscriptionType === "HOMOGENEOUS"
      ? assignHomogeneousGroup(spec)
      : assignHeterogeneousGroup(spec),
};
