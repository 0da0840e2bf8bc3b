/**
 * What a person gets when a request over HTTP fails: a problem document (RFC 9457) with Kafka's
 * name of the error as its title, and a sentence that says what to do.
 */
import { ErrorCode, errorMessage, isRetriable, type ErrorName } from "../protocol/errors.ts";

/** Errors whose status is neither 503 (worth another try) nor 400 (not worth one). */
const STATUS_OF: Partial<Record<ErrorName, number>> = {
  UNKNOWN_SERVER_ERROR: 500,
  UNKNOWN_TOPIC_OR_PARTITION: 404,
  UNKNOWN_TOPIC_ID: 404,
  RESOURCE_NOT_FOUND: 404,
  MESSAGE_TOO_LARGE: 413,
  RECORD_LIST_TOO_LARGE: 413,
  OFFSET_OUT_OF_RANGE: 416,
  CORRUPT_MESSAGE: 400,
  REQUEST_TIMED_OUT: 504,
  TOPIC_AUTHORIZATION_FAILED: 403,
  CLUSTER_AUTHORIZATION_FAILED: 403,
  THROTTLING_QUOTA_EXCEEDED: 429,
};

const SERVICE_UNAVAILABLE = 503;

/** What else a problem says, beside its error and the sentence. */
export interface ProblemOptions {
  /** In place of the error's own status. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members of the document that a program may want to read. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** A request over HTTP that fails; thrown by whoever notices, answered at one place. */
export class Problem extends Error {
  override name = "Problem";
  readonly error: ErrorName;
  readonly status: number;
  readonly #options: ProblemOptions;

  /** `detail` says what to do; without one, the error's general meaning has to do. */
  constructor(error: ErrorName, detail?: string, options: ProblemOptions = {}) {
    super(detail ?? errorMessage(ErrorCode[error]));
    this.error = error;
    this.status = options.status ?? statusOf(error);
    this.#options = options;
  }

  /** The document. */
  toJSON(): Record<string, unknown> {
    const { error: title, status, message: detail } = this;
    return { type: "about:blank", title, status, detail, ...this.#options.members };
  }

  /** The document as an answer. */
  toResponse(): Response {
    const retry = this.status === SERVICE_UNAVAILABLE ? { "retry-after": "1" } : {};
    const type = { "content-type": "application/problem+json" };
    const headers = { ...type, ...retry, ...this.#options.headers };
    return new Response(`${JSON.stringify(this)}\n`, { status: this.status, headers });
  }
}

/** The HTTP status that says most nearly what a Kafka error does. */
export function statusOf(error: ErrorName): number {
  return STATUS_OF[error] ?? (isRetriable(ErrorCode[error]) ? SERVICE_UNAVAILABLE : 400);
}
