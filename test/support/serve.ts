/**
 * A cluster under test: `odradek serve` on free ports, with its data in a directory that goes when
 * the cluster is stopped. It is ready when the promise resolves.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startServe } from "./serve-process.ts";

/** How the cluster differs from the default one. */
export interface OdradekOptions {
  readonly brokers?: number;
  /** Kafka broker configs, as for `--override`. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** A running cluster. */
export interface Odradek {
  /** All brokers' addresses, joined by commas, as clients take them. */
  readonly bootstrap: string;
  /** The Kafka port of each broker, in the order of their ids. */
  readonly ports: readonly number[];
  readonly httpPort: number;
  /** Without a slash at its end. */
  readonly httpUrl: string;
  readonly webSocketUrl: string;
  readonly dataDirectory: string;
  /** The process id of `odradek serve`. */
  readonly pid: number;
  /** The process id of the workerd that runs now. */
  workerdPid(): number;
  /** All that it has said so far. */
  said(): string;
  /** Waits until it has said `text` (as often as `times`). */
  says(text: string, times?: number): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

/** Starts a cluster and waits until it listens. */
export async function startOdradek(options: OdradekOptions = {}): Promise<Odradek> {
  const { brokers = 3, overrides = {}, flags = [] } = options;
  const dataDirectory = mkdtempSync(join(tmpdir(), "odradek-"));
  const configs = Object.entries(overrides).flatMap(([name, value]) => [
    "--override",
    `${name}=${value}`,
  ]);
  const server = await startServe({
    data: dataDirectory,
    brokers,
    flags: [...configs, ...flags],
  });
  const stop = async () => {
    await server.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  try {
    await server.says("Ctrl-C stops it.");
  } catch (error) {
    await stop();
    throw error;
  }
  const ports = Array.from({ length: brokers }, (_, index) => server.port + index);
  return {
    bootstrap: ports.map((port) => `127.0.0.1:${port}`).join(","),
    ports,
    httpPort: server.httpPort,
    httpUrl: `http://127.0.0.1:${server.httpPort}`,
    webSocketUrl: `ws://127.0.0.1:${server.httpPort}`,
    dataDirectory,
    pid: server.process.pid!,
    workerdPid: server.workerdPid,
    said: server.said,
    says: server.says,
    stop,
  };
}
