/**
 * What a server under attack must not say. It is told to say everything, because an actor that
 * fails is otherwise seen only by those whose call of it breaks.
 */

/** The flag of `odradek serve` with which the server says all that there is. */
export const SAY_EVERYTHING = ["--verbose"];

/** Mistakes of ours, and the end of a process. */
const MISTAKE =
  /(Type|Range|Reference|Syntax|Assertion)Error|failed:|exited|was killed|starting it again/;

/** workerd's own words for connections that have ended, which it calls failures. */
const HARMLESS = /disconnected: |broken\.dropped|exception = .*failed: (remote|broken\.)/;

/** Lines that tell of a mistake. */
export function complaints(said: string): string[] {
  return said.split("\n").filter((line) => MISTAKE.test(line) && !HARMLESS.test(line));
}
