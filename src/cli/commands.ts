/**
 * All commands, each with what the list of them says. The code of a command is loaded when it is
 * called and not before: whoever starts a server does not wait for tools.
 */
import { Command } from "commander";

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: "serve",
    summary: "Run a cluster on this machine, with its data in a directory.",
    load: async () => (await import("./serve.ts")).serveCommand(),
  },
  {
    name: "topics",
    summary: "Create, list, describe, change and delete topics.",
    load: async () => (await import("./topics/command.ts")).command(),
  },
  {
    name: "console-consumer",
    summary: "Read records and write them to standard output.",
    load: async () => (await import("./console-consumer/command.ts")).command(),
  },
  {
    name: "consumer-groups",
    summary: "List, describe and delete groups of consumers; move them to other offsets.",
    load: async () => (await import("./consumer-groups/command.ts")).command(),
  },
  {
    name: "get-offsets",
    summary: "Show offsets of partitions: the end of each log, its beginning, or a time's.",
    load: async () => (await import("./get-offsets/command.ts")).command(),
  },
];

/**
 * The command that these words call, loaded, and of all others the name and what they are for: a
 * list of commands needs no more.
 */
export function commandsFor(words: readonly string[]): Promise<Command[]> {
  const called = words.find((word) => COMMANDS.some(({ name }) => name === word));
  return Promise.all(
    COMMANDS.map(({ name, summary, load }) =>
      name === called ? load() : new Command(name).description(summary),
    ),
  );
}
