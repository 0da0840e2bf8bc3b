/** Why a read failed, for people: an offset out of range comes with the range. */
import type { ErrorName } from "../protocol/errors.ts";
import type { LogPosition } from "../replication/replica-calls.ts";
import { Problem } from "./problem.ts";

/** The problem of a read at `offset` of a log that stands at `position`. */
export function readProblem(error: ErrorName, offset: number, position: LogPosition): Problem {
  if (error !== "OFFSET_OUT_OF_RANGE") return new Problem(error);
  const { logStartOffset, highWatermark } = position;
  const range = `It begins at ${logStartOffset} and its next offset is ${highWatermark}`;
  const detail = `Offset ${offset} is outside the log. ${range}; or ask for earliest or latest.`;
  return new Problem(error, detail, { members: { logStartOffset, highWatermark } });
}
