/** How a handler is called for a client. */
import type { Broker } from "../../src/broker/broker.ts";
import type { RequestContext } from "../../src/broker/handler.ts";
import { openConnection } from "./fetch-requests.ts";

/** A request of a client that stays and has its answer in the next turn. */
export function requestContext(
  broker: Broker,
  apiVersion: number,
  given: Partial<RequestContext> = {},
): RequestContext {
  return {
    broker,
    connection: openConnection(),
    apiVersion,
    clientId: null,
    begun: () => {},
    afterwards: (work) => void broker.ports.timers.after(0, work),
    ...given,
  };
}
