/**
 * The `odradek` command line: one noun per folder or file, Kafka's names for flags. A command that
 * was called wrongly says so in a sentence and ends with 1; nothing here prints a stack.
 */
import { Command } from "commander";

import { commandsFor } from "./commands.ts";
import { addVersionFlag } from "./version.ts";

/** By name, so that the client need not be loaded for a command without one. */
const EXPECTED: ReadonlySet<string> = new Set(["CommandError", "UsageError", "KafkaError"]);

// Who reads what is said may go at any time, as `head` does: that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

const program = addVersionFlag(new Command("odradek"))
  .description("Kafka rebuilt from actors: a broker on workerd for Kafka clients and browsers.")
  .addHelpText(
    "after",
    `
Start with: odradek serve
Then, in another terminal: odradek topics --create --topic orders

Each command but serve stands for one of Kafka's tools and takes its flags.
`,
  )
  .showHelpAfterError("(--help lists what is possible)");

for (const command of await commandsFor(process.argv.slice(2))) program.addCommand(command);

try {
  await program.parseAsync();
} catch (error) {
  if (!isExpected(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Whether a person is told the message alone; anything else is a mistake of ours. */
function isExpected(error: unknown): error is Error {
  return error instanceof Error && EXPECTED.has(error.name);
}
