/**
 * Asserts are for our own mistakes: a state that the code says cannot be. No client can reach one
 * (bad input is refused with a Kafka error or a closed connection), so a failed assert is a bug and
 * ends the actor, which starts again from what its storage holds.
 */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/** Throws an {@link AssertionError} with `sentence` unless `condition` holds. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new AssertionError(sentence);
}

/** Marks the branch of a `switch` that the types say is never taken. */
export function unreachable(value: never): never {
  throw new AssertionError(`Unexpected value: ${String(value)}.`);
}
