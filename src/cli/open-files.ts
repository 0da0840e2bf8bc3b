/** The system's limit of open files for a process, and what it means for the Worker. */

import { readFileSync } from "node:fs";

/** An awake actor holds its database with two more files beside it. */
const FILES_PER_ACTOR = 3;

/** Left to connections, to the controller and to workerd itself. */
const RESERVED_SHARE = 0.4;

/** Of all files, what Kafka connections may have. HTTP's come and go, and have what is left. */
const CONNECTIONS_SHARE = 0.3;
const FILES_PER_CONNECTION = 2;

/** How many files a process may open; this one's limit is workerd's too. Infinity where unknown. */
export function openFilesLimit(pid: number | "self" = "self"): number {
  try {
    const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}

/** How many actors with storage each broker's gateway may keep awake under that limit. */
export function maxAwakeActors(openFiles: number, brokers: number): number {
  return Math.floor((openFiles * (1 - RESERVED_SHARE)) / FILES_PER_ACTOR / brokers);
}

/**
 * How many Kafka connections the process may have under that limit. This is no mere courtesy:
 * workerd ends when it cannot accept a connection for want of files.
 */
export function maxConnections(openFiles: number): number {
  return Math.floor((openFiles * CONNECTIONS_SHARE) / FILES_PER_CONNECTION);
}
