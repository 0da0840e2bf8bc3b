/** What a WebSocket that is closed leaves behind, against a socket of which nobody reads. */
import { describe, expect, test } from "vitest";

import { writeInt32 } from "../../src/base/big-endian.ts";
import { KafkaWebSocket } from "../../src/gateway/kafka-websocket.ts";
import { smallCluster } from "../broker/small-cluster.ts";

const OPEN = 1;
const CLOSING = 2;
const UNREAD_BYTES = 50_000_000;

async function connected() {
  const { broker, world } = await smallCluster(1);
  const codes: number[] = [];
  const socket = {
    readyState: OPEN,
    bufferedAmount: UNREAD_BYTES,
    close(code: number) {
      codes.push(code);
      socket.readyState = CLOSING;
    },
  };
  const hosts = { host: "here", clientHost: "/there" };
  const kafka = new KafkaWebSocket(socket as unknown as WebSocket, broker, hosts);
  return { world, kafka, codes, memory: broker.memory };
}

/** Some bytes of a frame that claims more. */
function beginning(claimed: number, bytes: number): ArrayBuffer {
  const message = new Uint8Array(bytes);
  writeInt32(message, 0, claimed);
  return message.buffer;
}

describe("a Kafka WebSocket leaves unread bytes, which count until its client has left,", () => {
  test("[BRK63] when it has to give up what it holds", async () => {
    const { world, kafka, codes, memory } = await connected();
    await kafka.message(beginning(90_000_000, 2_000_000));
    memory.frames.hold(memory.frames.free, () => {});
    await world.runFor(15_000);
    expect([codes, memory.answers.used]).toEqual([[1008], UNREAD_BYTES]);
    kafka.closed();
    expect(memory.answers.used).toBe(0);
  });

  test.each([
    ["it sends text", "hello", 1003],
    ["there is no room for what it brings", beginning(90_000_000, 2_000_000), 1013],
    ["it claims what cannot be", beginning(-1, 4), 1008],
  ])("[BRK63] when %s", async (_, message, code) => {
    const { kafka, codes, memory } = await connected();
    memory.frames.hold(memory.frames.free, () => {});
    await kafka.message(message);
    expect([codes, memory.answers.used]).toEqual([[code], UNREAD_BYTES]);
    kafka.closed();
    expect(memory.answers.used).toBe(0);
  });

  test("[BRK63] when a frame takes too long to arrive", async () => {
    const { world, kafka, codes, memory } = await connected();
    await kafka.message(beginning(100, 50));
    await world.runFor(61_000);
    expect([codes, memory.answers.used]).toEqual([[1008], UNREAD_BYTES]);
  });
});
