/**
 * Properties as Java writes them: the lines of a `--command-config` file and the `key=value` of
 * flags such as `--command-property`.
 */
import { readFileSync } from "node:fs";

import { CommandError } from "./command-error.ts";

/** Names and values, both text. */
export type Properties = ReadonlyMap<string, string>;

/** Reads a properties file. */
export function readPropertiesFile(path: string): Properties {
  return parseProperties(readTextFile(path));
}

/** Reads a file that a flag names. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : message;
    throw new CommandError(`The file ${path} cannot be read: ${reason}.`);
  }
}

/** The properties in the text of a file, in Java's format: comments, continued lines, escapes. */
export function parseProperties(text: string): Properties {
  const properties = new Map<string, string>();
  const lines = text.split(/\r\n|\r|\n/);
  for (let index = 0; index < lines.length; index++) {
    let line = lines[index]!.trimStart();
    if (line === "" || line.startsWith("#") || line.startsWith("!")) continue;
    while (endsWithBackslash(line) && index + 1 < lines.length) {
      line = line.slice(0, -1) + lines[++index]!.trimStart();
    }
    const [, name, value] = /^((?:\\.|[^\\=:\s])*)\s*[=:]?\s*(.*)$/s.exec(line)!;
    properties.set(unescaped(name!), unescaped(value!));
  }
  return properties;
}

/** The properties of a flag that may be given often: `name=value`, or a name for an empty value. */
export function keyValues(pairs: readonly string[]): Properties {
  return new Map(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      return equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

/** All of these properties; of one that comes more than once, the last. */
export function merged(...layers: readonly Properties[]): Map<string, string> {
  return new Map(layers.flatMap((layer) => [...layer]));
}

function endsWithBackslash(line: string): boolean {
  return /\\*$/.exec(line)![0].length % 2 === 1;
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f" };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code?: string, character?: string) =>
    code === undefined
      ? (ESCAPES[character!] ?? character!)
      : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
