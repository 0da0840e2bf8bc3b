/** What a server under attack must not say. */

/** workerd's own word for an actor that was deleted while its alarm ran, as it should be. */
const HARMLESS = /warning: NOSENTRY SQLite alarm handler canceled/;

/** The lines after its greeting: it says nothing else unless something is wrong. */
export function complaints(said: string): string[] {
  const [, after = ""] = said.split("Ctrl-C stops it.");
  return after.split("\n").filter((line) => line.trim() !== "" && !HARMLESS.test(line));
}
