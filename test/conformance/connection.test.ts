/** Frames and connections: order, sizes, cuts, and many at once. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { batch, valuesIn } from "./batches.ts";
import { requestBody, requestFrame, sizePrefix } from "./frames.ts";
import { fetchRequest } from "./partition.ts";
import { conformance } from "./suite.ts";
import type { Wire } from "./wire.ts";

const SOCKET_REQUEST_MAX_BYTES = 104_857_600;

const QUESTION = requestFrame(apiVersions.key, 0);

conformance("connections", (test) => {
  test("[K6] responses come in the order of their requests, also behind one that waits", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const { wire } = partition.leader;
    const waiting = fetchRequest([partition], { maxWaitMs: 500 });
    const sent = [wire.send(fetch, 18, waiting)];
    for (let count = 0; count < 20; count++) sent.push(wire.send(apiVersions, 0, {}));
    const answered = [(await wire.receive(fetch, 18)).correlationId];
    while (answered.length < sent.length) {
      answered.push((await wire.receive(apiVersions, 0)).correlationId);
    }
    expect(answered).toEqual(sent);
  });

  test("[K8] tagged fields that the broker does not know are passed over, in header and body", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const unknownTags = Uint8Array.of(2, 100, 3, 1, 2, 3, 101, 0);
    const body = requestBody(metadata, 12, { topics: [] });
    const tagged = Buffer.concat([body.subarray(0, -1), unknownTags]);
    wire.sendBytes(
      requestFrame(metadata.key, 12, { headerVersion: 2, headerTags: unknownTags, body: tagged }),
    );
    const { response } = await wire.receive(metadata, 12);
    expect(response.brokers).not.toEqual([]);
  });

  test("[K63] a request may come byte by byte, and two in one piece", async ({ cluster }) => {
    const wire = await cluster.open();
    for (const byte of QUESTION) {
      wire.sendBytes(Uint8Array.of(byte));
      await sleep(1);
    }
    wire.sendBytes(Buffer.concat([QUESTION, QUESTION]));
    for (let count = 0; count < 3; count++) {
      const { response } = await wire.receive(apiVersions, 0);
      expect(errorName(response.errorCode)).toBe("NONE");
    }
  });

  test.for([
    ["larger than socket.request.max.bytes", SOCKET_REQUEST_MAX_BYTES + 1],
    ["as large as a size can be", 0x7fffffff],
    ["negative", -1],
    ["zero", 0],
    ["too small for a header", 7],
  ] as const)(
    "[K63] a frame whose size is %s closes the connection",
    async ([, size], { cluster }) => {
      const wire = await cluster.open();
      wire.sendBytes(sizePrefix(size), new Uint8Array(Math.max(0, Math.min(size, 1000))));
      await wire.closed();
    },
  );

  test("[K63] a connection may be cut in the middle of a frame, at any byte", async ({
    cluster,
  }) => {
    for (let length = 0; length < QUESTION.length; length++) {
      const wire = await cluster.open();
      wire.sendBytes(QUESTION.subarray(0, length));
      if (length % 2 === 0) {
        wire.end();
        await wire.closed();
      }
      wire.close();
    }
  });

  test("[K63] a client that is gone before its answers come harms nobody", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const waiting = fetchRequest([partition], { maxWaitMs: 1_000 });
    for (let count = 0; count < 10; count++) {
      const wire = await cluster.openLeader(partition);
      wire.send(fetch, 18, waiting);
      wire.send(apiVersions, 0, {});
      wire.close();
    }
    await partition.produce(batch("for nobody"));
    expect(valuesIn((await partition.fetch()).records)).toEqual(["for nobody"]);
  });

  test("[K63] 1,000 connections at once are all answered", async ({ cluster }) => {
    const wires: Wire[] = [];
    // Not in one burst: a listener's backlog is short, and what is beyond it has to dial again.
    while (wires.length < 1000) {
      wires.push(...(await Promise.all(Array.from({ length: 40 }, () => cluster.open()))));
    }
    const answers = await Promise.all(wires.map((wire) => wire.call(apiVersions, 0, {})));
    expect(answers.filter(({ errorCode }) => errorName(errorCode) !== "NONE")).toEqual([]);
    // And again, now that all of them are known to be open.
    const again = await Promise.all(wires.map((wire) => wire.call(metadata, 9, { topics: [] })));
    expect(again.filter(({ brokers }) => brokers.length === 0)).toEqual([]);
  });
});
