/**
 * One of the clusters as a sequence sees it: the ids that this cluster has made up, and connections
 * of which each has one request under way at most, so that a request that waits holds up no other.
 */
import { readInt64, writeInt32, writeInt64 } from "../../src/base/big-endian.ts";
import { readUint32 } from "../../src/base/big-endian.ts";
import type { Api, RequestInput } from "../../src/protocol/api.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import {
  BATCH_HEADER_SIZE,
  CRC_POSITION,
  PRODUCER_ID_POSITION,
  batchSizeAt,
  computeBatchCrc,
} from "../../src/protocol/records/batch-header.ts";
import { Wire } from "../conformance/wire.ts";
import type { Call } from "./kind.ts";
import { Names, idKindOf } from "./names.ts";
import { normalForm } from "./normal-form.ts";
import { changed } from "./walk.ts";
import type { Message } from "./walk.ts";

/** What a cluster did with a request: it said this, or nothing that could be read. */
export type Answer = { readonly response: Message } | { readonly failure: string };

export class Side {
  readonly name: string;
  readonly #address: string;
  readonly #prefix: string;
  readonly #names = new Names();
  readonly #opened = new Set<Wire>();
  readonly #idle: Wire[] = [];

  constructor(name: string, address: string, prefix: string) {
    this.name = name;
    this.#address = address;
    this.#prefix = prefix;
  }

  /** Sends a request and returns what came of it, with the ids of this cluster. */
  async send({ api, version, request, isUnanswered }: Call): Promise<Answer> {
    const own = changed(request, (value, field) => this.#own(value, field)) as RequestInput<Api>;
    const wire = this.#idle.pop() ?? (await this.#open());
    try {
      const response = isUnanswered
        ? await sendUnanswered(wire, api, version, own)
        : ((await wire.call(api, version, own)) as Message);
      this.#idle.push(wire);
      return { response };
    } catch (error) {
      wire.close();
      this.#opened.delete(wire);
      return { failure: (error as Error).message };
    }
  }

  /** The answer in its normal form. Answers are read in the same order at each cluster. */
  read(api: Api, answer: Answer): Message {
    if ("failure" in answer) return { ...answer };
    return normalForm(api.name, answer.response, { names: this.#names, prefix: this.#prefix });
  }

  /** Closes all connections. */
  close(): void {
    for (const wire of this.#opened) wire.close();
  }

  async #open(): Promise<Wire> {
    const wire = await Wire.open(this.#address);
    this.#opened.add(wire);
    return wire;
  }

  #own(value: unknown, field: string): unknown {
    const kind = idKindOf(field);
    if (kind !== undefined) return this.#names.idOf(kind, value);
    if (field !== "records" || !(value instanceof Uint8Array)) return value;
    return withProducerId(value, (name) => Number(this.#names.idOf("producer", name)));
  }
}

/** Sends a request without an answer; that the next one is answered shows that it went well. */
async function sendUnanswered(
  wire: Wire,
  api: Api,
  version: number,
  request: RequestInput<Api>,
): Promise<Message> {
  wire.send(api, version, request);
  await wire.call(apiVersions, 0, {});
  return {};
}

/** The batch with another producer id; a CRC that was right is right again. */
function withProducerId(batch: Uint8Array, idOf: (name: number) => number): Uint8Array {
  if (batch.length < BATCH_HEADER_SIZE || batchSizeAt(batch, 0) !== batch.length) return batch;
  const name = readInt64(batch, PRODUCER_ID_POSITION);
  const id = idOf(name);
  if (id === name) return batch;
  const isSealed = readUint32(batch, CRC_POSITION) >>> 0 === computeBatchCrc(batch, 0) >>> 0;
  const copy = batch.slice();
  writeInt64(copy, PRODUCER_ID_POSITION, id);
  if (isSealed) writeInt32(copy, CRC_POSITION, computeBatchCrc(copy, 0));
  return copy;
}
