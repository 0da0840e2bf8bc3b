/**
 * Ports for a server under test. They are free when this answers, and only then: a test that is
 * told of a taken port after all has met another process, not a bug.
 */
import { once } from "node:events";
import { createServer } from "node:net";

const ATTEMPTS = 50;
/** Below the range from which systems give ports to outgoing connections. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** The first of `count` free ports in a row on the loopback address. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`No ${count} free ports in a row were found in ${ATTEMPTS} attempts.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
