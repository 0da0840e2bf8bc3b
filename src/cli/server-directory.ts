/**
 * The directory that a server keeps its data in, for one server at a time. As in Kafka,
 * `meta.properties` holds the cluster's id, which the first start chooses.
 *
 * ```
 * meta.properties   cluster.id and the version of this layout
 * .lock             locked while a server runs; the system lets go of it when that process ends
 * serve.pid         the process id of that server
 * run/              the bundle and workerd's configuration, written anew at every start
 * do/               the Durable Objects: a directory per class, a SQLite database per object
 * ```
 */
import { randomFillSync } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { randomUuid } from "../base/uuid.ts";
import { CommandError } from "./command-error.ts";

const LAYOUT_VERSION = "1";

/** An opened data directory, locked until it is closed or the process ends. */
export interface ServerDirectory {
  readonly path: string;
  readonly clusterId: string;
  /** Where the bundle and workerd's configuration go. */
  readonly run: string;
  /** Where the Durable Objects are. */
  readonly storage: string;
  close(): void;
}

/** Opens and locks the directory at `path`, which is made if it is not there. */
export function openServerDirectory(path: string): ServerDirectory {
  const absolute = resolve(path);
  const run = join(absolute, "run");
  const storage = join(absolute, "do");
  const pidFile = join(absolute, "serve.pid");
  try {
    mkdirSync(run, { recursive: true });
    mkdirSync(storage, { recursive: true });
  } catch (error) {
    throw new CommandError(`${absolute} cannot hold the data: ${(error as Error).message}
Choose another directory with --data.`);
  }
  const lock = takeLock(absolute, pidFile);
  writeFileSync(pidFile, `${process.pid}\n`);
  return {
    path: absolute,
    clusterId: clusterIdOf(absolute),
    run,
    storage,
    close: () => {
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

/** Node has no file locks, SQLite does: they are the process's own, so none is ever stale. */
function takeLock(directory: string, pidFile: string): DatabaseSync {
  const lock = new DatabaseSync(join(directory, ".lock"));
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch {
    lock.close();
    throw new CommandError(`Another server (process ${pidIn(pidFile)}) uses ${directory}.
Stop it, or give this one its own directory and ports: --data, --port and --http-port.`);
  }
}

function pidIn(pidFile: string): string {
  try {
    return readFileSync(pidFile, "utf8").trim();
  } catch {
    return "unknown";
  }
}

function clusterIdOf(directory: string): string {
  const path = join(directory, "meta.properties");
  const stored = readProperties(path);
  if (stored === null) {
    const clusterId = randomUuid({ fill: (bytes) => randomFillSync(bytes) });
    const text = `version=${LAYOUT_VERSION}\ncluster.id=${clusterId}\n`;
    writeFileSync(`${path}.tmp`, text, { flush: true });
    renameSync(`${path}.tmp`, path);
    return clusterId;
  }
  const { version, "cluster.id": clusterId } = stored;
  if (version !== LAYOUT_VERSION || !clusterId) {
    throw new CommandError(`${path} is not of this version of Odradek: it must have
version=${LAYOUT_VERSION} and a cluster.id. Choose another directory with --data.`);
  }
  return clusterId;
}

function readProperties(path: string): Record<string, string> | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  const lines = text.split("\n").filter((line) => line.includes("=") && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).map((part) => part.trim())));
}
