/**
 * kafkajs over a WebSocket: a socket factory that leads each broker's port to its `/kafka/<id>`.
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import type { ISocketFactory } from "kafkajs";
import { createWebSocketStream, WebSocket } from "ws";

/** Makes kafkajs speak to the brokers behind `webSocketUrl`, whose ids follow their ports. */
export function webSocketFactory(webSocketUrl: string, firstPort: number): ISocketFactory {
  return ({ port, onConnect }) => {
    const socket = new WebSocket(`${webSocketUrl}/kafka/${port - firstPort + 1}`, "kafka");
    socket.once("open", onConnect);
    return Object.assign(createWebSocketStream(socket), { unref() {} }) as Duplex as Socket;
  };
}
