/** A Kafka client on a WebSocket to a gateway, for one request at a time. */
import { env } from "cloudflare:workers";

import { gatewayName } from "../../src/actors/names.ts";
import { gatewayStub } from "../../src/actors/stubs.ts";
import { concatBytes } from "../../src/base/concat-bytes.ts";
import type { Api, RequestInput, ResponseOf } from "../../src/protocol/api.ts";
import { decodeResponseFrame, encodeRequestFrame } from "../../src/protocol/frame.ts";

const SIZE_BYTES = 4;

export class KafkaSocket {
  readonly #socket: WebSocket;
  #correlationId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Connects to the gateway of a broker. */
  static async open(nodeId: number): Promise<KafkaSocket> {
    const gateway = gatewayStub(env, gatewayName(env.CLUSTER_ID, nodeId));
    const headers = { Upgrade: "websocket" };
    const { webSocket, status } = await gateway.fetch("http://localhost/kafka", { headers });
    if (!webSocket) throw new Error(`The gateway answered ${status} and no WebSocket.`);
    webSocket.binaryType = "arraybuffer";
    webSocket.accept();
    return new KafkaSocket(webSocket);
  }

  /** Sends a request and returns its response. */
  async call<A extends Api>(
    api: A,
    apiVersion: number,
    request: RequestInput<A>,
  ): Promise<ResponseOf<A>> {
    const header = { apiVersion, correlationId: ++this.#correlationId, clientId: "test" };
    const answered = Promise.withResolvers<ArrayBuffer>();
    const on = { once: true };
    this.#socket.addEventListener("message", ({ data }) => answered.resolve(data), on);
    this.#socket.addEventListener("close", ({ reason }) => answered.reject(new Error(reason)), on);
    this.#socket.send(concatBytes(encodeRequestFrame(api, header, request)));
    const frame = new Uint8Array(await answered.promise, SIZE_BYTES);
    return decodeResponseFrame(api, apiVersion, frame).response;
  }

  close(): void {
    this.#socket.close();
  }
}
