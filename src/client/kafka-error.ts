/**
 * What went wrong in the eyes of a client: a broker's error code, or one that a client gives itself
 * because no answer came. One class for all of them; `code` tells them apart.
 */
import { errorMessage, errorName, ErrorCode, isRetriable } from "../protocol/errors.ts";
import type { ErrorName } from "../protocol/errors.ts";

export class KafkaError extends Error {
  override name = "KafkaError";

  /** The error as Kafka names it. */
  readonly code: ErrorName;
  /** Whether the same request may succeed when it is sent again. */
  readonly retriable: boolean;

  constructor(code: ErrorName, message?: string | null, cause?: unknown) {
    const number = ErrorCode[code];
    super(message ?? errorMessage(number), cause === undefined ? undefined : { cause });
    this.code = code;
    this.retriable = isRetriable(number);
  }
}

/** The error that a response names, or null when it names none. */
export function errorOf(errorCode: number, message: string | null = null): KafkaError | null {
  return errorCode === ErrorCode.NONE ? null : new KafkaError(errorName(errorCode), message);
}

/** Throws the error that a response names, if it names one. */
export function throwErrorOf(errorCode: number, message: string | null = null): void {
  const error = errorOf(errorCode, message);
  if (error !== null) throw error;
}
