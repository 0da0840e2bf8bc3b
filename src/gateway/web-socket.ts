/** What is the same for every WebSocket that a gateway serves. */
import type { Timers } from "../broker/ports.ts";
import type { Problem } from "./problem.ts";

/** Close codes of RFC 6455. */
const NORMAL_CLOSURE = 1000;
const UNSENDABLE_CODES: ReadonlySet<number> = new Set([1005, 1006, 1015]);
export const UNACCEPTABLE_TYPE = 1003;
export const POLICY_VIOLATION = 1008;
export const INTERNAL_ERROR = 1011;
export const TRY_AGAIN_LATER = 1013;

/** The longest reason that a Close frame can carry, in bytes. */
const MAX_REASON_BYTES = 123;

const OPEN = 1;
const CLOSING = 2;

/** Unsent bytes above which a socket's sender pauses, and below which it goes on. */
const PAUSE_BYTES = 1024 * 1024;
const RESUME_BYTES = 256 * 1024;

/** How often a paused sender looks whether it may go on: often at first, then less. */
const FIRST_LOOK_MS = 5;
const MAX_LOOK_MS = 500;

/** Whether the client asks for a WebSocket. */
export function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

/**
 * The answer that turns the request into a WebSocket. The compatibility flag
 * `no_web_socket_compression` keeps permessage-deflate off all of them: it would cost each socket a
 * window in memory and the process two thirds of its throughput.
 */
export function upgraded(socket: WebSocket, subprotocol?: string): Response {
  const headers = new Headers();
  if (subprotocol !== undefined) headers.set("sec-websocket-protocol", subprotocol);
  return new Response(null, { status: 101, webSocket: socket, headers });
}

/** A WebSocket that says what is wrong and closes: a browser shows its page no other answer. */
export function upgradedToProblem(problem: Problem): Response {
  const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
  server.accept();
  sendProblem(server, problem);
  return upgraded(client);
}

/** Says what is wrong and closes the socket. */
export function sendProblem(socket: WebSocket, problem: Problem): void {
  if (isOpen(socket)) socket.send(JSON.stringify(problem));
  const code = problem.status < 500 ? POLICY_VIOLATION : INTERNAL_ERROR;
  closeSocket(socket, code, `${problem.error}: ${problem.message}`);
}

/** Closes a socket that may be closed already. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  if (!isOpen(socket)) return;
  const bytes = new TextEncoder().encode(reason).subarray(0, MAX_REASON_BYTES);
  // A character that the limit has cut in two is left out.
  socket.close(code, new TextDecoder().decode(bytes).replace(/\uFFFD+$/, ""));
}

/**
 * Answers the client's Close, which the runtime does for every socket but those that hibernate. A
 * code that stands for none or for a lost connection cannot be sent back.
 */
export function answerClose(socket: WebSocket, code: number): void {
  if (socket.readyState !== CLOSING) return;
  socket.close(UNSENDABLE_CODES.has(code) ? NORMAL_CLOSURE : code);
}

/** Whether messages can still be sent. */
export function isOpen(socket: WebSocket): boolean {
  return socket.readyState === OPEN;
}

/** Whether the client reads so slowly that nothing more should be sent for now. */
export function isSlow(socket: WebSocket): boolean {
  return socket.bufferedAmount > PAUSE_BYTES;
}

/**
 * Whether the socket was closed, and what was sent before still waits for its client to read: there
 * is no way to drop that, so that it goes on to count until the client has left.
 */
export function isHeldUp(socket: WebSocket): boolean {
  return socket.readyState === CLOSING && socket.bufferedAmount > 0;
}

/**
 * Waits while the client is slow to read: until few enough bytes are unsent, or the socket is
 * closed. There is no event for it, so this looks again and again, but only while a client is slow.
 */
export async function drained(socket: WebSocket, timers: Timers): Promise<void> {
  if (!isSlow(socket)) return;
  for (let delayMs = FIRST_LOOK_MS; isOpen(socket); delayMs = Math.min(2 * delayMs, MAX_LOOK_MS)) {
    await new Promise<void>((resolve) => timers.after(delayMs, resolve));
    if (socket.bufferedAmount <= RESUME_BYTES) return;
  }
}
