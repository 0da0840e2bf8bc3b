/**
 * Asks whether a Kafka broker answers, with the one request that every broker answers to anybody:
 * ApiVersions v0, as raw bytes, so that no client's opinion comes in between.
 */
import { connect } from "node:net";

const CORRELATION_ID = 0x0dda_dec0;

// Length 10, api key 18, version 0, correlation id, null client id.
const REQUEST = Buffer.from("0000000a001200000ddadec0ffff", "hex");

/** Whether the broker at this address answers ApiVersions within `timeoutMs`. */
export function answersApiVersions(host: string, port: number, timeoutMs = 1000): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  let response = Buffer.alloc(0);
  socket.setTimeout(timeoutMs, () => socket.destroy());
  socket.on("connect", () => socket.write(REQUEST));
  socket.on("data", (chunk: Buffer) => {
    response = Buffer.concat([response, chunk]);
    // Length, correlation id and error code are enough to know that a broker speaks.
    if (response.length < 10) return;
    resolve(response.readInt32BE(4) === CORRELATION_ID && response.readInt16BE(8) === 0);
    socket.destroy();
  });
  socket.on("error", () => {});
  socket.on("close", () => resolve(false));
  return promise;
}
