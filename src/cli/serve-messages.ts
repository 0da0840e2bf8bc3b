/**
 * What `odradek serve` says to the person who runs it: where to connect, and why it cannot run.
 */
import { relative } from "node:path";

import { CommandError } from "./command-error.ts";
import { openFilesLimit } from "./open-files.ts";
import type { ServeOptions } from "./serve-options.ts";
import type { ServerDirectory } from "./server-directory.ts";
import type { ListenSocket } from "./workerd-config.ts";
import { hostPort } from "./workerd-config.ts";
import type { WorkerdEnd } from "./workerd.ts";

/** Where to connect, for whoever has just started a server whose workerd has this process id. */
export function welcome(
  options: ServeOptions,
  directory: ServerDirectory,
  pid: number | undefined,
): string {
  const { host, port, httpPort, brokers } = options;
  const shown = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  const listeners = Array.from({ length: brokers }, (_, index) => hostPort(shown, port + index));
  const web = hostPort(shown, httpPort);
  return `Odradek is ready, ${Math.round(performance.now())} ms after its start.
  Kafka       ${listeners.join(",")}
  HTTP        http://${web}
  WebSocket   ws://${web}/kafka
  Data        ${shortened(directory.path)} (cluster ${directory.clusterId})
  workerd     process ${pid}, ${openFiles(pid)}
Ctrl-C stops it.`;
}

/** That workerd runs once more, as another process. */
export function welcomeBack(pid: number | undefined, restarts: number): string {
  return `workerd is running again: process ${pid}, restart ${restarts}.`;
}

/** Whether a line of workerd's standard error is news: clients that go away are not. */
export function matters(line: string): boolean {
  return !/disconnected: |Connection reset by peer|Broken pipe/.test(line);
}

/** Why a first start failed and what to do about it. */
export function explainFirstStart(end: WorkerdEnd, sockets: readonly ListenSocket[]): CommandError {
  const invalid = /Error: Invalid broker config: (.*)/.exec(end.lastWords.join("\n"));
  if (invalid) return new CommandError(`${invalid[1]}.\nGive another value with --override.`);
  const taken = sockets.filter(({ name }) =>
    end.lastWords.some((line) => line.startsWith(`Socket "${name}"`) && line.includes("in use")),
  );
  if (taken.length === 0) {
    return new CommandError(`workerd ${end.how} before it was ready.\n${end.lastWords.join("\n")}`);
  }
  const ports = taken.map((socket) => socket.port).join(", ");
  const flags = taken.map(({ protocol }) => (protocol === "http" ? "--http-port" : "--port"));
  return new CommandError(`Another program listens on port ${ports} already.
Stop it, or choose other ports with ${[...new Set(flags)].join(" and ")}.`);
}

function shortened(path: string): string {
  const fromHere = relative(".", path) || ".";
  return fromHere.startsWith("..") ? path : fromHere;
}

/** The limit is worth a look: near it, no more replicas are woken. */
function openFiles(pid: number | undefined): string {
  const limit = openFilesLimit(pid);
  return limit === Infinity ? "open files not limited" : `open files up to ${limit}`;
}
