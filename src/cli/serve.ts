/**
 * `odradek serve`: builds the Worker, starts workerd with durable storage and keeps it running. The
 * work between the command and the first listening port is what a person waits for, so there is
 * little of it: one bundle, one file of configuration, one process.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { Command, Option } from "commander";

import { bundleWorker } from "./bundle.ts";
import { CommandError } from "./command-error.ts";
import { explainFirstStart, matters, welcome, welcomeBack } from "./serve-messages.ts";
import type { ServeOptions } from "./serve-options.ts";
import {
  collectOrigin,
  collectOverride,
  invalidPorts,
  parseBrokers,
  parsePort,
  workerVars,
} from "./serve-options.ts";
import type { ServerDirectory } from "./server-directory.ts";
import { openServerDirectory } from "./server-directory.ts";
import { supervise } from "./supervisor.ts";
import { readWorkerManifest } from "./worker-manifest.ts";
import { listenSockets, workerdConfig } from "./workerd-config.ts";
import { startWorkerd } from "./workerd.ts";

const WRANGLER_TOML = join(import.meta.dirname, "../../wrangler.toml");

const EXAMPLES = `
Examples:
  odradek serve
  odradek serve --data /var/lib/odradek --host 0.0.0.0 --advertised-host kafka.example.com
  odradek serve --port 19092 --http-port 18080 --override log.retention.ms=60000

It ends with 0 when stopped by Ctrl-C or SIGTERM, with 1 when it cannot run.`;

/** The command with its flags. */
export function serveCommand(): Command {
  const flag = (flags: string, description: string) => new Option(flags, description);
  return new Command("serve")
    .description("Run a cluster on this machine, with its data in a directory.")
    .option("--data <directory>", "where the data is kept", "./data")
    .option("--port <port>", "Kafka port of broker 1; broker n's is n - 1 above", parsePort, 9092)
    .option("--http-port <port>", "port for HTTP, WebSockets and the console", parsePort, 8080)
    .option("--brokers <count>", "how many brokers there are", parseBrokers, 3)
    .option("--host <address>", "address to listen on; 0.0.0.0 is all of them", "127.0.0.1")
    .addOption(
      flag("--advertised-host <name>", "host that clients are told to connect to").default(
        "",
        "the address that a client came in by",
      ),
    )
    .addOption(
      flag("--allow-origin <origin>", "foreign web origin to admit (repeatable)")
        .argParser(collectOrigin)
        .default([], "none"),
    )
    .addOption(
      flag("--override <name=value>", "broker config to set (repeatable)")
        .argParser(collectOverride)
        .default({}, "none"),
    )
    .addOption(
      flag("--config <file>", "wrangler.toml of the Worker to run").default(
        WRANGLER_TOML,
        "Odradek's own",
      ),
    )
    .option("--verbose", "show everything that workerd says")
    .addHelpText("after", EXAMPLES)
    .action((_options, command: Command) => serve(command.opts<ServeOptions>()));
}

/** Serves until it is told to stop. */
async function serve(options: ServeOptions): Promise<void> {
  const invalid = invalidPorts(options);
  if (invalid !== null) throw new CommandError(invalid);
  const directory = openServerDirectory(options.data);
  try {
    await run(options, directory);
  } finally {
    directory.close();
  }
}

async function run(options: ServeOptions, directory: ServerDirectory): Promise<void> {
  const signal = stopSignal();
  const manifest = readWorkerManifest(options.config);
  const setup = {
    manifest,
    modules: await bundleWorker(manifest, directory.run),
    vars: workerVars(options, directory.clusterId),
    host: options.host,
    httpPort: options.httpPort,
    kafkaPorts: Array.from({ length: options.brokers }, (_, index) => options.port + index),
    storage: directory.storage,
  };
  const config = join(directory.run, "workerd.capnp");
  const sockets = listenSockets(setup);
  writeFileSync(config, workerdConfig(setup));

  const { verbose = false } = options;
  const errors = (line: string) => {
    if (verbose || matters(line)) console.error(`workerd: ${line}`);
  };
  await supervise({
    start: () => startWorkerd({ config, sockets, verbose, output: console.log, errors }),
    ready: (workerd, restarts) => {
      const { pid } = workerd;
      console.log(restarts > 0 ? welcomeBack(pid, restarts) : welcome(options, directory, pid));
    },
    say: console.error,
    explain: (end) => explainFirstStart(end, sockets),
    signal,
  });
  console.log("Stopped.");
}

/** Aborted by the first of these signals; a second one ends the process as if nobody listened. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller.signal;
}
