/** What is read changes hands inside an isolate, and travels with the answer between two. */
import { expect, test } from "vitest";

import { handOver, takeOver } from "../../src/actors/handover.ts";
import type { ReplicaActor } from "../../src/actors/stubs.ts";
import type { Answer, ReadResult } from "../../src/replication/replica-calls.ts";
import { append, batch, newLeader, read, replicaActor } from "./replicas.ts";

const FROM_START = {
  offset: 0,
  maxBytes: 1 << 20,
  minOneBatch: true,
  readCommitted: false,
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
  watcher: null,
};

const NOWHERE = "an isolate that is not this one/1";

/** An answer with these pieces. */
async function answerOf(...pieces: Uint8Array[]): Promise<ReadResult> {
  const answer = (await read(await newLeader(), 0)) as ReadResult;
  return { ...answer, pieces };
}

const piecesOf = (answer: Answer<ReadResult>) => (answer as ReadResult).pieces;

test("a replica in the reader's isolate answers without what the reader takes", async () => {
  const key = await newLeader();
  const written = batch("one");
  await append(key, written);
  const actor = replicaActor(key) as unknown as ReplicaActor;
  let sent: Answer<ReadResult> | null = null;
  const taken = await takeOver(async (place) => (sent = await actor.read(FROM_START, place)));
  expect(piecesOf(sent!)).toEqual([]);
  expect(piecesOf(taken).map(({ length }) => length)).toEqual([written.length]);
  expect(taken).toEqual(await actor.read(FROM_START, NOWHERE));
});

test("a replica elsewhere sends what was read with its answer", async () => {
  const answer = await answerOf(new Uint8Array([1, 2, 3]));
  const taken = await takeOver(() => Promise.resolve(handOver(NOWHERE, answer)));
  expect(taken).toBe(answer);
});

test("what is taken is what was left, not a copy", async () => {
  const answer = await answerOf(new Uint8Array([1, 2, 3]));
  const taken = await takeOver((place) => Promise.resolve(handOver(place, answer)));
  expect(piecesOf(taken)).toBe(answer.pieces);
});

test("reads under way at the same time get each their own", async () => {
  const answers = await Promise.all([1, 2, 3].map((byte) => answerOf(new Uint8Array([byte]))));
  const places: string[] = [];
  const allLeft = Promise.withResolvers<void>();
  const taken = answers.map((answer) =>
    takeOver(async (place) => {
      places.push(place);
      await allLeft.promise;
      return handOver(place, answer);
    }),
  );
  allLeft.resolve();
  expect((await Promise.all(taken)).map(piecesOf)).toEqual(answers.map(piecesOf));
  expect(new Set(places).size).toBe(3);
});

test("a refusal is passed on", async () => {
  const refusal = { refused: "NOT_LEADER_OR_FOLLOWER" } as const;
  expect(await takeOver((place) => Promise.resolve(handOver(place, refusal)))).toBe(refusal);
});

test("a place ends with its read, answered or broken", async () => {
  const answer = await answerOf(new Uint8Array([1]));
  const places: string[] = [];
  await takeOver((place) => {
    places.push(place);
    return Promise.resolve(answer);
  });
  const broken = takeOver((place) => {
    places.push(place);
    return Promise.reject(new Error("the call broke"));
  });
  await expect(broken).rejects.toThrow("the call broke");
  for (const place of places) expect(handOver(place, answer)).toBe(answer);
});

test("when too many read, the first of them get their bytes with the answer", async () => {
  const answer = await answerOf(new Uint8Array([1]));
  const sent: (readonly Uint8Array[])[] = [];
  const allOpen = Promise.withResolvers<void>();
  const taken = Array.from({ length: 4097 }, (_, index) =>
    takeOver(async (place) => {
      await allOpen.promise;
      const left = handOver(place, answer);
      sent[index] = piecesOf(left);
      return left;
    }),
  );
  allOpen.resolve();
  for (const result of await Promise.all(taken)) expect(piecesOf(result)).toBe(answer.pieces);
  expect([sent[0]!.length, sent[1]!.length, sent[4096]!.length]).toEqual([1, 0, 0]);
});
