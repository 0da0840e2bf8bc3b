/**
 * By which id the controller goes where Kafka tells of one. It is no broker, and any broker speaks
 * for it; so that all tell the same, it has the id of the first.
 */
import type { Broker } from "./broker.ts";

/** Asks the controller itself: who is told of it is told that it is there. */
export async function controllerId({ ports }: Broker): Promise<number> {
  const { brokers } = await ports.controller.describeCluster({});
  return brokers[0]!.nodeId;
}
