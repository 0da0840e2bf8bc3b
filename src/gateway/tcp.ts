/** A Kafka connection over TCP, read with a BYOB reader and written in few, large pieces. */
import type { Broker } from "../broker/broker.ts";
import { FrameSplitter } from "../protocol/frame-splitter.ts";
import { type ConnectionHosts, isClientsDoing, KafkaConnection } from "./kafka-connection.ts";
import type { OpenConnections } from "./open-connections.ts";
import { ResponseQueue } from "./response-queue.ts";
import { joinForWriting } from "./write-pieces.ts";

/** Bytes of one read: as much as the last one brought and more, between these. */
const MIN_READ_BYTES = 4 * 1024;
const MAX_READ_BYTES = 1024 * 1024;

export interface TcpGateway {
  readonly broker: Broker;
  readonly connections: OpenConnections;
}

/** Serves one connection to its end. */
export async function serveTcp(
  socket: Socket,
  { broker, connections }: TcpGateway,
  hosts: ConnectionHosts,
): Promise<void> {
  if (!connections.admits(hosts.clientHost)) return socket.close();
  const reader = socket.readable.getReader({ mode: "byob" });
  const writer = (socket.writable as WritableStream<Uint8Array>).getWriter();
  const responses = new ResponseQueue(async (frames) => {
    for (const piece of joinForWriting(frames)) {
      try {
        await writer.write(piece);
      } catch (error) {
        // Requests that wait behind this answer are not worked on for nobody.
        connection.end("the client has left");
        throw error;
      }
      connection.isActive();
    }
  });
  const connection = new KafkaConnection({
    broker,
    hosts,
    responses,
    // The reader first: it ends the loop below. What is still to be written is dropped.
    close: () => void Promise.allSettled([reader.cancel(), writer.abort()]),
  });
  connections.add(connection);
  try {
    await readFrames(reader, connection, broker.ports.config.socketRequestMaxBytes);
    await connection.finish("the client has left");
  } catch (error) {
    if (isClientsDoing(error)) await connection.finish(error.message);
    else connection.end("the connection broke");
  } finally {
    connections.delete(connection);
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
    const least = Math.min(splitter.wantedBytes, MAX_READ_BYTES);
    const wanted = Math.min(Math.max(readBytes, least), MAX_READ_BYTES);
    const { value, done } = await reader.readAtLeast(least, new Uint8Array(wanted));
    if (value) {
      connection.isActive();
      readBytes = Math.max(2 * value.length, MIN_READ_BYTES);
      for (const frame of splitter.push(value)) {
        const pause = connection.receive(frame);
        if (pause) await pause;
      }
      const pause = connection.memory.arriving(splitter.bufferBytes);
      if (pause) await pause;
    }
    if (done || !value || value.length < least) return;
  }
}
