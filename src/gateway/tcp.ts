/** A Kafka connection over TCP, read with a BYOB reader and written in few, large pieces. */
import type { Broker } from "../broker/broker.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { type ConnectionHosts, isClientsDoing, KafkaConnection } from "./kafka-connection.ts";
import { ResponseQueue } from "./response-queue.ts";
import { joinForWriting } from "./write-pieces.ts";

/** Bytes of one read: as much as the last one brought and more, between these. */
const MIN_READ_BYTES = 4 * 1024;
const MAX_READ_BYTES = 1024 * 1024;

/** Serves one connection to its end. */
export async function serveTcp(
  socket: Socket,
  broker: Broker,
  hosts: ConnectionHosts,
): Promise<void> {
  const reader = socket.readable.getReader({ mode: "byob" });
  const writer = (socket.writable as WritableStream<Uint8Array>).getWriter();
  const responses = new ResponseQueue(async (frames) => {
    for (const piece of joinForWriting(frames)) await writer.write(piece);
  });
  const connection = new KafkaConnection({
    broker,
    hosts,
    responses,
    // The reader first: it ends the loop below. What is still to be written is dropped.
    close: () => void Promise.allSettled([reader.cancel(), writer.abort()]),
  });
  try {
    await readFrames(reader, connection, broker.ports.config.socketRequestMaxBytes);
    await connection.finish("the client has left");
  } catch (error) {
    if (isClientsDoing(error)) await connection.finish(error.message);
    else connection.end("the connection broke");
  }
}

async function readFrames(
  reader: ReadableStreamBYOBReader,
  connection: KafkaConnection,
  maxFrameBytes: number,
): Promise<void> {
  const splitter = new FrameSplitter(maxFrameBytes);
  let readBytes = MIN_READ_BYTES;
  for (;;) {
    const wanted = Math.min(Math.max(readBytes, splitter.missingBytes), MAX_READ_BYTES);
    const least = Math.min(splitter.missingBytes, wanted);
    const { value, done } = await reader.readAtLeast(least, new Uint8Array(wanted));
    if (value) {
      readBytes = Math.max(2 * value.length, MIN_READ_BYTES);
      for (const frame of splitter.push(value)) {
        const pause = connection.receive(frame);
        if (pause) await pause;
      }
    }
    if (done || !value || value.length < least) return;
  }
}
