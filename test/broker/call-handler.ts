/** What a client gets for a request, by way of a handler and of the wire's formats. */
import { concatBytes } from "../../src/base/concat-bytes.ts";
import type { Broker } from "../../src/broker/broker.ts";
import type { Handler, RequestContext } from "../../src/broker/handler.ts";
import type { Api, RequestInput, RequestOf, ResponseOf } from "../../src/protocol/api.ts";
import {
  decodeRequestHeader,
  decodeResponseFrame,
  encodeRequestFrame,
  encodeResponseFrame,
} from "../../src/protocol/frame.ts";
import { requestContext } from "./request-context.ts";

export async function callHandler<A extends Api>(
  broker: Broker,
  handler: Handler<A>,
  apiVersion: number,
  request: RequestInput<A>,
  given: Partial<RequestContext> = {},
): Promise<ResponseOf<A>> {
  const { api } = handler;
  const header = { apiVersion, correlationId: 1, clientId: "client" };
  const context = requestContext(broker, apiVersion, { clientId: header.clientId, ...given });
  const frame = concatBytes(encodeRequestFrame(api, header, request)).slice(4);
  const { reader } = decodeRequestHeader(frame, api);
  const decoded = api.decodeRequest(reader, apiVersion) as RequestOf<A>;
  const response = await handler.handle(decoded, context);
  const answer = concatBytes(encodeResponseFrame(api, header, response!)).slice(4);
  return decodeResponseFrame(api, apiVersion, answer).response;
}
