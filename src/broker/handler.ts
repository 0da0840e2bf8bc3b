/**
 * What a handler is: one API, what it does with a request, and what it answers when the broker
 * fails underneath it. The table of all handlers is `handler-table.ts`.
 */
import type { Api, RequestOf, ResponseInput } from "../protocol/api.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Broker } from "./broker.ts";

export interface Handler<A extends Api = Api> {
  readonly api: A;

  /** Answers one request; null means that the protocol wants no answer (acks=0). */
  handle(request: RequestOf<A>, context: RequestContext): Promise<ResponseInput<A> | null>;

  /** The answer that refuses all that was asked with one error. */
  refuse(request: RequestOf<A>, error: ErrorCode): ResponseInput<A>;
}

/** Gives a handler its types. */
export function handler<A extends Api>(definition: Handler<A>): Handler<A> {
  return definition;
}

/** Has something done once the answer to a request has been written. */
export type Afterwards = (work: () => void) => void;

export interface RequestContext {
  readonly broker: Broker;
  readonly connection: ConnectionContext;
  readonly apiVersion: number;
  readonly clientId: string | null;

  /**
   * Says that the request's appends are in their queues, so that the connection's next Produce may
   * begin before this one is answered. Called once, by Produce alone.
   */
  begun(): void;

  readonly afterwards: Afterwards;
}

/** What a request may know of the connection that it came in by. */
export interface ConnectionContext {
  /** The host by which the client reached us; brokers advertise it unless told otherwise. */
  readonly host: string;

  /** Where the client is, as Kafka writes it: `/127.0.0.1`. Groups show it of their members. */
  readonly clientHost: string;

  readonly isClosed: boolean;

  /** Calls `listener` when the connection has ended; returns what forgets it. */
  onClose(listener: () => void): () => void;
}

/**
 * Whether a request leaves the controller no time at all. Kafka gives it up then before anything
 * else (REQUEST_TIMED_OUT), and does nothing of what it asks for.
 */
export function isOutOfTime({ timeoutMs }: { readonly timeoutMs: number }): boolean {
  return timeoutMs <= 0;
}

/** Thrown by a handler for which Kafka ends the connection without an answer. */
export class CloseConnection extends Error {
  override name = "CloseConnection";
}
