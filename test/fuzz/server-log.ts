/** What a server under attack must not say. */

/** The lines after its greeting: it says nothing else unless something is wrong. */
export function complaints(said: string): string[] {
  const [, after = ""] = said.split("Ctrl-C stops it.");
  return after.split("\n").filter((line) => line.trim() !== "");
}
