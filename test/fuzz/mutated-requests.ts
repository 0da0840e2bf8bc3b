/** An endless stream of damaged requests, which is a function of its seed. */
import { SeededRandom } from "../simulation/seeded-random.ts";
import { goldenClients, goldenRequests, withTopicId } from "./golden-requests.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { mutateMessage } from "./mutate-message.ts";

/** One request, with the size that is said of it, which may be a lie. */
export interface MutatedRequest {
  readonly size: number;
  readonly frame: Uint8Array;
}

/** A wrong size: what follows is cut elsewhere, never ends, or ends the connection. */
const LIE_PROBABILITY = 0.02;
const WELL_FORMED_PROBABILITY = 0.4;

/** `topicIds` are those of the topics `by-<client>`, by client. */
export function* mutatedRequests(
  seed: number,
  topicIds: ReadonlyMap<string, string>,
): Generator<MutatedRequest> {
  const random = new SeededRandom(seed);
  const requests = goldenClients.flatMap((client) => {
    const topicId = topicIds.get(client);
    const golden = goldenRequests(client);
    return topicId === undefined ? golden : golden.map((frame) => withTopicId(frame, topicId));
  });
  for (;;) {
    const golden = random.pick(requests);
    const wellFormed = random.chance(WELL_FORMED_PROBABILITY)
      ? mutateMessage(random, golden)
      : null;
    const frame = wellFormed ?? mutateBytes(random, golden, random.pick(requests));
    const lies = [-1, 0, 0x7fff_ffff, frame.length - 1, frame.length + 1, random.int(0, 1000)];
    yield { size: random.chance(LIE_PROBABILITY) ? random.pick(lies) : frame.length, frame };
  }
}

/** The request as it goes over the wire. */
export function wireBytes({ size, frame }: MutatedRequest): Uint8Array {
  const bytes = Buffer.alloc(4 + frame.length);
  bytes.writeInt32BE(size);
  bytes.set(frame, 4);
  return bytes;
}
