/** The result of an append that was not made. */
import type { AppendResult } from "../log/append.ts";
import type { ErrorName } from "../protocol/errors.ts";

export function refusedAppend(error: ErrorName, message?: string): AppendResult {
  return {
    error,
    ...(message !== undefined && { message }),
    baseOffset: -1,
    lastOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    duplicate: false,
  };
}
