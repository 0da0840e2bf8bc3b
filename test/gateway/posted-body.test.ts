/** What the body of a POST holds of the gateway's memory while it arrives. */
import { describe, expect, test } from "vitest";

import type { Broker } from "../../src/broker/broker.ts";
import { readBody } from "../../src/gateway/posted-body.ts";
import { smallCluster } from "../broker/small-cluster.ts";

const LIMIT = 30_000_000;

/** A POST whose body has what is put into it, and claims whatever. */
function posted(claim: string | null) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const headers = new Headers(claim === null ? {} : { "content-length": claim });
  const request = { headers, body: readable } as Request;
  return { request, body: writable.getWriter() };
}

async function postedTo(broker: Broker, claim: string | null, size: number) {
  const { request, body } = posted(claim);
  const read = readBody(request, broker, LIMIT);
  await body.write(new Uint8Array(size));
  await body.close();
  return read;
}

describe("the body of a POST", () => {
  test("[BRK60] counts with what has come, whatever it claims", async () => {
    const { broker } = await smallCluster(1);
    const { frames } = broker.memory;
    for (let count = 0; count < 20; count++)
      void readBody(posted(`${LIMIT}`).request, broker, LIMIT);
    expect(frames.used).toBe(20 * 64 * 1024);
    const { bytes, hold } = await postedTo(broker, "100000", 100_000);
    expect([bytes.length, frames.used]).toEqual([100_000, 20 * 64 * 1024 + 100_000]);
    hold!.release();
    expect(frames.used).toBe(20 * 64 * 1024);
  });

  test.each([null, "", "abc", "5x", "-5", "5, 5"])("[BRK60] may claim %j", async (claim) => {
    const { broker } = await smallCluster(1);
    const { bytes, hold } = await postedTo(broker, claim, 5000);
    expect([bytes.length, broker.memory.frames.used]).toEqual([5000, 5000]);
    hold!.release();
    expect(broker.memory.frames.used).toBe(0);
  });

  test("[BRK62] that waits to be worked on is given up when others lack what it holds", async () => {
    const { broker, world } = await smallCluster(1);
    const { frames, requests } = broker.memory;
    const others = requests.hold(requests.free, () => {});
    others.keep();
    const read = postedTo(broker, null, 50_000);
    const error = read.then(
      () => null,
      (problem: Error) => problem,
    );
    await world.runFor(100);
    expect(frames.used).toBe(50_000);
    frames.hold(frames.free, () => {});
    const used = frames.used;
    await world.runFor(20_000);
    expect(await error).toMatchObject({ status: 503 });
    expect(frames.used).toBe(used - 50_000);
  });
});
