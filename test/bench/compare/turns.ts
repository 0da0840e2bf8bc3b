/** Who goes first: each time another one, so that no place in the order is anybody's for good. */

/** The same values, beginning with the one at place `first`; those before it come at the end. */
export function rotated<Value>(values: readonly Value[], first: number): Value[] {
  const start = first % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}
