/** Which actors of a workerd have their database open: those that are in memory. */
import { readdirSync, readlinkSync } from "node:fs";

/** The databases of a class's objects that the process has open. */
export function openDatabases(pid: number, className: string): string[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory)
    .map((descriptor) => {
      try {
        return readlinkSync(`${directory}/${descriptor}`);
      } catch {
        return ""; // It was closed since it was listed.
      }
    })
    .filter((path) => path.includes(`-${className}/`) && /\/[0-9a-f]{64}\.sqlite$/.test(path));
}
