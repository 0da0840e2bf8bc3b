/**
 * Records `test/golden/requests/*.txt` again: the requests of real clients, as they sent them.
 *
 *     node test/golden/requests/record.ts [kafkajs|platformatic|kcat|java ...]
 *
 * It needs kcat, Java and Maven. Correlation ids, times and generated ids differ from one recording
 * to the next; what a client sends is the same.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { decodeRequestPrefix } from "../../../src/protocol/frame.ts";
import { startServe } from "../../support/serve-process.ts";
import { PROXY_HOST, RecordingProxy } from "./recording-proxy.ts";
import { SESSIONS } from "./sessions.ts";

const BROKERS = 3;
/** Of one version of an API, a client's file has as many requests as this, all of them different. */
const MAX_OF_ONE_VERSION = 8;
const MAX_FRAME_BYTES = 4096;

const chosen = process.argv.slice(2);
const data = mkdtempSync(join(tmpdir(), "odradek-recording-"));
const flags = ["--advertised-host", PROXY_HOST];
const server = await startServe({ data, brokers: BROKERS, flags });
const proxy = new RecordingProxy();
try {
  await server.says("Ctrl-C stops it.");
  const ports = Array.from({ length: BROKERS }, (_, index) => server.port + index);
  await proxy.listen(ports);
  for (const { name, run } of SESSIONS) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    await run(`${PROXY_HOST}:${server.port}`);
    const lines = linesOf(proxy.take());
    writeFileSync(join(import.meta.dirname, `${name}.txt`), `${lines.join("\n")}\n`);
    console.log(`${name}: ${lines.length} requests`);
  }
} finally {
  proxy.close();
  await server.stop();
  rmSync(data, { recursive: true, force: true });
}

/** One line for each frame: API key, version, and the frame without its size. */
function linesOf(frames: readonly Uint8Array[]): string[] {
  const byVersion = new Map<string, Map<number, Uint8Array>>();
  for (const frame of frames) {
    const { apiKey, apiVersion } = decodeRequestPrefix(frame);
    const version = `${String(apiKey).padStart(2, "0")} ${apiVersion}`;
    const bySize = byVersion.get(version) ?? new Map<number, Uint8Array>();
    byVersion.set(version, bySize);
    // Requests of one size hardly differ but in their correlation ids.
    if (frame.length <= MAX_FRAME_BYTES) bySize.set(frame.length, frame);
  }
  return [...byVersion]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([version, bySize]) =>
      [...bySize.values()]
        .slice(0, MAX_OF_ONE_VERSION)
        .map((frame) => `${version} ${Buffer.from(frame).toString("base64")}`),
    );
}
