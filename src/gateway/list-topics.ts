/** `GET /topics`: what runs here, for people and for the page at `/`. */
import { allTopics } from "../broker/all-topics.ts";
import type { Broker } from "../broker/broker.ts";
import { jsonResponse } from "./json-response.ts";

/** The cluster's id, its brokers as this client reaches them, and all topics with their leaders. */
export async function listTopics(broker: Broker, request: Request): Promise<Response> {
  const { clusterId, controller, advertised } = broker.ports;
  const host = hostOf(request);
  const { brokers, topics } = await allTopics(controller);
  const description = {
    clusterId,
    brokers: brokers.map(({ nodeId }) => ({ nodeId, ...advertised(nodeId, host) })),
    topics: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ leader }, partition) => ({ partition, leader })),
    })),
  };
  return jsonResponse(JSON.stringify(description), broker.memory);
}

/** The host by which the client reached us, an IPv6 address without its brackets. */
export function hostOf(request: Request): string {
  return new URL(request.url).hostname.replace(/^\[(.*)\]$/, "$1");
}
