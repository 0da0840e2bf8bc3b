/** Where a server of ours may answer a damaged request in another way than Kafka, and why. */
import { findHandler } from "../../src/broker/handler-table.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import type { MutatedRequest } from "./mutated-requests.ts";

/** What the two made of one request. */
export interface Words {
  readonly ours: string;
  readonly kafkas: string;
}

type Reason = (request: MutatedRequest, words: Words) => boolean;

const includes = (text: string, ...errors: string[]) =>
  errors.some((error) => text.includes(error));

const REASONS: Readonly<Record<string, Reason>> = {
  "Kafka fails at it": (_, { kafkas }) => includes(kafkas, "UNKNOWN_SERVER_ERROR"),
  "what Kafka serves and we do not": ({ frame }, { ours }) => {
    if (ours !== "closed" || frame.length < 4) return false;
    const bytes = Buffer.from(frame);
    return findHandler(bytes.readInt16BE(0), bytes.readInt16BE(2)) === undefined;
  },
  "time is short, and who notices it first is left open": (_, words) =>
    includes(words.ours + words.kafkas, "REQUEST_TIMED_OUT"),
  "transactions, of which there are none yet": ({ frame }, { ours, kafkas }) => {
    const key = frame.length < 2 ? -1 : Buffer.from(frame).readInt16BE(0);
    const asks = key === findCoordinator.key && includes(ours, "INVALID_REQUEST");
    const begins = key === initProducerId.key && includes(ours, "UNSUPPORTED_VERSION");
    return (asks && !includes(kafkas, "INVALID_REQUEST")) || begins;
  },
  "a group's id is longer than an actor's name may be": (_, { ours }) =>
    includes(ours, "INVALID_GROUP_ID"),
};

/** The reason for a difference, or null when there is none. */
export function justification(request: MutatedRequest, words: Words): string | null {
  const found = Object.entries(REASONS).find(([, applies]) => applies(request, words));
  return found?.[0] ?? null;
}
