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
    name: "console-producer",
    summary: "Write each line of standard input as a record.",
    load: async () => (await import("./console-producer/command.ts")).command(),
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
  {
    name: "configs",
    summary: "Show and change configs of topics, brokers and groups.",
    load: async () => (await import("./configs/command.ts")).command(),
  },
  {
    name: "delete-records",
    summary: "Delete the records of partitions that lie before an offset.",
    load: async () => (await import("./delete-records/command.ts")).command(),
  },
  {
    name: "log-dirs",
    summary: "Show the log directories of brokers and the size of each partition in them.",
    load: async () => (await import("./log-dirs/command.ts")).command(),
  },
  {
    name: "api-versions",
    summary: "Show which APIs each broker serves, and in which versions.",
    load: async () => (await import("./api-versions/command.ts")).command(),
  },
  {
    name: "producer-perf-test",
    summary: "Write many records and measure how fast they are acknowledged.",
    load: async () => (await import("./producer-perf-test/command.ts")).command(),
  },
  {
    name: "consumer-perf-test",
    summary: "Read many records and measure how fast they come.",
    load: async () => (await import("./consumer-perf-test/command.ts")).command(),
  },
];

/**
 * The command that these words call, loaded, and of all others the name and what they are for: a
 * list of commands needs no more.
 */
export function commandsFor(words: readonly string[]): Promise<Command[]> {
  const called = words.find((word) => COMMANDS.some(({ name }) => name === word));
  return Promise.all(
    COMMANDS.map(async ({ name, summary, load }) =>
      name === called ? load() : new Command(name).description(summary),
    ),
  );
}
