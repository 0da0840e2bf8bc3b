/**
 * Sends damaged requests to a running server, over TCP and WebSockets, and counts what becomes of
 * them.
 */
import { decodeRequestPrefix } from "../../src/protocol/frame.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import type { Cluster } from "../conformance/cluster.ts";
import { residentBytes } from "../support/processes.ts";
import type { Odradek } from "../support/serve.ts";
import { goldenClients } from "./golden-requests.ts";
import { Lane, type Outcome, overTcp, overWebSocket } from "./lane.ts";
import { type MutatedRequest, mutatedRequests, wireBytes } from "./mutated-requests.ts";
import { type Endurance, underAttack } from "./under-attack.ts";

export interface FuzzOptions {
  readonly frames: number;
  readonly seed: number;
  /** Hears every so often how far it is, and how much memory the server has. */
  readonly progress?: (sent: number, residentBytes: number) => void;
}

/** What came of it. */
export interface FuzzReport extends Endurance {
  readonly answered: number;
  readonly closed: number;
  readonly silent: number;
  /** Answers whose correlation id was not the request's. */
  readonly wrongAnswers: number;
}

/** Connections at a time, half of them WebSockets. */
const LANES = 16;
/** A request that gets no answer is let go: many are meant to wait. */
const PATIENCE_MS = 250;
const PROGRESS_FRAMES = 5000;

export async function fuzz(server: Odradek, options: FuzzOptions): Promise<FuzzReport> {
  const { frames, seed, progress = () => {} } = options;
  const counts = { answered: 0, closed: 0, silent: 0, wrongAnswers: 0 };
  const count = (request: MutatedRequest, outcome: Outcome) => {
    if (typeof outcome === "string") counts[outcome] += 1;
    else counts.answered += 1;
    if (isWrong(request, outcome)) counts.wrongAnswers += 1;
  };
  let sent = 0;
  const run = async (lane: Lane, requests: Iterator<MutatedRequest>) => {
    while (sent < frames) {
      sent += 1;
      if (sent % PROGRESS_FRAMES === 0) progress(sent, residentBytes(server.workerdPid()));
      const request = requests.next().value as MutatedRequest;
      count(request, await lane.send(wireBytes(request)));
    }
    await lane.close();
  };
  const endurance = await underAttack(server, async (cluster) => {
    const requests = mutatedRequests(seed, await createTopics(cluster));
    await Promise.all(lanes(server).map((lane) => run(lane, requests)));
  });
  return { ...counts, ...endurance };
}

function lanes({ ports, webSocketUrl }: Odradek): Lane[] {
  return Array.from({ length: LANES }, (_, index) => {
    const broker = (index >> 1) % ports.length;
    const connect =
      index % 2 === 0
        ? overTcp(ports[broker]!)
        : overWebSocket(`${webSocketUrl}/kafka/${broker + 1}`);
    return new Lane(connect, PATIENCE_MS);
  });
}

/** The topics that the clients' requests are about, and what their ids are. */
async function createTopics(cluster: Cluster): Promise<Map<string, string>> {
  const wire = await cluster.wire();
  const topics = goldenClients.map((client) => ({ name: `by-${client}` }));
  const ask = () => wire.call(metadata, 12, { topics, allowAutoTopicCreation: true });
  let { topics: found } = await ask();
  while (found.some(({ errorCode }) => errorCode !== 0)) ({ topics: found } = await ask());
  return new Map(found.map(({ topicId }, index) => [goldenClients[index]!, topicId]));
}

/** An answer that repeats another correlation id than that of the request, which has one. */
function isWrong({ frame, size }: MutatedRequest, outcome: Outcome): boolean {
  if (typeof outcome === "string" || size !== frame.length) return false;
  const { correlationId } = decodeRequestPrefix(frame);
  return Buffer.from(outcome).readInt32BE(0) !== correlationId;
}
